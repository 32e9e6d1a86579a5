//! What is awaited: calls of tasks, with the policy that they carry, and waits.

use std::{marker::PhantomData, time::Duration};

use crate::{
    data::{Data, Shape},
    error::Propagates,
    lower::TaskInfo,
    retry::{Policy, Retry, Seconds},
    task::{Task, TaskFn, add_retry},
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
    task: TaskInfo,
    lowered: Lowered,
    policy: Policy,
    overrides_retry: bool,
    errors: Vec<&'static str>,
    option: fn(&Builder, &mut Lowered, &str, Vec<(Node, Shape)>),
    finish: fn(&Builder, &mut Lowered),
    of: PhantomData<fn() -> (T, E)>,
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
    arguments: Vec<Node>,
) -> Lowered {
    builder.edit(|program| {
        let arena = &mut program.arena;
        let name = arena.literal(format!("${{{function}}}"));
        let payload = match (parameters, arguments.as_slice()) {
            ([_], [argument]) => *argument,
            (names, arguments) => {
                let entries = names.iter().zip(arguments).map(|(name, node)| ((*name).to_owned(), *node));
                arena.add(Kind::Object(entries.collect()))
            }
        };
        let answer = arena.add(Kind::TaskResult);
        Lowered {
            arguments: vec![("FunctionName".to_owned(), name), ("Payload".to_owned(), payload)],
            result: arena.field(answer, "Payload".to_owned(), Presence::Certain),
            subject: None,
            placeholders: vec![function.to_owned()],
        }
    })
}

/// An argument of a method on a call, with the shape of its value.
#[derive(Clone, Debug)]
pub struct OptionArgument(Node, Shape);

impl<T, E> SymCall<T, E> {
    /// A method on the call of a service, such as `.condition(..)`.
    pub fn option(mut self, builder: &Builder, option: &str, arguments: Vec<OptionArgument>) -> Self {
        let arguments = arguments.into_iter().map(|OptionArgument(node, shape)| (node, shape)).collect();
        (self.option)(builder, &mut self.lowered, option, arguments);
        self
    }

    /// See [`Call::retry`](crate::Call::retry).
    pub fn retry(mut self, retry: Retry) -> Self {
        add_retry(&mut self.policy, &mut self.overrides_retry, retry);
        self
    }

    /// See [`Call::timeout`](crate::Call::timeout).
    pub fn timeout(mut self, timeout: impl Into<Seconds>) -> Self {
        self.policy.timeout = Some(timeout.into());
        self
    }

    /// See [`Call::heartbeat`](crate::Call::heartbeat).
    pub fn heartbeat(mut self, heartbeat: impl Into<Seconds>) -> Self {
        self.policy.heartbeat = Some(heartbeat.into());
        self
    }

    /// See [`Call::no_transient_retries`](crate::Call::no_transient_retries).
    pub fn no_transient_retries(mut self) -> Self {
        self.policy.transients = &[];
        self
    }
}

impl Builder {
    /// An argument of a method on a call.
    pub fn option_argument<T: Data>(&self, value: Expr<T>) -> OptionArgument {
        OptionArgument(value.node(), T::shape())
    }

    /// A call of a task.
    pub fn call<F, P>(
        &self,
        _: F,
        arguments: F::Exprs,
    ) -> SymCall<<<F::Task as Task>::Output as Data>::Owned, <F::Task as Task>::Error>
    where
        F: TaskFn<P>,
    {
        let resource = F::Task::RESOURCE;
        SymCall {
            task: TaskInfo {
                name: F::Task::NAME,
                resource,
                function: resource.is_lambda().then_some(F::Task::FUNCTION),
                path: std::any::type_name::<F::Task>(),
            },
            lowered: F::Task::lower(self, arguments.nodes()),
            policy: F::Task::policy(),
            overrides_retry: false,
            errors: errors::universe::<<F::Task as Task>::Error>(),
            option: F::Task::option,
            finish: F::Task::finish,
            of: PhantomData,
        }
    }

    /// Awaits a call in a scope: its error leaves the scope, as `?` has it.
    pub fn try_call<T, E, T2, E2>(
        &self,
        scope: Scope<T, E>,
        call: SymCall<T2, E2>,
        site: usize,
        note: Note,
    ) -> Expr<T2>
    where
        E: Propagates<E2>,
    {
        self.await_call(scope, call, site, note)
    }

    /// Awaits a call that is the last of its scope: its error leaves the scope as it is.
    pub fn last_call<T, E>(
        &self,
        scope: Scope<T, E>,
        call: SymCall<T, E>,
        site: usize,
        note: Note,
    ) -> Expr<T> {
        self.await_call(scope, call, site, note)
    }

    fn await_call<T, E, T2, E2>(
        &self,
        scope: Scope<T, E>,
        call: SymCall<T2, E2>,
        site: usize,
        note: Note,
    ) -> Expr<T2> {
        let mut lowered = call.lowered;
        (call.finish)(self, &mut lowered);
        let mut inner = self.inner.borrow_mut();
        let catch = inner.catch(scope);
        let program = &mut inner.program;
        let result = program.var(None);
        let node = program.arena.add(Kind::Var(result));
        let Lowered { arguments, result: given, placeholders, .. } = lowered;
        let call = CallInfo {
            site,
            note,
            task: call.task,
            arguments: program.arena.add(Kind::Object(arguments)),
            result: given,
            placeholders,
            policy: call.policy,
            errors: call.errors,
        };
        program.sites = program.sites.max(site + 1);
        inner.append(|leads_on| {
            *leads_on = true;
            Step::Task { call: Box::new(call), result, next: None, catch }
        });
        Expr::new(node)
    }

    /// Waits for a time that is known when the state machine is written.
    pub fn sleep_fixed(&self, duration: Duration, site: usize, note: Note) -> Expr<()> {
        let seconds = self.edit(|program| program.arena.literal(Seconds::from(duration).get()));
        self.wait(seconds, site, note)
    }

    /// Waits for a number of seconds.
    pub fn sleep_seconds(&self, seconds: Expr<u64>, site: usize, note: Note) -> Expr<()> {
        self.wait(seconds.node(), site, note)
    }

    fn wait(&self, seconds: Node, site: usize, note: Note) -> Expr<()> {
        self.edit(|program| program.sites = program.sites.max(site + 1));
        self.append(Step::Wait { site, note, seconds, next: None });
        self.unit()
    }
}
