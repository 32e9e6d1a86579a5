//! Where `Ok`, `Err` and `?` lead, and what is done with the errors of what is awaited.

use std::marker::PhantomData;

use serde_json::Value;

use crate::{
    data::Data,
    error::{Propagates, WorkflowError},
};

use super::{
    branch::Join,
    builder::{Builder, Inner},
    errors,
    graph::{Arm, Dispatch, Hole, Note, Point, Position, Program, Step},
    node::{Expr, Kind, Node, Presence, UnaryOp},
    pattern::{Pat, Test},
    tuple::{ExprTuple, FieldTuple, WitnessTuple},
};

/// A scope that is not yet closed.
#[derive(Debug)]
pub(super) struct Open {
    /// Its successes: where each leads from, and the value.
    pub(super) exits: Vec<(Vec<Hole>, Node)>,
    /// Where its errors lead: what is done with them, and the step that does it. Nothing where they leave the
    /// workflow.
    pub(super) target: Option<(usize, Point)>,
    /// The arms after a guard that awaited, which are asked again for what it did not let in.
    pub(super) refused: Vec<Refused>,
}

/// The errors that a guard did not let in.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    dispatch: usize,
    /// The names of these errors, by their place in the universe of the scope, which are the universe there.
    names: Vec<usize>,
    /// Whether they have other names as well.
    others: bool,
}

/// Where `Ok` and `Err` lead: out of the workflow, or out of an `async` block or an awaited
/// `match`.
pub struct Scope<T, E> {
    pub(super) place: Option<usize>,
    of: PhantomData<fn() -> (T, E)>,
}

impl<T, E> Clone for Scope<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Scope<T, E> {}

impl<T, E> Scope<T, E> {
    /// The scope of a whole region: of the workflow, of a branch, of an iteration.
    pub(super) fn root() -> Self {
        Self { place: None, of: PhantomData }
    }
}

impl Builder {
    /// The scope of the workflow itself.
    ///
    /// `sites` is how many calls the function has, which stands in this file and line. In a workflow that another one awaits the scope is the
    /// call's.
    pub fn scope<T: Data, E>(&self, sites: usize, file: &'static str, line: u32) -> Scope<T::Owned, E> {
        let mut inner = self.inner.borrow_mut();
        inner.program.sites += sites;
        if let Some(body) = inner.bodies.last_mut() {
            body.position = Position { file, line };
        }
        if let [_] = inner.bodies.as_slice() {
            inner.program.position = Position { file, line };
            inner.program.contract.output = Some(T::shape);
        }
        Scope { place: inner.bodies.last().and_then(|body| body.scope), of: PhantomData }
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
        inner.scopes.push(Open { exits: Vec::new(), target: Some((dispatch, handler)), refused: Vec::new() });
        Scope { place: Some(inner.scopes.len() - 1), of: PhantomData }
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
        let Some((dispatch, handler)) = scope.place.and_then(|place| inner.scopes[place].target) else {
            return inner.append(|_| Step::Raise { note, error });
        };
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
        Expr::new(errors::literal(self, &E::variants(), variant, &fields))
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

    /// The success in a `Result`, whose error leaves the scope. A `Result` that conditions choose is taken
    /// apart by Choices, so that an error that is written out is one that the scope knows by its name.
    pub(super) fn passed<T, E>(&self, scope: Scope<T, E>, result: Node) -> Node {
        let note = Note { about: Some("result"), ..Note::default() };
        let kind = self.edit(|program| program.arena.kind(result).clone());
        let (is_ok, then, otherwise) = match kind {
            Kind::Object(entries) => match entries.as_slice() {
                [(key, value)] if key == "Ok" => return *value,
                [(key, error)] if key == "Err" => {
                    self.raise(scope, *error, Note::default());
                    return self.never::<()>().node();
                }
                _ => return result,
            },
            Kind::Named { element, value, body } => {
                let (var, body) = self.edit(|program| {
                    let var = program.var(Some(program.elements[element.0 as usize].clone()));
                    let node = program.arena.add(Kind::Var(var));
                    let read = &mut |kind: &Kind| (*kind == Kind::Element(element)).then_some(node);
                    (var, program.arena.replace(body, read))
                });
                self.append(Step::Let { var, value, next: None });
                return self.passed(scope, body);
            }
            Kind::Cond { condition, then, otherwise } => (condition, then, otherwise),
            _ => self.edit(|program| {
                let arena = &mut program.arena;
                let value = arena.field(result, "Ok".to_owned(), Presence::Certain);
                let error = arena.field(result, "Err".to_owned(), Presence::Certain);
                let is_err = arena.add(Kind::Unary(UnaryOp::Exists, error));
                let taken = |key: &str, node| vec![(key.to_owned(), node)];
                let (ok, err) = (
                    arena.add(Kind::Object(taken("Ok", value))),
                    arena.add(Kind::Object(taken("Err", error))),
                );
                (arena.not(is_err), ok, err)
            }),
        };
        let mut join = self.choice::<()>(note);
        self.when(&mut join, Test(Some(is_ok)));
        let value = self.passed(scope, then);
        self.arm(&mut join, Expr::new(value));
        self.otherwise(&mut join);
        let value = self.passed(scope, otherwise);
        self.arm(&mut join, Expr::new(value));
        self.join(join).node()
    }

    /// Closes a scope's body: what comes next is its success, whose value this is.
    pub fn succeeded<T, E: WorkflowError>(&self, scope: Scope<T, E>) -> Expr<T> {
        let mut inner = self.inner.borrow_mut();
        let Some(place) = scope.place else {
            return Expr::new(inner.program.arena.literal(Value::Null));
        };
        let exits = std::mem::take(&mut inner.scopes[place].exits);
        if let Some((dispatch, _)) = inner.scopes[place].target {
            inner.program.dispatches[dispatch].universe = errors::universe::<E>();
        }
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
            let (dispatch, _) = inner.scopes[place].target?;
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

    /// The whole error of a scope, as a value of the type that the scope fails with: rustc finds that type
    /// from where the error goes, too.
    pub fn error_of<T, E, X>(&self, _: Scope<T, E>, bound: Expr<X>) -> Expr<E> {
        Expr::new(bound.node())
    }

    /// Starts an arm for errors: what comes next is done for the errors that `pat` takes.
    pub fn when_error<T, E>(&self, scope: Scope<T, E>, pat: errors::ErrPat, guard: Test) {
        let mut inner = self.inner.borrow_mut();
        let Some((dispatch, _)) = scope.place.and_then(|place| inner.scopes[place].target) else { return };
        let Inner { program, scopes, holes, .. } = &mut *inner;
        let guard = program.arena.and(pat.test, guard.0);
        let refused = scope.place.map(|place| scopes[place].refused.as_slice()).unwrap_or_default();
        holes.clear();
        for Refused { dispatch, names, others } in refused {
            let taken: Vec<usize> =
                (0..names.len()).filter(|place| pat.names.contains(&names[*place])).collect();
            // Where there are no others, who takes all names takes all errors.
            let others = if *others { pat.others } else { taken.len() == names.len() };
            if others || !taken.is_empty() {
                holes.push(program.arm(*dispatch, Arm { names: taken, others, guard, entry: None }));
            }
        }
        holes.push(program.arm(dispatch, Arm { names: pat.names, others: pat.others, guard, entry: None }));
    }

    /// Ends the guard of the arm that was started last: what comes next is done when `test` holds. When it does not,
    /// the arms after it are asked, for the errors that came here.
    pub fn guarded_error<T, E>(&self, scope: Scope<T, E>, test: Test, note: Note) {
        let Some(condition) = test.0 else { return };
        let mut inner = self.inner.borrow_mut();
        let Some(place) = scope.place else { return };
        let Some((dispatch, _)) = inner.scopes[place].target else { return };
        inner.append(|_| Step::Choice { note, rules: vec![(condition, None)], default: None });
        let Inner { program, scopes, holes, .. } = &mut *inner;
        let choice = program.steps.len() - 1;
        *holes = vec![Hole::Rule(choice, 0)];
        let Dispatch { error, universe, arms } = &program.dispatches[dispatch];
        let (Some(error), Some(Arm { names, others, .. })) = (*error, arms.last()) else { return };
        let (names, others) = (names.clone(), *others);
        let universe = names.iter().map(|place| universe[*place]).collect();
        program.dispatches.push(Dispatch { error: Some(error), universe, arms: Vec::new() });
        let dispatch = program.dispatches.len() - 1;
        let node = program.arena.add(Kind::Var(error));
        program.steps.push(Step::Dispatch { dispatch, error: node });
        program.fill(Hole::Default(choice), program.steps.len() - 1);
        scopes[place].refused.push(Refused { dispatch, names, others });
    }

    /// The same for an arm that also takes the successes which no arm has taken so far.
    pub fn when_error_or_rest<T, E, U>(&self, scope: Scope<T, E>, pat: errors::ErrPat, join: &mut Join<U>) {
        self.when_error(scope, pat, Test(None));
        self.inner.borrow_mut().holes.append(&mut join.rest);
    }
}
