//! The builder: what the macro's symbolic reading calls, in the order of the author's statements.
//!
//! It keeps the set of [`Hole`]s that lead to whatever comes next. A step fills them and leaves its
//! own; a branch leaves one set per arm; an empty set means that nothing comes next.

use std::{cell::RefCell, marker::PhantomData, time::Duration};

use serde_json::Value;

use crate::{
    data::Data,
    error::{Propagates, WorkflowError},
    lower::TaskInfo,
    retry::{Policy, Retry, Seconds},
    task::{Task, TaskFn, add_retry},
};

use super::{
    errors,
    graph::{Arm, CallInfo, Dispatch, Hole, Note, Point, Program, Step, Var},
    node::{Expr, Kind, Node, Presence, UnaryOp},
    pattern::{self, Pat, Test},
    tuple::{ExprTuple, FieldTuple, WitnessTuple},
};

/// Collects the steps of one workflow.
#[derive(Debug)]
pub struct Builder {
    inner: RefCell<Inner>,
}

#[derive(Debug)]
struct Inner {
    program: Program,
    /// The ways out that lead to whatever comes next.
    holes: Vec<Hole>,
    /// What an `async` block or an awaited `match` left open: its successes.
    scopes: Vec<Open>,
}

/// A scope that is not yet closed.
#[derive(Debug)]
struct Open {
    /// Its successes: where each leads from, and the value.
    exits: Vec<(Vec<Hole>, Node)>,
    dispatch: usize,
    /// The step that all its errors lead to.
    handler: Point,
}

/// Where `Ok` and `Err` lead: out of the workflow, or out of an `async` block or an awaited
/// `match`.
pub struct Scope<T, E> {
    place: Option<usize>,
    of: PhantomData<fn() -> (T, E)>,
}

impl<T, E> Clone for Scope<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Scope<T, E> {}

/// An awaited call, with the policy that it carries.
#[must_use]
pub struct SymCall<T, E> {
    task: TaskInfo,
    parameters: &'static [&'static str],
    arguments: Vec<Node>,
    policy: Policy,
    overrides_retry: bool,
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

/// A loop, on its way to the value of its `break`s.
#[must_use]
pub struct Loop<T> {
    head: Point,
    /// Where `continue` leads: before the next turn.
    latch: Point,
    breaks: RefCell<Vec<(Vec<Hole>, Node)>>,
    of: PhantomData<fn() -> T>,
}

/// The arms of an `if` or a `match` with effects, on their way to one value.
#[must_use]
pub struct Join<T> {
    note: Note,
    choice: Option<Point>,
    /// What leads on when no arm so far has matched.
    rest: Vec<Hole>,
    ends: Vec<(Vec<Hole>, Node)>,
    of: PhantomData<fn() -> T>,
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// A builder for an empty body.
    pub fn new() -> Self {
        let inner = Inner { program: Program::default(), holes: vec![Hole::Entry], scopes: Vec::new() };
        Self { inner: RefCell::new(inner) }
    }

    /// What has been built.
    pub(crate) fn finish(self) -> Program {
        self.inner.into_inner().program
    }

    pub(crate) fn edit<R>(&self, edit: impl FnOnce(&mut Program) -> R) -> R {
        edit(&mut self.inner.borrow_mut().program)
    }

    pub(crate) fn expr<T>(&self, kind: Kind) -> Expr<T> {
        Expr::new(self.edit(|program| program.arena.add(kind)))
    }

    /// Adds a step that something may follow.
    pub(crate) fn append(&self, step: Step) {
        self.inner.borrow_mut().append(|leads_on| {
            *leads_on = true;
            step
        });
    }

    pub(crate) fn problem(&self, problem: String) {
        self.edit(|program| program.problems.push(problem));
    }

    /// A parameter of the workflow. `key` is its key in the input, where it is not the whole.
    pub fn param<T: Data>(&self, name: &'static str, key: Option<&'static str>) -> Expr<T::Owned> {
        let var = self.edit(|program| {
            let var = program.var(Some(name.to_owned()));
            program.params.push((var, key.map(str::to_owned)));
            var
        });
        self.expr(Kind::Var(var))
    }

    /// `let name = value;`
    pub fn bind_name<T>(&self, name: &'static str, value: Expr<T>) -> Expr<T> {
        let mut inner = self.inner.borrow_mut();
        let program = &mut inner.program;
        let mutable = program.reads_mutable(value.node());
        match program.arena.kind(value.node()).clone() {
            Kind::Var(var) if !mutable => {
                program.vars[var.0 as usize].get_or_insert_with(|| name.to_owned());
                value
            }
            // A literal and a field read as well where they are used; a name adds nothing.
            Kind::Literal(_) | Kind::Field { .. } | Kind::Index { .. }
                if !mutable && !program.arena.is_costly(value.node()) =>
            {
                value
            }
            _ => {
                let var = program.var(Some(name.to_owned()));
                let node = program.arena.add(Kind::Var(var));
                inner.append(|holes| {
                    *holes = true;
                    Step::Let { var, value: value.node(), next: None }
                });
                Expr::new(node)
            }
        }
    }

    /// Reads a pattern. The closure is never called: rustc finds the bindings' types in it.
    pub fn bind<T: Data, P: WitnessTuple>(
        &self,
        value: Expr<T>,
        pat: &Pat,
        _: fn(&T) -> Option<P>,
    ) -> (Test, P::Exprs) {
        let matched = self.edit(|program| {
            let Program { arena, problems, .. } = program;
            pattern::read(arena, problems, &T::shape(), value.node(), pat)
        });
        let missing = self.unit().node();
        (Test(matched.test), P::exprs(&matched.bound, missing))
    }

    /// A test that is a condition alone.
    pub fn test(&self, condition: Expr<bool>) -> Test {
        match self.edit(|program| program.arena.kind(condition.node()).clone()) {
            Kind::Literal(Value::Bool(true)) => Test(None),
            _ => Test(Some(condition.node())),
        }
    }

    /// Both tests.
    pub fn both(&self, left: Test, right: Test) -> Test {
        Test(self.edit(|program| program.arena.and(left.0, right.0)))
    }

    /// A test as a value.
    pub fn holds(&self, test: Test) -> Expr<bool> {
        match test.0 {
            Some(node) => Expr::new(node),
            None => self.expr(Kind::Literal(Value::Bool(true))),
        }
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
        SymCall {
            task: TaskInfo { name: F::Task::NAME, function: F::Task::FUNCTION },
            parameters: F::Task::PARAMETERS,
            arguments: arguments.nodes(),
            policy: F::Task::policy(),
            overrides_retry: false,
            of: PhantomData,
        }
    }

    /// The scope of the workflow itself.
    pub fn scope<T: Data, E>(&self) -> Scope<T::Owned, E> {
        Scope { place: None, of: PhantomData }
    }

    /// Opens the scope of an `async` block or of an awaited `match`.
    pub fn open<T, E: WorkflowError>(&self) -> Scope<T, E> {
        let mut inner = self.inner.borrow_mut();
        let program = &mut inner.program;
        let error = program.var(Some("error".to_owned()));
        let universe = Vec::new();
        program.dispatches.push(Dispatch { error: Some(error), universe, arms: Vec::new() });
        let dispatch = program.dispatches.len() - 1;
        let node = program.arena.add(Kind::Var(error));
        program.steps.push(Step::Dispatch { dispatch, error: node });
        let handler = program.steps.len() - 1;
        inner.scopes.push(Open { exits: Vec::new(), dispatch, handler });
        Scope { place: Some(inner.scopes.len() - 1), of: PhantomData }
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
        let catch = scope.place.map(|place| {
            let open = &inner.scopes[place];
            (open.dispatch, open.handler)
        });
        let program = &mut inner.program;
        let catch = catch
            .and_then(|(dispatch, handler)| program.dispatches[dispatch].error.map(|var| (var, handler)));
        let result = program.var(None);
        let node = program.arena.add(Kind::Var(result));
        let call = CallInfo {
            site,
            note,
            task: call.task,
            parameters: call.parameters,
            arguments: call.arguments,
            policy: call.policy,
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

    /// `Ok(value)`, leaving the scope.
    pub fn ok<T, E>(&self, scope: Scope<T, E>, value: Expr<T>, note: Note) {
        let mut inner = self.inner.borrow_mut();
        match scope.place {
            None => inner.append(|_| Step::Return { note, value: value.node() }),
            Some(place) => {
                let holes = std::mem::take(&mut inner.holes);
                inner.scopes[place].exits.push((holes, value.node()));
            }
        }
    }

    /// `Err(error)`, leaving the scope.
    pub fn err<T, E>(&self, scope: Scope<T, E>, error: Expr<E>, note: Note) {
        self.raise(scope, error.node(), note);
    }

    /// `Err(error.into())`, leaving the scope.
    pub fn err_into<T, E: Propagates<E2>, E2>(&self, scope: Scope<T, E>, error: Expr<E2>, note: Note) {
        self.raise(scope, error.node(), note);
    }

    fn raise<T, E>(&self, scope: Scope<T, E>, error: Node, note: Note) {
        let mut inner = self.inner.borrow_mut();
        let Some(place) = scope.place else {
            return inner.append(|_| Step::Raise { note, error });
        };
        let Open { dispatch, handler, .. } = inner.scopes[place];
        if let Some(var) = inner.program.dispatches[dispatch].error {
            inner.append(|leads_on| {
                *leads_on = true;
                Step::Let { var, value: error, next: None }
            });
        }
        for hole in std::mem::take(&mut inner.holes) {
            inner.program.fill(hole, handler);
        }
    }

    /// An error written as a literal.
    pub fn error_literal<E: WorkflowError, P: FieldTuple>(
        &self,
        variant: &'static str,
        names: &[&'static str],
        _: fn(P) -> E,
        values: P::Exprs,
    ) -> Expr<E> {
        let fields: Vec<(&'static str, Node)> = names.iter().copied().zip(values.nodes()).collect();
        Expr::new(self.edit(|program| {
            let Program { arena, problems, .. } = program;
            errors::literal::<E>(arena, problems, variant, &fields)
        }))
    }

    /// The error name of an error.
    pub fn error_name<E: WorkflowError>(&self, error: Expr<E>) -> Expr<String> {
        Expr::new(
            self.edit(|program| program.arena.field(error.node(), "Error".to_owned(), Presence::Certain)),
        )
    }

    /// The cause of an error, as its handler reported it.
    pub fn error_cause<E: WorkflowError>(&self, error: Expr<E>) -> Expr<String> {
        self.expr(Kind::ErrorCause(error.node()))
    }

    /// `Ok(value)` as a value.
    pub fn ok_value<T, E>(&self, value: Expr<T>) -> Expr<Result<T, E>> {
        self.expr(Kind::Object(vec![("Ok".to_owned(), value.node())]))
    }

    /// `Err(error)` as a value.
    pub fn err_value<T, E>(&self, error: Expr<E>) -> Expr<Result<T, E>> {
        self.expr(Kind::Object(vec![("Err".to_owned(), error.node())]))
    }

    /// `result?`
    pub fn question<T, E, T2, E2>(&self, scope: Scope<T, E>, result: Expr<Result<T2, E2>>) -> Expr<T2>
    where
        E: Propagates<E2>,
    {
        let (is_ok, value, error) = self.edit(|program| {
            let value = program.arena.field(result.node(), "Ok".to_owned(), Presence::Certain);
            let error = program.arena.field(result.node(), "Err".to_owned(), Presence::Certain);
            let is_err = program.arena.add(Kind::Unary(UnaryOp::Exists, error));
            (program.arena.not(is_err), value, error)
        });
        let mut join = self.choice::<T2>(Note { about: Some("result"), ..Note::default() });
        self.when(&mut join, Test(Some(is_ok)));
        self.arm(&mut join, Expr::new(value));
        self.otherwise(&mut join);
        self.raise(scope, error, Note::default());
        self.arm(&mut join, self.never());
        self.join(join)
    }

    /// Closes a scope's body: what comes next is its success, whose value this is.
    pub fn succeeded<T, E: WorkflowError>(&self, scope: Scope<T, E>) -> Expr<T> {
        let mut inner = self.inner.borrow_mut();
        let Some(place) = scope.place else {
            return Expr::new(inner.program.arena.literal(Value::Null));
        };
        let exits = std::mem::take(&mut inner.scopes[place].exits);
        let dispatch = inner.scopes[place].dispatch;
        inner.program.dispatches[dispatch].universe = errors::universe::<E>();
        Expr::new(inner.join(exits))
    }

    /// Reads a pattern over a scope's error. The closure is never called.
    pub fn bind_error<T, E: WorkflowError, P: WitnessTuple>(
        &self,
        scope: Scope<T, E>,
        pat: &Pat,
        _: fn(&E) -> Option<P>,
    ) -> (errors::ErrPat, P::Exprs) {
        let mut inner = self.inner.borrow_mut();
        let var = scope.place.and_then(|place| {
            let dispatch = inner.scopes[place].dispatch;
            inner.program.dispatches[dispatch].error
        });
        let Program { arena, problems, .. } = &mut inner.program;
        let error = match var {
            Some(var) => arena.add(Kind::Var(var)),
            None => arena.literal(Value::Null),
        };
        let found = errors::read::<E>(arena, problems, error, pat);
        let exprs = P::exprs(&found.bound, error);
        (found, exprs)
    }

    /// Starts an arm for errors: what comes next is done for the errors that `pat` takes.
    pub fn when_error<T, E>(&self, scope: Scope<T, E>, pat: errors::ErrPat, guard: Test) {
        let mut inner = self.inner.borrow_mut();
        let Some(place) = scope.place else { return };
        let dispatch = inner.scopes[place].dispatch;
        let guard = inner.program.arena.and(pat.test, guard.0);
        let arms = &mut inner.program.dispatches[dispatch].arms;
        arms.push(Arm { names: pat.names, others: pat.others, guard, entry: None });
        let arm = arms.len() - 1;
        inner.holes = vec![Hole::Arm(dispatch, arm)];
    }

    /// The same for an arm that also takes the successes which no arm has taken so far.
    pub fn when_error_or_rest<T, E, U>(&self, scope: Scope<T, E>, pat: errors::ErrPat, join: &mut Join<U>) {
        self.when_error(scope, pat, Test(None));
        self.inner.borrow_mut().holes.append(&mut join.rest);
    }

    /// Starts a loop: what comes next is done on every turn.
    pub fn turn<T>(&self) -> Loop<T> {
        let mut inner = self.inner.borrow_mut();
        inner.append(|leads_on| {
            *leads_on = true;
            Step::Jump { next: None }
        });
        let head = inner.program.steps.len() - 1;
        inner.program.steps.push(Step::Jump { next: None });
        let latch = inner.program.steps.len() - 1;
        Loop { head, latch, breaks: RefCell::new(Vec::new()), of: PhantomData }
    }

    /// `continue`, and the end of a loop's body.
    pub fn next_turn<T>(&self, turn: &Loop<T>) {
        let mut inner = self.inner.borrow_mut();
        for hole in std::mem::take(&mut inner.holes) {
            inner.program.fill(hole, turn.latch);
        }
    }

    /// What comes next is done between two turns.
    pub fn between_turns<T>(&self, turn: &Loop<T>) {
        self.inner.borrow_mut().holes = vec![Hole::Next(turn.latch)];
    }

    /// `break value`, and the end of a `while`.
    pub fn leave<T>(&self, turn: &Loop<T>, value: Expr<T>) {
        let holes = std::mem::take(&mut self.inner.borrow_mut().holes);
        turn.breaks.borrow_mut().push((holes, value.node()));
    }

    /// Ends a loop: what comes next follows every `break`.
    pub fn after<T>(&self, turn: Loop<T>) -> Expr<T> {
        let mut inner = self.inner.borrow_mut();
        for hole in std::mem::take(&mut inner.holes) {
            inner.program.fill(hole, turn.head);
        }
        Expr::new(inner.join(turn.breaks.into_inner()))
    }

    /// Starts an `if` or a `match` with effects.
    pub fn choice<T>(&self, note: Note) -> Join<T> {
        let rest = std::mem::take(&mut self.inner.borrow_mut().holes);
        Join { note, choice: None, rest, ends: Vec::new(), of: PhantomData }
    }

    /// Starts an arm: what comes next is done when `test` holds and no arm before it matched.
    pub fn when<T>(&self, join: &mut Join<T>, test: Test) {
        let mut inner = self.inner.borrow_mut();
        inner.holes = std::mem::take(&mut join.rest);
        let Some(condition) = test.0 else { return };
        let choice = match join.choice {
            Some(choice) => choice,
            None => {
                let note = join.note;
                inner.append(|_| Step::Choice { note, rules: Vec::new(), default: None });
                let choice = inner.program.steps.len() - 1;
                join.choice = Some(choice);
                choice
            }
        };
        if let Step::Choice { rules, .. } = &mut inner.program.steps[choice] {
            rules.push((condition, None));
            inner.holes = vec![Hole::Rule(choice, rules.len() - 1)];
        }
        join.rest = vec![Hole::Default(choice)];
    }

    /// Starts the arm for everything else.
    pub fn otherwise<T>(&self, join: &mut Join<T>) {
        self.inner.borrow_mut().holes = std::mem::take(&mut join.rest);
    }

    /// Ends an arm with its value.
    pub fn arm<T>(&self, join: &mut Join<T>, value: Expr<T>) {
        let holes = std::mem::take(&mut self.inner.borrow_mut().holes);
        join.ends.push((holes, value.node()));
    }

    /// Ends all arms: the value is that of the arm that was taken.
    pub fn join<T>(&self, join: Join<T>) -> Expr<T> {
        let mut inner = self.inner.borrow_mut();
        let mut ends = join.ends;
        let unit = inner.program.arena.literal(Value::Null);
        ends.push((join.rest, unit));
        Expr::new(inner.join(ends))
    }
}

impl Inner {
    /// Adds a step that follows everything open. The step sets the flag if something may follow it.
    fn append(&mut self, step: impl FnOnce(&mut bool) -> Step) {
        let mut leads_on = false;
        let step = step(&mut leads_on);
        self.program.steps.push(step);
        let point = self.program.steps.len() - 1;
        let reachable = !self.holes.is_empty();
        for hole in std::mem::take(&mut self.holes) {
            self.program.fill(hole, point);
        }
        if leads_on && reachable {
            self.holes = vec![Hole::Next(point)];
        }
    }

    /// Brings several ways together; where their values differ, a variable holds the value.
    fn join(&mut self, ends: Vec<(Vec<Hole>, Node)>) -> Node {
        let ends: Vec<(Vec<Hole>, Node)> = ends.into_iter().filter(|(holes, _)| !holes.is_empty()).collect();
        let Some((_, first)) = ends.first() else {
            self.holes = Vec::new();
            return self.program.arena.literal(Value::Null);
        };
        let first = *first;
        if ends.iter().all(|(_, value)| *value == first) {
            self.holes = ends.into_iter().flat_map(|(holes, _)| holes).collect();
            return first;
        }
        let var: Var = self.program.var(None);
        let mut holes = Vec::new();
        for (end, value) in ends {
            self.holes = end;
            self.append(|leads_on| {
                *leads_on = true;
                Step::Let { var, value, next: None }
            });
            holes.append(&mut self.holes);
        }
        self.holes = holes;
        self.program.arena.add(Kind::Var(var))
    }
}
