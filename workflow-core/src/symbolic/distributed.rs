//! The distributed Map: iterations that are executions of their own.

use std::marker::PhantomData;

use crate::{
    data::{Data, Fields, Shape},
    distributed::{DistributedPolicy, MapRunResult},
    error::{PlatformError, Propagates, WorkflowError},
    fork::MapPolicy,
    s3_source::{Csv, Delimiter, Format, S3Source},
};

use super::{
    builder::Builder,
    fork::{Fork, info},
    graph::{ForkKind, MapInfo, Note, Program, Run, Var},
    node::{Arena, Expr, Kind, Node},
    scope::Scope,
};

/// What only a distributed Map has.
#[derive(Debug)]
pub(crate) struct DistributedInfo {
    pub(crate) policy: DistributedPolicy,
    pub(crate) reader: Option<Reader>,
    /// How many elements a batch has.
    pub(crate) batch: Option<Node>,
    /// The bucket and the prefix of the results.
    pub(crate) results: Option<(Node, Node)>,
}

/// What reads the elements.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) format: Format,
    pub(crate) bucket: Node,
    pub(crate) key: Node,
    pub(crate) max_items: Option<Node>,
}

impl MapInfo {
    /// The expressions that the state evaluates: the list first, then those of [`DistributedInfo`] in the
    /// order of its fields.
    pub(crate) fn expressions(&self) -> Vec<Node> {
        let mut expressions = vec![self.items];
        if let Some(distributed) = &self.distributed {
            if let Some(Reader { bucket, key, max_items, .. }) = &distributed.reader {
                expressions.extend([bucket, key]);
                expressions.extend(max_items);
            }
            expressions.extend(distributed.batch);
            expressions.extend(distributed.results.iter().flat_map(|(bucket, prefix)| [bucket, prefix]));
        }
        expressions
    }

    /// Lets `change` change these.
    pub(crate) fn change(&mut self, change: &mut dyn FnMut(&mut Node)) {
        change(&mut self.items);
        if let Some(distributed) = &mut self.distributed {
            if let Some(Reader { bucket, key, max_items, .. }) = &mut distributed.reader {
                change(bucket);
                change(key);
                max_items.iter_mut().for_each(&mut *change);
            }
            distributed.batch.iter_mut().for_each(&mut *change);
            if let Some((bucket, prefix)) = &mut distributed.results {
                change(bucket);
                change(prefix);
            }
        }
    }
}

/// What a distributed Map runs over: elements of type `T`.
#[must_use]
pub struct SymSource<T, F = ()> {
    items: Node,
    reader: Option<Reader>,
    of: PhantomData<fn() -> (T, F)>,
}

impl<T, F> SymSource<T, F> {
    /// See [`S3Source::max_items`].
    pub fn max_items(mut self, items: Expr<u32>) -> Self {
        if let Some(reader) = &mut self.reader {
            reader.max_items = Some(items.node());
        }
        self
    }
}

impl<T> SymSource<T, Csv> {
    /// See [`S3Source::headers`].
    pub fn headers<const N: usize>(mut self, names: [&'static str; N]) -> Self {
        if let Some(Reader { format: Format::Csv { headers, .. }, .. }) = &mut self.reader {
            *headers = Some(names.to_vec());
        }
        self
    }

    /// See [`S3Source::delimiter`].
    pub fn delimiter(mut self, with: Delimiter) -> Self {
        if let Some(Reader { format: Format::Csv { delimiter, .. }, .. }) = &mut self.reader {
            *delimiter = with;
        }
        self
    }
}

/// A distributed Map whose child execution is being built.
#[must_use]
pub struct ForkedChildren {
    items: Node,
    reader: Option<Reader>,
    batch: Option<Node>,
    item: Var,
    index: Option<Var>,
}

impl Builder {
    /// A list as what a distributed Map runs over.
    pub fn listed<T>(&self, items: Expr<Vec<T>>) -> SymSource<T> {
        SymSource { items: items.node(), reader: None, of: PhantomData }
    }

    /// Something in S3 as what a distributed Map runs over. The function is asked for what it reads, not where.
    pub fn s3_source<T: Data, F>(
        &self,
        function: fn(&str, &str) -> S3Source<T, F>,
        bucket: Expr<String>,
        key: Expr<String>,
    ) -> SymSource<T::Owned, F> {
        let format = function("", "").format;
        if matches!(format, Format::Csv { .. } | Format::Manifest) {
            let problem = column_problem(&T::shape());
            self.edit(|program| program.problems.extend(problem));
        }
        let reader = Reader { format, bucket: bucket.node(), key: key.node(), max_items: None };
        let items = self.edit(|program| program.arena.literal(serde_json::Value::Null));
        SymSource { items, reader: Some(reader), of: PhantomData }
    }

    /// What a child execution is given. To be called at the start of its branch.
    pub fn child<T, F>(
        &self,
        source: SymSource<T, F>,
        item: &'static str,
        index: Option<&'static str>,
    ) -> (ForkedChildren, Expr<T>, Expr<usize>) {
        let SymSource { items, reader, .. } = source;
        let mut inner = self.inner.borrow_mut();
        let region = inner.region;
        let Program { vars, regions, arena, .. } = &mut inner.program;
        let mut declare = |arena: &mut Arena, name: &str| {
            vars.push(Some(name.to_owned()));
            let var = Var(u32::try_from(vars.len() - 1).unwrap_or(u32::MAX));
            (var, arena.add(Kind::Var(var)))
        };
        let (item_var, value) = declare(arena, item);
        let (index_var, place) = match index {
            None => (None, value),
            Some(name) => {
                let (var, place) = declare(arena, name);
                regions[region].params.push((var, Some(name.to_owned())));
                (Some(var), place)
            }
        };
        regions[region].run = Run::Execution;
        // With a place beside it, the element has a key of its own.
        regions[region].params.insert(0, (item_var, index.map(|_| item.to_owned())));
        let children = ForkedChildren { items, reader, batch: None, item: item_var, index: index_var };
        (children, Expr::new(value), Expr::new(place))
    }

    /// What a child execution of a batch is given. To be called at the start of its branch.
    pub fn batch<T, F>(
        &self,
        source: SymSource<T, F>,
        size: Expr<u32>,
        items: &'static str,
    ) -> (ForkedChildren, Expr<Vec<T>>) {
        let (mut children, elements, _) = self.child(source, items, None);
        children.batch = Some(size.node());
        let mut inner = self.inner.borrow_mut();
        let region = inner.region;
        for (_, key) in &mut inner.program.regions[region].params {
            *key = Some("Items".to_owned());
        }
        (children, Expr::new(elements.node()))
    }

    /// Awaits the child executions under `?`: the value is the list of their outputs.
    #[expect(clippy::too_many_arguments, reason = "only the macro's code calls this")]
    pub fn try_distributed<S, E: Propagates<PlatformError>, T, C: WorkflowError>(
        &self,
        scope: Scope<S, E>,
        fork: Fork<C>,
        children: ForkedChildren,
        _: Expr<T>,
        policy: DistributedPolicy,
        site: usize,
        note: Note,
    ) -> Expr<Vec<T>> {
        Expr::new(self.await_distributed(scope, fork, children, policy, None, site, note))
    }

    /// The same as the last of a scope.
    #[expect(clippy::too_many_arguments, reason = "only the macro's code calls this")]
    pub fn last_distributed<S, T, C: WorkflowError>(
        &self,
        scope: Scope<S, PlatformError>,
        fork: Fork<C>,
        children: ForkedChildren,
        _: Expr<T>,
        policy: DistributedPolicy,
        site: usize,
        note: Note,
    ) -> Expr<Vec<T>> {
        Expr::new(self.await_distributed(scope, fork, children, policy, None, site, note))
    }

    /// Awaits the child executions under `?`: the value says where their results are.
    #[expect(clippy::too_many_arguments, reason = "only the macro's code calls this")]
    pub fn try_written<S, E: Propagates<PlatformError>, T, C: WorkflowError>(
        &self,
        scope: Scope<S, E>,
        fork: Fork<C>,
        children: ForkedChildren,
        _: Expr<T>,
        policy: DistributedPolicy,
        (bucket, prefix): (Expr<String>, Expr<String>),
        site: usize,
        note: Note,
    ) -> Expr<MapRunResult> {
        let results = Some((bucket.node(), prefix.node()));
        Expr::new(self.await_distributed(scope, fork, children, policy, results, site, note))
    }

    /// The same as the last of a scope.
    #[expect(clippy::too_many_arguments, reason = "only the macro's code calls this")]
    pub fn last_written<S, T, C: WorkflowError>(
        &self,
        scope: Scope<S, PlatformError>,
        fork: Fork<C>,
        children: ForkedChildren,
        _: Expr<T>,
        policy: DistributedPolicy,
        (bucket, prefix): (Expr<String>, Expr<String>),
        site: usize,
        note: Note,
    ) -> Expr<MapRunResult> {
        let results = Some((bucket.node(), prefix.node()));
        Expr::new(self.await_distributed(scope, fork, children, policy, results, site, note))
    }

    #[expect(clippy::too_many_arguments, reason = "what the four above have in common")]
    fn await_distributed<S, E, C>(
        &self,
        scope: Scope<S, E>,
        fork: Fork<C>,
        children: ForkedChildren,
        mut policy: DistributedPolicy,
        results: Option<(Node, Node)>,
        site: usize,
        note: Note,
    ) -> Node {
        let (problem, retry) = (policy.problem(), std::mem::take(&mut policy.retry));
        self.edit(|program| program.problems.extend(problem));
        let ForkedChildren { items, reader, batch, item, index } = children;
        let plain = MapPolicy { max_concurrency: policy.max_concurrency, retry: Vec::new() };
        let distributed = Some(Box::new(DistributedInfo { policy, reader, batch, results }));
        let kind = ForkKind::Map(MapInfo { items, item, index, policy: plain, distributed });
        // Whatever a child fails with, the state has the platform's errors.
        let info = info::<PlatformError>(kind, fork.regions, retry, site, note);
        self.await_fork(Some(scope), info)
    }
}

/// What is wrong with a type for rows, all of whose values are text.
fn column_problem(shape: &Shape) -> Option<String> {
    let (name, fields) = match shape {
        Shape::Any => return None,
        Shape::Map(_, value) if is_text(&value()) => return None,
        Shape::Struct { name, fields: Fields::Named(fields) } => (name, fields),
        _ => {
            return Some(
                "the rows of a table are a struct of texts or a `BTreeMap<String, String>`".to_owned(),
            );
        }
    };
    let field = fields.iter().find(|field| !field.skip && !is_text(&(field.shape)()))?;
    Some(format!(
        "`{}` of `{name}` is no text, and all values of a row are; declare it `String` and read it with `.parse()` or in a task",
        field.rust
    ))
}

/// Whether text can stand for a value. An enum of names is text, too.
fn is_text(shape: &Shape) -> bool {
    match shape {
        Shape::Any | Shape::Text => true,
        Shape::Option(inner) => is_text(&inner()),
        Shape::Struct { fields: Fields::Newtype(inner), .. } => is_text(&inner()),
        Shape::Enum { variants, tagging: crate::data::Tagging::External, .. } => {
            variants.iter().all(|variant| matches!(variant.fields, Fields::Unit))
        }
        _ => false,
    }
}
