//! What runs at the same time: branches and iterations, each a region of its own.

use std::marker::PhantomData;

use crate::{
    error::WorkflowError,
    fork::{BlockPolicy, MapPolicy},
    retry::Retry,
};

use super::{
    builder::Builder,
    errors,
    graph::{ForkInfo, ForkKind, Hole, MapInfo, Note, Program, Region, RegionId, Run, Step, Var},
    node::{Expr, Kind, Node},
    scope::Scope,
    tuple::ExprTuple,
};

/// Branches on their way to a Parallel or a Map state. `E` is what they fail with.
#[must_use]
pub struct Fork<E> {
    pub(super) regions: Vec<RegionId>,
    /// What to go back to when the branch that is being built is done.
    around: Option<(RegionId, Vec<Hole>)>,
    of: PhantomData<fn() -> E>,
}

/// The item of an iteration, and its place.
#[must_use]
pub struct ForkedMap {
    items: Node,
    item: Var,
}

impl Builder {
    /// Starts branches whose errors are those of `scope`.
    pub fn fork<T, E>(&self, _: Scope<T, E>) -> Fork<E> {
        self.fork_alone()
    }

    /// Starts branches.
    pub fn fork_alone<E>(&self) -> Fork<E> {
        Fork { regions: Vec::new(), around: None, of: PhantomData }
    }

    /// Starts a branch: what comes next belongs to it, up to [`end_branch`](Self::end_branch).
    pub fn branch<T, E>(&self, fork: &mut Fork<E>) -> Scope<T, E> {
        let mut inner = self.inner.borrow_mut();
        let run = Run::Branch(inner.region);
        inner.program.regions.push(Region { run, ..Region::default() });
        let region = inner.program.regions.len() - 1;
        fork.regions.push(region);
        let holes = std::mem::replace(&mut inner.holes, vec![Hole::Entry(region)]);
        let outer = std::mem::replace(&mut inner.region, region);
        fork.around = Some((outer, holes));
        Scope::root()
    }

    /// Ends a branch. The result only tells rustc the type of its output.
    pub fn end_branch<T, E>(&self, fork: &mut Fork<E>, _: Scope<T, E>) -> Expr<T> {
        if let Some((region, holes)) = fork.around.take() {
            let mut inner = self.inner.borrow_mut();
            inner.region = region;
            inner.holes = holes;
        }
        self.never()
    }

    /// What an iteration is given. To be called at the start of its branch.
    pub fn iteration<T>(
        &self,
        items: Expr<Vec<T>>,
        item: &'static str,
        index: Option<&'static str>,
    ) -> (ForkedMap, Expr<T>, Expr<usize>) {
        let mut inner = self.inner.borrow_mut();
        let region = inner.region;
        let program = &mut inner.program;
        let item = program.var(Some(item.to_owned()));
        if let Run::Branch(outer) = program.regions[region].run {
            program.regions[region].run = Run::Iteration(outer, None);
        }
        program.regions[region].params = vec![(item, None)];
        let value = program.arena.add(Kind::Var(item));
        let place = index.and_then(|name| program.place(region, name)).unwrap_or(value);
        (ForkedMap { items: items.node(), item }, Expr::new(value), Expr::new(place))
    }

    /// Awaits branches: the value is the list of their outputs.
    pub fn await_parallel<T, E: WorkflowError, X: ExprTuple>(
        &self,
        scope: Scope<T, E>,
        fork: Fork<E>,
        _: X,
        site: usize,
        note: Note,
    ) -> Expr<X::Value> {
        let info = info::<E>(ForkKind::Parallel, fork.regions, Vec::new(), site, note);
        Expr::new(self.await_fork(Some(scope), info))
    }

    /// Awaits branches none of which fails.
    pub fn await_join<E: WorkflowError, X: ExprTuple>(
        &self,
        fork: Fork<E>,
        _: X,
        site: usize,
        note: Note,
    ) -> Expr<X::Value> {
        let info = info::<E>(ForkKind::Parallel, fork.regions, Vec::new(), site, note);
        Expr::new(self.await_fork::<(), E>(None, info))
    }

    /// Awaits a block that is tried again: a Parallel state of one branch.
    pub fn await_attempt<S, T, E: WorkflowError>(
        &self,
        scope: Scope<S, E>,
        fork: Fork<E>,
        _: Expr<T>,
        policy: BlockPolicy,
        site: usize,
        note: Note,
    ) -> Expr<T> {
        let info = info::<E>(ForkKind::Parallel, fork.regions, policy.retry, site, note);
        let outputs = self.await_fork(Some(scope), info);
        Expr::new(self.edit(|program| program.arena.index(outputs, 0)))
    }

    /// Awaits the iterations over a list: the value is the list of their outputs.
    #[expect(clippy::too_many_arguments, reason = "only the macro's code calls this")]
    pub fn await_map<S, T, E: WorkflowError>(
        &self,
        scope: Scope<S, E>,
        fork: Fork<E>,
        map: ForkedMap,
        _: Expr<T>,
        mut policy: MapPolicy,
        site: usize,
        note: Note,
    ) -> Expr<Vec<T>> {
        let retry = std::mem::take(&mut policy.retry);
        let ForkedMap { items, item } = map;
        let region = fork.regions.first().copied().unwrap_or_default();
        let index = self.edit(|program| match program.regions[region].run {
            Run::Iteration(_, index) => index,
            _ => None,
        });
        let kind = ForkKind::Map(MapInfo { items, item, index, policy, distributed: None });
        Expr::new(self.await_fork(Some(scope), info::<E>(kind, fork.regions, retry, site, note)))
    }

    /// The places of the iterations that the next step is in, innermost first, as far as they are of one execution.
    pub(super) fn places(&self) -> Vec<Node> {
        let mut inner = self.inner.borrow_mut();
        let (mut region, program) = (inner.region, &mut inner.program);
        let mut places = Vec::new();
        loop {
            region = match program.regions[region].run {
                Run::Execution => return places,
                Run::Branch(outer) => outer,
                Run::Iteration(outer, _) => {
                    // The context tells the innermost one alone.
                    places.extend(match places.is_empty() {
                        true => Some(program.arena.add(Kind::Context("Map.Item.Index"))),
                        false => program.place(region, "place"),
                    });
                    outer
                }
            };
        }
    }

    pub(super) fn await_fork<T, E>(&self, scope: Option<Scope<T, E>>, mut fork: ForkInfo) -> Node {
        let mut inner = self.inner.borrow_mut();
        let catch = scope.and_then(|scope| inner.catch(scope.place));
        fork.site += inner.base();
        let program = &mut inner.program;
        let result = program.var(None);
        let node = program.arena.add(Kind::Var(result));
        inner.append(|leads_on| {
            *leads_on = true;
            Step::Fork { fork: Box::new(fork), result, next: None, catch }
        });
        node
    }
}

impl Program {
    /// The place of an iteration of the Map that runs a region, as a variable of the region, which is of this name
    /// if it is new.
    fn place(&mut self, region: RegionId, name: &str) -> Option<Node> {
        let Run::Iteration(outer, known) = self.regions[region].run else { return None };
        let index = known.unwrap_or_else(|| {
            let (item, _) = self.regions[region].params[0];
            let item_key = self.vars[item.0 as usize].clone();
            let key = if item_key.as_deref() == Some(name) { format!("{name}_2") } else { name.to_owned() };
            let index = self.var(Some(key.clone()));
            let region = &mut self.regions[region];
            region.params = vec![(item, item_key), (index, Some(key))];
            region.run = Run::Iteration(outer, Some(index));
            index
        });
        Some(self.arena.add(Kind::Var(index)))
    }
}

pub(super) fn info<E: WorkflowError>(
    kind: ForkKind,
    regions: Vec<RegionId>,
    retry: Vec<Retry>,
    site: usize,
    note: Note,
) -> ForkInfo {
    ForkInfo {
        site,
        note,
        kind,
        regions,
        retry,
        errors: errors::universe::<E>(),
        passed: Vec::new(),
        reads: Vec::new(),
    }
}
