//! The builder: what the macro's symbolic reading calls, in the order of the author's statements.
//!
//! It keeps the set of [`Hole`]s that lead to whatever comes next. A step fills them and leaves its
//! own; a branch leaves one set per arm; an empty set means that nothing comes next.

use std::cell::RefCell;

use serde_json::Value;

use crate::data::{Data, Shape};

use super::{
    children::Body,
    frame::Frame,
    graph::{Hole, Point, Position, Program, Region, RegionId, Step, Var},
    node::{Expr, Kind, Node},
    pattern::{self, Pat, Test},
    scope::Open,
    tuple::WitnessTuple,
};

/// Collects the steps of one workflow.
#[derive(Debug)]
pub struct Builder {
    pub(super) inner: RefCell<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) program: Program,
    /// The ways out that lead to whatever comes next.
    pub(super) holes: Vec<Hole>,
    /// The region that is being built.
    pub(super) region: RegionId,
    /// What an `async` block or an awaited `match` left open: its successes.
    pub(super) scopes: Vec<Open>,
    /// The workflow, and those that are being written in the place of a call, outermost first.
    pub(super) bodies: Vec<Body>,
    /// The pure body that is being read and its branches, innermost last.
    pub(super) frames: Vec<Frame>,
    /// The pure functions that are being read, innermost last.
    pub(super) functions: Vec<&'static str>,
}

impl Builder {
    /// A builder for the body of a workflow.
    pub(crate) fn new(identity: &'static str, function: &'static str) -> Self {
        let body = Body {
            identity,
            function,
            position: Position::default(),
            arguments: Vec::new(),
            read: 0,
            base: 0,
            scope: None,
            note: None,
        };
        let inner = Inner {
            program: Program { regions: vec![Region::default()], ..Program::default() },
            holes: vec![Hole::Entry(0)],
            region: 0,
            scopes: Vec::new(),
            bodies: vec![body],
            frames: Vec::new(),
            functions: Vec::new(),
        };
        Self { inner: RefCell::new(inner) }
    }

    /// Whether a workflow is being read already.
    pub(super) fn is_open(&self, identity: &str) -> bool {
        self.inner.borrow().bodies.iter().any(|body| body.identity == identity)
    }

    /// What has been built.
    pub(crate) fn finish(self) -> Program {
        self.inner.into_inner().program
    }

    /// Whether a workflow is the one whose state machine is written.
    pub(super) fn is_itself(&self, identity: &str) -> bool {
        self.inner.borrow().bodies.first().is_some_and(|body| body.identity == identity)
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
        let argument = self.inner.borrow_mut().argument();
        if let Some(argument) = argument {
            return self.bind_name(name, Expr::new(argument));
        }
        let var = self.edit(|program| {
            let var = program.var(Some(name.to_owned()));
            program.contract.parameters.push((name, T::shape));
            program.regions[0].params.push((var, key.map(str::to_owned)));
            if matches!(T::shape(), Shape::Option(_)) {
                program.optional.insert(var);
            }
            var
        });
        self.expr(Kind::Var(var))
    }

    /// `let name = value;`
    pub fn bind_name<T>(&self, name: &'static str, value: Expr<T>) -> Expr<T> {
        if self.is_pure() {
            return Expr::new(self.name(name, value.node()));
        }
        let mut inner = self.inner.borrow_mut();
        let program = &mut inner.program;
        let mutable = program.reads_mutable(value.node());
        match program.arena.kind(value.node()).clone() {
            Kind::Var(var) if !mutable => {
                program.vars[var.0 as usize].get_or_insert_with(|| name.to_owned());
                value
            }
            // A literal and a field read as well where they are used; a name adds nothing.
            Kind::Literal(_) | Kind::Context(_) | Kind::Field { .. } | Kind::Index { .. }
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

    /// A name that a pattern gives to a part of a value. A part of what is set again later is a variable of
    /// its own, so that it stays what it was.
    pub fn part<T>(&self, name: &'static str, value: Expr<T>) -> Expr<T> {
        let changes = self.inner.borrow().program.reads_mutable(value.node());
        if changes { self.bind_name(name, value) } else { value }
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
}

impl Inner {
    /// Where the errors of what is awaited in a scope lead: the variable that holds one, and the step.
    pub(super) fn catch(&self, place: Option<usize>) -> Option<(Var, Point)> {
        let (dispatch, handler) = self.scopes[place?].target?;
        self.program.dispatches[dispatch].error.map(|error| (error, handler))
    }

    /// The next argument of a workflow that stands in the place of a call.
    fn argument(&mut self) -> Option<Node> {
        let body = self.bodies.last_mut()?;
        let argument = body.arguments.get(body.read).copied()?;
        body.read += 1;
        Some(argument)
    }

    /// The place of the first call of what is being read.
    pub(super) fn base(&self) -> usize {
        self.bodies.last().map_or(0, |body| body.base)
    }

    /// What a state is called: what was written at the call of its workflow counts for the first one.
    fn annotate(&mut self, step: &mut Step) {
        let Some((body, around)) = self.bodies.split_last_mut() else { return };
        let note = match step {
            Step::Task { call, .. } => &mut call.note,
            Step::Fork { fork, .. } => &mut fork.note,
            Step::Wait { note, .. }
            | Step::Choice { note, .. }
            | Step::Return { note, .. }
            | Step::Raise { note, .. } => note,
            Step::Let { .. } | Step::Jump { .. } | Step::Pass { .. } | Step::Dispatch { .. } => return,
        };
        // What nobody wrote stands where what was written last does.
        if note.position.line > 0 {
            body.position.line = note.position.line;
        }
        note.position = body.position;
        if around.is_empty() {
            return;
        }
        note.within = Some(body.function);
        if let Some(outer) = body.note.take() {
            note.name = outer.name.or(note.name);
            note.comment = outer.comment.or(note.comment);
        }
    }

    /// Adds a step that follows everything open. The step sets the flag if something may follow it.
    pub(super) fn append(&mut self, step: impl FnOnce(&mut bool) -> Step) {
        let mut leads_on = false;
        let mut step = step(&mut leads_on);
        self.annotate(&mut step);
        let point = self.program.add(step);
        let reachable = !self.holes.is_empty();
        for hole in std::mem::take(&mut self.holes) {
            self.program.fill(hole, point);
        }
        if leads_on && reachable {
            self.holes = vec![Hole::Next(point)];
        }
    }

    /// Brings several ways together; where their values differ, a variable holds the value.
    pub(super) fn join(&mut self, ends: Vec<(Vec<Hole>, Node)>) -> Node {
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
