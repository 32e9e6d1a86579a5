//! What is drawn when an execution runs, and what it knows of itself.

use crate::time::Timestamp;

use super::{
    builder::Builder,
    graph::Step,
    node::{BinaryOp, Drawn, Expr, Kind, Nested},
};

impl Builder {
    /// `now().await`
    pub fn now(&self) -> Expr<Timestamp> {
        self.draw(Drawn::Now)
    }

    /// `uuid().await`
    pub fn uuid(&self) -> Expr<String> {
        self.draw(Drawn::Uuid)
    }

    /// `random().await`
    pub fn random(&self) -> Expr<f64> {
        self.draw(Drawn::Random)
    }

    /// `random_range(low..high).await`, or with `inclusive` `random_range(low..=high).await`
    pub fn random_range<T>(&self, low: Expr<T>, high: Expr<T>, inclusive: bool) -> Expr<T> {
        let drawn: Expr<f64> = self.draw(Drawn::Random);
        Expr::new(self.edit(|program| {
            let arena = &mut program.arena;
            let (low, mut high) = (low.node(), high.node());
            if inclusive {
                let one = arena.literal(1);
                high = arena.binary(BinaryOp::Add, high, one);
            }
            let from_zero = matches!(arena.kind(low), Kind::Literal(low) if low.as_i64() == Some(0));
            let mut count = if from_zero { high } else { arena.binary(BinaryOp::Subtract, high, low) };
            // An empty range gives its start.
            match arena.kind(count) {
                Kind::Literal(known) if known.as_i64().is_some_and(|known| known > 0) => {}
                _ => {
                    let zero = arena.literal(0);
                    let either = arena.add(Kind::Array(vec![(count, Nested::Never), (zero, Nested::Never)]));
                    count = arena.add(Kind::Call { function: "max", arguments: vec![either] });
                }
            }
            let part = arena.binary(BinaryOp::Multiply, drawn.node(), count);
            let steps = arena.add(Kind::Call { function: "floor", arguments: vec![part] });
            if from_zero { steps } else { arena.binary(BinaryOp::Add, low, steps) }
        }))
    }

    /// Draws a value where the author awaits it. It is a step, and its variable is never replaced by what
    /// it holds, so that it is drawn once and in its turn.
    fn draw<T>(&self, drawn: Drawn) -> Expr<T> {
        let (var, value) = self.edit(|program| {
            program.draws += 1;
            (program.var(None), program.arena.add(Kind::Drawn(drawn, program.draws)))
        });
        self.append(Step::Let { var, value, next: None });
        self.expr(Kind::Var(var))
    }

    /// `execution()`
    pub fn execution(&self) -> SymExecution<'_> {
        SymExecution { builder: self }
    }
}

/// See [`ExecutionContext`](crate::ExecutionContext), whose methods these are.
#[derive(Clone, Copy, Debug)]
pub struct SymExecution<'a> {
    builder: &'a Builder,
}

impl SymExecution<'_> {
    /// See [`ExecutionContext::id`](crate::ExecutionContext::id).
    pub fn id(self) -> Expr<String> {
        self.path("Execution.Id")
    }

    /// See [`ExecutionContext::name`](crate::ExecutionContext::name).
    pub fn name(self) -> Expr<String> {
        self.path("Execution.Name")
    }

    /// See [`ExecutionContext::start_time`](crate::ExecutionContext::start_time).
    pub fn start_time(self) -> Expr<Timestamp> {
        self.path("Execution.StartTime")
    }

    /// See [`ExecutionContext::state_machine_id`](crate::ExecutionContext::state_machine_id).
    pub fn state_machine_id(self) -> Expr<String> {
        self.path("StateMachine.Id")
    }

    /// See [`ExecutionContext::state_machine_name`](crate::ExecutionContext::state_machine_name).
    pub fn state_machine_name(self) -> Expr<String> {
        self.path("StateMachine.Name")
    }

    fn path<T>(self, path: &'static str) -> Expr<T> {
        self.builder.expr(Kind::Context(path))
    }
}
