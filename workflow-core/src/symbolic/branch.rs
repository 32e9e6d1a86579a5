//! Branches and loops: several ways that come together again.

use std::{cell::RefCell, marker::PhantomData};

use serde_json::Value;

use super::{
    builder::Builder,
    graph::{Hole, Note, Point, Step},
    node::{Expr, Node},
    pattern::Test,
};

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
    pub(super) rest: Vec<Hole>,
    ends: Vec<(Vec<Hole>, Node)>,
    of: PhantomData<fn() -> T>,
}

/// Ways that lead to what comes next, kept aside.
#[must_use]
pub struct Ways(Vec<Hole>);

impl Builder {
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

    /// Ends the guard of an arm: what comes next is done when `test` holds, and the arms after it are tried when
    /// it does not. Those are asked from two places then, so a Choice of their own asks them.
    pub fn guarded<T>(&self, join: &mut Join<T>, test: Test, note: Note) {
        let Some(condition) = test.0 else { return };
        let mut inner = self.inner.borrow_mut();
        inner.append(|_| Step::Choice { note, rules: vec![(condition, None)], default: None });
        let choice = inner.program.steps.len() - 1;
        inner.holes = vec![Hole::Rule(choice, 0)];
        join.rest.push(Hole::Default(choice));
        join.choice = None;
    }

    /// The ways that lead to what comes next.
    pub fn ways(&self) -> Ways {
        Ways(std::mem::take(&mut self.inner.borrow_mut().holes))
    }

    /// Those ways lead to what comes next as well.
    pub fn ways_as_well(&self, ways: Ways) {
        self.inner.borrow_mut().holes.extend(ways.0);
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
