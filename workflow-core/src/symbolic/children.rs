//! Other workflows inside a workflow: written in place, or executions of their own.

use std::any::type_name;

use crate::{
    child::{StartOnly, StartSync},
    data::Data,
    error::PlatformError,
    workflow::{Workflow, WorkflowKind},
};

use super::{
    builder::Builder,
    calls::{Lowered, SymAwait, SymCall, payload},
    graph::{Note, Position},
    node::{BinaryOp, Kind, Nested, Node, Presence},
    scope::Open,
};

/// A workflow that is being read.
#[derive(Debug)]
pub(super) struct Body {
    /// Its type.
    pub(super) identity: &'static str,
    /// The function's name.
    pub(super) function: &'static str,
    /// Where what is read of it stands.
    pub(super) position: Position,
    /// What its parameters are, where it stands in the place of a call.
    pub(super) arguments: Vec<Node>,
    /// How many of the parameters were read.
    pub(super) read: usize,
    /// The place of its first call among those of the whole program.
    pub(super) base: usize,
    /// Where its result leads, where it stands in the place of a call.
    pub(super) scope: Option<usize>,
    /// What the author wrote at the call, for the first state made of it.
    pub(super) note: Option<Note>,
}

/// A workflow that is awaited.
#[must_use]
pub struct SymStart<'a, W> {
    builder: &'a Builder,
    arguments: Vec<Node>,
    workflow: std::marker::PhantomData<fn() -> W>,
}

impl<'a, W: Workflow> SymStart<'a, W> {
    pub(crate) fn new(builder: &'a Builder, arguments: Vec<Node>) -> Self {
        Self { builder, arguments, workflow: std::marker::PhantomData }
    }

    /// See [`Start::start_sync`](crate::Start::start_sync).
    pub fn start_sync(self) -> SymCall<<W::Output as Data>::Owned, W::Error>
    where
        W::Output: Data<Owned: Sized>,
    {
        if W::META.kind == WorkflowKind::Express {
            self.builder.problem(format!(
                "`{}` is an Express workflow, which `.start_sync()` cannot wait for; make it `kind = standard`, or await it in place",
                W::META.function
            ));
        }
        let failure = self.builder.edit(|program| {
            let arena = &mut program.arena;
            let caught = arena.add(Kind::ErrorOutput);
            let name = arena.field(caught, "Error".to_owned(), Presence::Certain);
            let task_failed = arena.literal(PlatformError::TASK_FAILED.as_str());
            let cause = arena.field(caught, "Cause".to_owned(), Presence::Certain);
            let described = arena.add(Kind::Call { function: "parse", arguments: vec![cause] });
            let zero = arena.literal(0);
            // What failed with a name and no cause has none here.
            let whole = Kind::Form { text: "$exists({0}.Error) ? '' : {1}", parts: vec![described, cause] };
            let whole = arena.add(whole);
            // A child that timed out or was stopped has no name of its own.
            let mut own = |key: &str, other: Node| {
                let own = arena.field(described, key.to_owned(), Presence::Certain);
                let either = arena.add(Kind::Array(vec![(own, Nested::Never), (other, Nested::Never)]));
                arena.add(Kind::At { base: either, index: zero })
            };
            let (error, cause) = (own("Error", task_failed), own("Cause", whole));
            let condition = arena.binary(BinaryOp::Equal, name, task_failed);
            let then =
                arena.add(Kind::Object(vec![("Error".to_owned(), error), ("Cause".to_owned(), cause)]));
            arena.add(Kind::Cond { condition, then, otherwise: caught })
        });
        SymCall::of::<StartSync<W>>(self.builder, self.arguments, Vec::new).failing(failure)
    }

    /// See [`Start::start`](crate::Start::start).
    pub fn start(self) -> SymCall<String, PlatformError> {
        SymCall::of::<StartOnly<W>>(self.builder, self.arguments, Vec::new)
    }
}

impl<W: Workflow<Output: Data<Owned: Sized>>> SymAwait for SymStart<'_, W> {
    type Output = <W::Output as Data>::Owned;
    type Error = W::Error;

    /// Writes the other workflow's body here: where it would end, the caller goes on.
    fn leave(self, b: &Builder, place: Option<usize>, site: usize, note: Note) -> Node {
        let identity = type_name::<W>();
        if b.is_open(identity) {
            b.problem(format!(
                "`{}` awaits itself, directly or through others, so it would be written out without end; start it as an execution of its own: `{}(..).start_sync().await`",
                W::META.function, W::META.function
            ));
            return b.never::<()>().node();
        }
        if W::META.timeout_seconds.is_some() {
            b.problem(format!(
                "`{}` has a timeout, which only an execution of its own can have; start it with `.start_sync()`, or remove its `timeout_seconds`",
                W::META.function
            ));
        }
        let body = {
            let mut inner = b.inner.borrow_mut();
            let target = place.and_then(|place| inner.scopes[place].target);
            inner.scopes.push(Open { exits: Vec::new(), target, refused: Vec::new() });
            let at = inner.base() + site;
            let base = inner.program.sites;
            inner.program.inlined.push((at, base));
            Body {
                identity,
                function: W::META.function,
                position: Position::default(),
                arguments: self.arguments,
                read: 0,
                base,
                scope: Some(inner.scopes.len() - 1),
                note: Some(note),
            }
        };
        let scope = body.scope;
        b.inner.borrow_mut().bodies.push(body);
        W::symbolic()(b);
        let mut inner = b.inner.borrow_mut();
        inner.bodies.pop();
        let exits = scope.map(|place| std::mem::take(&mut inner.scopes[place].exits)).unwrap_or_default();
        inner.join(exits)
    }
}

/// A child execution. `key` is that of what is given in the answer: its output, or its ARN.
pub(crate) fn lower_child<W: Workflow>(
    builder: &Builder,
    output: Option<&str>,
    arguments: Vec<Node>,
) -> Lowered {
    let meta = W::META;
    let itself = builder.is_itself(type_name::<W>());
    let placeholder = format!("{}StateMachine", pascal_case(meta.function));
    let input = payload(builder, meta.parameters, &[], &arguments);
    builder.edit(|program| {
        let arena = &mut program.arena;
        // No template can name a state machine in its own definition.
        let machine = match itself {
            true => arena.add(Kind::Context("StateMachine.Id")),
            false => arena.literal(format!("${{{placeholder}}}")),
        };
        let answer = arena.add(Kind::TaskResult);
        Lowered {
            subject: None,
            arguments: vec![("StateMachineArn".to_owned(), machine), ("Input".to_owned(), input)],
            result: arena.field(answer, output.unwrap_or("ExecutionArn").to_owned(), Presence::Certain),
            placeholders: if itself { Vec::new() } else { vec![placeholder.clone()] },
        }
    })
}

/// `order_lifecycle` as `OrderLifecycle`.
fn pascal_case(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut characters = word.chars();
        characters.next().map(|first| first.to_uppercase().chain(characters).collect::<String>())
    });
    words.flatten().collect()
}
