//! What is awaited: calls of tasks, with the policy that they carry, and waits.

use std::marker::PhantomData;

use crate::{
    contract::{PayloadFn, TaskContract},
    data::{Data, Shape},
    error::Propagates,
    given::{Given, waits_for_token},
    lower::TaskInfo,
    resource::Resource,
    retry::{Length, Policy, Retry, Seconds},
    task::{Called, Callee, Task, add_retry},
    time::{TimeSpan, Timestamp},
};

use super::{
    builder::Builder,
    errors,
    graph::{CallInfo, Note, Step},
    node::{Expr, Kind, Node, Presence},
    scope::Scope,
    tuple::ExprTuple,
};

/// An awaited call, with the policy that it carries.
#[must_use]
pub struct SymCall<T, E> {
    call: Untyped,
    of: PhantomData<fn() -> (T, E)>,
}

/// A call without the types of what it gives and of how it fails.
struct Untyped {
    task: TaskInfo,
    lowered: Lowered,
    policy: Policy,
    /// `TimeoutSeconds` and `HeartbeatSeconds` that are known only when the state machine runs.
    timeout: Option<Node>,
    heartbeat: Option<Node>,
    overrides_retry: bool,
    errors: Vec<&'static str>,
    failure: Option<Node>,
    option: fn(&Builder, &mut Lowered, &str, Vec<(Node, Shape)>),
    finish: fn(&Builder, &mut Lowered),
    token: (Option<Resource>, fn(&Builder, &mut Lowered)),
}

/// What a call of a task says in the state machine.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The keys of the state's `Arguments`, each with its value.
    pub(crate) arguments: Vec<(String, Node)>,
    /// What the call gives, made of the whole answer of the service.
    pub(crate) result: Node,
    /// What the call is about: the first of its parameters, where it is an action of a service.
    pub(crate) subject: Option<Node>,
    /// The placeholders in the arguments, without `${` and `}`.
    pub(crate) placeholders: Vec<String>,
}

/// A call of a Lambda function.
pub(crate) fn lower_lambda(
    builder: &Builder,
    function: &str,
    parameters: &[&str],
    given: &[Given],
    arguments: Vec<Node>,
) -> Lowered {
    let payload = payload(builder, parameters, given, &arguments);
    builder.edit(|program| {
        let arena = &mut program.arena;
        let name = arena.literal(format!("${{{function}}}"));
        let answer = arena.add(Kind::TaskResult);
        Lowered {
            arguments: vec![("FunctionName".to_owned(), name), ("Payload".to_owned(), payload)],
            // Who holds the token sends the result as it is.
            result: match waits_for_token(given) {
                true => answer,
                false => arena.field(answer, "Payload".to_owned(), Presence::Certain),
            },
            subject: None,
            placeholders: vec![function.to_owned()],
        }
    })
}

/// A task of an activity, which is given its payload and nothing else.
#[doc(hidden)]
pub fn lower_activity(
    builder: &Builder,
    activity: &str,
    parameters: &[&str],
    given: &[Given],
    arguments: Vec<Node>,
) -> Lowered {
    Lowered {
        arguments: vec![("Input".to_owned(), payload(builder, parameters, given, &arguments))],
        subject: None,
        result: builder.edit(|program| program.arena.add(Kind::TaskResult)),
        placeholders: vec![activity.to_owned()],
    }
}

/// The payload of a task: the value of a single argument, else an object.
pub(super) fn payload(builder: &Builder, parameters: &[&str], given: &[Given], arguments: &[Node]) -> Node {
    match (parameters, arguments) {
        ([_], [argument]) if given.is_empty() => *argument,
        (names, arguments) => {
            let entries = names.iter().zip(arguments).map(|(name, node)| ((*name).to_owned(), *node));
            let mut entries: Vec<(String, Node)> = entries.collect();
            let places = if given.is_empty() { Vec::new() } else { builder.places() };
            builder.edit(|program| {
                let arena = &mut program.arena;
                entries
                    .extend(given.iter().map(|given| (given.name().to_owned(), given.lower(arena, &places))));
                arena.add(Kind::Object(entries))
            })
        }
    }
}

/// An argument of a method on a call, with the shape of its value.
#[derive(Clone, Debug)]
pub struct OptionArgument(Node, Shape);

impl<T, E> SymCall<T, E> {
    /// A method on the call of a service, such as `.condition(..)`.
    pub fn option(mut self, builder: &Builder, option: &str, arguments: Vec<OptionArgument>) -> Self {
        let arguments = arguments.into_iter().map(|OptionArgument(node, shape)| (node, shape)).collect();
        (self.call.option)(builder, &mut self.call.lowered, option, arguments);
        self
    }

    /// See [`Call::name`](crate::Call::name).
    pub fn name(mut self, name: Expr<String>) -> Self {
        self.call.lowered.arguments.push(("Name".to_owned(), name.node()));
        self
    }

    /// See [`Call::wait_for_token`](crate::Call::wait_for_token).
    pub fn wait_for_token<T2: Data>(mut self, builder: &Builder) -> SymCall<T2, E> {
        let call = &mut self.call;
        let (resource, hold) = call.token;
        hold(builder, &mut call.lowered);
        call.task.resource = resource.unwrap_or(call.task.resource);
        SymCall { call: self.call, of: PhantomData }
    }

    /// See [`Call::retry`](crate::Call::retry).
    pub fn retry(mut self, retry: Retry) -> Self {
        add_retry(&mut self.call.policy, &mut self.call.overrides_retry, retry);
        self
    }

    /// See [`Call::timeout`](crate::Call::timeout).
    pub fn timeout(mut self, timeout: impl Length) -> Self {
        self.call.policy.timeout = Some(timeout.seconds());
        self
    }

    /// See [`Call::heartbeat`](crate::Call::heartbeat).
    pub fn heartbeat(mut self, heartbeat: impl Length) -> Self {
        self.call.policy.heartbeat = Some(heartbeat.seconds());
        self
    }

    /// [`timeout`](Self::timeout) with a length that is known only when the state machine runs.
    pub fn timeout_of(mut self, builder: &Builder, timeout: Expr<TimeSpan>) -> Self {
        self.call.timeout = Some(whole_seconds(builder, timeout));
        self
    }

    /// [`heartbeat`](Self::heartbeat) with a length that is known only when the state machine runs.
    pub fn heartbeat_of(mut self, builder: &Builder, heartbeat: Expr<TimeSpan>) -> Self {
        self.call.heartbeat = Some(whole_seconds(builder, heartbeat));
        self
    }

    /// See [`Call::no_transient_retries`](crate::Call::no_transient_retries).
    pub fn no_transient_retries(mut self) -> Self {
        self.call.policy.transients = &[];
        self
    }
}

/// A length as Step Functions takes it: whole seconds, of which there is one at least.
fn whole_seconds(builder: &Builder, length: Expr<TimeSpan>) -> Node {
    let limits = [Seconds::LEAST, Seconds::MOST].map(|limit| {
        let limit = limit.get();
        builder.edit(|program| program.arena.literal(limit))
    });
    builder.form("$min([{2}, $max([{1}, $ceil({0})])])", &[length.node(), limits[0], limits[1]])
}

/// What is awaited in the symbolic reading.
pub trait SymAwait {
    /// What it gives.
    type Output;
    /// How it fails.
    type Error;
    /// Adds its steps: its errors leave the scope at `place`.
    #[doc(hidden)]
    fn leave(self, builder: &Builder, place: Option<usize>, site: usize, note: Note) -> Node;
}

impl<T, E> SymAwait for SymCall<T, E> {
    type Output = T;
    type Error = E;

    fn leave(self, builder: &Builder, place: Option<usize>, site: usize, note: Note) -> Node {
        let Self { mut call, .. } = self;
        (call.finish)(builder, &mut call.lowered);
        let mut inner = builder.inner.borrow_mut();
        let site = inner.base() + site;
        let mut catch = inner.catch(place);
        let program = &mut inner.program;
        let mut raise = None;
        if call.failure.is_some() && catch.is_none() {
            // What leaves the workflow is what the workflow sees, not what the service reported.
            let error = program.var(Some("error".to_owned()));
            let node = program.arena.add(Kind::Var(error));
            raise = Some(Step::Raise { note: Note::default(), error: node });
            // It stands right behind the call.
            catch = Some((error, program.steps.len() + 1));
        }
        let result = program.var(None);
        let node = program.arena.add(Kind::Var(result));
        let Lowered { arguments, result: given, placeholders, .. } = call.lowered;
        let call = CallInfo {
            site,
            note,
            task: call.task,
            arguments: match arguments.as_slice() {
                [(_, input)] if call.task.resource.is_activity() => *input,
                _ => program.arena.add(Kind::Object(arguments)),
            },
            result: given,
            placeholders,
            policy: call.policy,
            timeout: call.timeout,
            heartbeat: call.heartbeat,
            failure: call.failure,
            errors: call.errors,
        };
        inner.append(|leads_on| {
            *leads_on = true;
            Step::Task { call: Box::new(call), result, next: None, catch }
        });
        inner.program.steps.extend(raise);
        node
    }
}

impl<T, E> SymCall<T, E> {
    /// A call of the task `K`.
    pub(crate) fn of<K: Task>(builder: &Builder, arguments: Vec<Node>, payload: PayloadFn) -> Self {
        let resource = K::RESOURCE;
        let call = Untyped {
            task: TaskInfo {
                name: K::NAME,
                resource,
                function: resource.is_lambda().then_some(K::FUNCTION),
                path: std::any::type_name::<K>(),
                contract: TaskContract::of::<K>(payload),
            },
            lowered: K::lower(builder, arguments),
            policy: K::policy(),
            timeout: None,
            heartbeat: None,
            overrides_retry: false,
            errors: errors::universe::<K::Error>(),
            failure: None,
            option: K::option,
            finish: K::finish,
            token: (K::WITH_TOKEN, K::with_token),
        };
        Self { call, of: PhantomData }
    }

    /// The same with another failure than the service reports.
    pub(super) fn failing(mut self, failure: Node) -> Self {
        self.call.failure = Some(failure);
        self
    }
}

impl Builder {
    /// An argument of a method on a call.
    pub fn option_argument<T: Data>(&self, value: Expr<T>) -> OptionArgument {
        OptionArgument(value.node(), T::shape())
    }

    /// A call of a task or of another workflow.
    pub fn call<F, P>(&self, _: F, arguments: F::Exprs) -> <F::Called as Called>::Symbolic<'_>
    where
        F: Callee<P>,
    {
        F::Called::symbolic(self, arguments.nodes(), F::payload)
    }

    /// Awaits a call in a scope: its error leaves the scope, as `?` has it.
    pub fn try_call<T, E, C>(&self, scope: Scope<T, E>, call: C, site: usize, note: Note) -> Expr<C::Output>
    where
        C: SymAwait,
        E: Propagates<C::Error>,
    {
        Expr::new(call.leave(self, scope.place, site, note))
    }

    /// Awaits a call that is the last of its scope: its error leaves the scope as it is.
    pub fn last_call<T, E, C>(&self, scope: Scope<T, E>, call: C, site: usize, note: Note) -> Expr<T>
    where
        C: SymAwait<Output = T, Error = E>,
    {
        Expr::new(call.leave(self, scope.place, site, note))
    }

    /// Waits for a time that is known when the state machine is written.
    pub fn sleep_fixed(&self, duration: impl Length, site: usize, note: Note) -> Expr<()> {
        let seconds = self.edit(|program| program.arena.literal(duration.seconds().get()));
        self.wait(seconds, false, site, note)
    }

    /// Waits for a number of seconds.
    pub fn sleep_seconds(&self, seconds: Expr<u64>, site: usize, note: Note) -> Expr<()> {
        self.wait(seconds.node(), false, site, note)
    }

    /// Waits for a span of time, of which a part of a second counts as a whole one.
    pub fn sleep_span(&self, span: Expr<TimeSpan>, site: usize, note: Note) -> Expr<()> {
        let seconds = self
            .edit(|program| program.arena.add(Kind::Call { function: "ceil", arguments: vec![span.node()] }));
        self.wait(seconds, false, site, note)
    }

    /// Waits until a point in time.
    pub fn sleep_until(&self, time: Expr<Timestamp>, site: usize, note: Note) -> Expr<()> {
        self.wait(time.node(), true, site, note)
    }

    fn wait(&self, time: Node, until: bool, site: usize, note: Note) -> Expr<()> {
        let site = self.inner.borrow().base() + site;
        self.append(Step::Wait { site, note, time, until, next: None });
        self.unit()
    }
}
