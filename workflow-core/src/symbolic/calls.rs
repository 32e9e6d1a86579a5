//! What is awaited: calls of tasks, with the policy that they carry, and waits.

use std::{marker::PhantomData, time::Duration};

use crate::{
    contract::TaskContract,
    data::Data,
    error::Propagates,
    lower::TaskInfo,
    retry::{Policy, Retry, Seconds},
    task::{Task, TaskFn, add_retry},
};

use super::{
    builder::Builder,
    errors,
    graph::{CallInfo, Note, Step},
    node::{Expr, Kind, Node},
    scope::Scope,
    tuple::ExprTuple,
};

/// An awaited call, with the policy that it carries.
#[must_use]
pub struct SymCall<T, E> {
    task: TaskInfo,
    parameters: &'static [&'static str],
    arguments: Vec<Node>,
    policy: Policy,
    overrides_retry: bool,
    errors: Vec<&'static str>,
    of: PhantomData<fn() -> (T, E)>,
}

impl<T, E> SymCall<T, E> {
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
        self.policy.lambda_transients = false;
        self
    }
}

impl Builder {
    /// A call of a task.
    pub fn call<F, P>(
        &self,
        _: F,
        arguments: F::Exprs,
    ) -> SymCall<<<F::Task as Task>::Output as Data>::Owned, <F::Task as Task>::Error>
    where
        F: TaskFn<P>,
    {
        SymCall {
            task: TaskInfo {
                name: F::Task::NAME,
                function: F::Task::FUNCTION,
                path: std::any::type_name::<F::Task>(),
                contract: TaskContract::of::<F, P>(),
            },
            parameters: F::Task::PARAMETERS,
            arguments: arguments.nodes(),
            policy: F::Task::policy(),
            overrides_retry: false,
            errors: errors::universe::<<F::Task as Task>::Error>(),
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
        let mut inner = self.inner.borrow_mut();
        let catch = inner.catch(scope);
        let program = &mut inner.program;
        let result = program.var(None);
        let node = program.arena.add(Kind::Var(result));
        let call = CallInfo {
            site,
            note,
            task: call.task,
            parameters: call.parameters,
            arguments: call.arguments,
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
