//! From the symbolic reading to the state machine.
//!
//! `simplify` puts pure values where they are used. `route` follows a way out of a step to the next
//! state and gathers the assignments that ride on it; `draft` does so for every state that can be
//! reached. `merge` leaves out the states that are not needed. `regions` does all that for the whole
//! and for every branch and iteration in it. `machine` puts the rest together,
//! with `names` that the author would recognise; `state` writes one, `jsonata` its expressions.

mod distributed;
mod draft;
mod drawn;
mod failing;
mod jsonata;
mod machine;
mod merge;
mod names;
mod policy;
mod regions;
mod route;
mod simplify;
mod state;

use std::collections::BTreeMap;

use crate::{
    asl,
    contract::{Contract, TaskContract},
    resource::Resource,
    symbolic::{Builder, Position},
    workflow::Workflow,
};

/// The state machine of a workflow, and what ties it to the native reading.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The state machine.
    pub machine: asl::StateMachine,
    /// The name of the state that each awaited call became, by its place in the function.
    pub sites: Vec<String>,
    /// The workflows that stand in the place of a call: the call's place among the sites, and that of their
    /// own first call.
    pub(crate) inlined: Vec<(usize, usize)>,
    /// Every task that the workflow calls, each once, in order of first call.
    pub tasks: Vec<TaskInfo>,
    /// Where each state comes from, in the order of their names.
    pub(crate) positions: BTreeMap<String, Position>,
    /// What an execution receives and gives.
    pub contract: Contract,
    /// The placeholders that deployment fills in, in order of first use: `ChargeFunction` for
    /// `${ChargeFunction}`.
    pub(crate) placeholders: Vec<String>,
    /// What the function says that a state machine cannot: found where rustc's types end, such as
    /// a constant that JSON numbers do not hold exactly. Nothing is emitted while there is one.
    pub problems: Vec<String>,
}

impl Definition {
    /// The placeholders that deployment fills in: `${ChargeFunction}` without its braces.
    pub fn placeholders(&self) -> Vec<&str> {
        self.placeholders.iter().map(String::as_str).collect()
    }

    /// Where each state comes from: its name and the place of what the author wrote for it, in the order of the
    /// names. The states of branches and iterations are among them.
    ///
    /// ```
    /// use workflow_core::{Workflow, prelude::*};
    ///
    /// #[task]
    /// async fn greet(name: String) -> String {
    ///     format!("Hello, {name}!")
    /// }
    ///
    /// #[workflow]
    /// async fn welcome(name: String) -> Result<String, PlatformError> {
    ///     greet(name).await
    /// }
    ///
    /// # fn main() {
    /// let (state, position) = welcome::definition().positions().next().unwrap();
    /// assert_eq!(state, "Greet");
    /// assert!(position.file.ends_with(".rs") && position.line > 0);
    /// # }
    /// ```
    pub fn positions(&self) -> impl Iterator<Item = (&str, Position)> {
        self.positions.iter().map(|(state, position)| (state.as_str(), *position))
    }

    /// Where a state comes from.
    pub fn position(&self, state: &str) -> Option<Position> {
        self.positions.get(state).copied()
    }
}

/// What a state machine needs to know of a task that it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskInfo {
    /// The function's name in Rust.
    pub name: &'static str,
    /// What it calls.
    pub resource: Resource,
    /// The placeholder for the name of its Lambda function, where it is one.
    pub function: Option<&'static str>,
    /// The full path of the task, which tells it from another of that name.
    pub path: &'static str,
    /// What it receives and gives, and what answers.
    pub contract: TaskContract,
}

/// Runs a symbolic reading and lowers what it leaves behind.
pub fn define<W: Workflow>() -> Definition {
    let builder = Builder::new(std::any::type_name::<W>(), W::META.function);
    W::symbolic()(&builder);
    let mut program = builder.finish();
    simplify::simplify(&mut program);
    drawn::settle(&mut program);
    failing::settle(&mut program);
    machine::write(&W::META, program)
}
