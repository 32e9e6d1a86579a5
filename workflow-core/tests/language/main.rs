//! Every construct of a workflow's body: what it becomes in the Amazon States Language, and what it
//! does natively.

mod branching;
mod callbacks;
mod children;
mod concurrency;
mod data;
mod decimals;
mod distributed;
mod drawn;
mod effects;
mod error_texts;
mod errors;
mod expressions;
mod failing;
mod functions;
mod imperatives;
mod jsonata;
mod left_out;
mod lent;
mod lists;
mod locals;
mod loops;
mod lowered;
mod made_by_macros;
mod places;
mod planted;
mod policies;
mod positions;
mod services;
mod slices;
mod times;
mod untagged;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use workflow_core::{
    Definition,
    asl::{Map, Parallel, Pass, State, Task, Transition, Wait},
    prelude::*,
};

/// The errors of the tasks here.
#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum ShopError {
    #[error("card declined: {reason}")]
    Declined { reason: String },
    #[error("sold out")]
    SoldOut,
    #[error("only {0} left")]
    Short(u32),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
    cents: u32,
    payment: Payment,
    note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Payment {
    Cash,
    CreditCard { number: String },
}

fn order() -> Order {
    Order { order_id: "o-1".into(), cents: 250, payment: Payment::Cash, note: None }
}

// `lambda_transients = false` keeps the snapshots short; `policies` shows the default.
#[task(lambda_transients = false)]
async fn charge(order: &Order) -> Result<String, ShopError> {
    Ok(format!("receipt of {}", order.order_id))
}

#[task(lambda_transients = false)]
async fn send(text: String) -> String {
    text
}

#[task(lambda_transients = false)]
async fn add(left: u32, right: u32) -> u32 {
    left + right
}

/// A state machine as it is written, headed by its number of states, and by how many are entered on the shortest
/// way to success: one iteration of each Map, no error.
fn machine(definition: &Definition) -> String {
    assert_eq!(definition.problems, Vec::<String>::new());
    let machine = &definition.machine;
    let json = serde_json::to_string_pretty(machine).expect("a model can be written");
    assert_eq!(workflow_core::asl::check(machine, &definition.placeholders()), Ok(()));
    let found = workflow_core::asl::validate::validate(&json, workflow_core::WorkflowKind::Standard);
    assert_eq!(found, [], "Step Functions would refuse it");
    let (all, tasks) = counted(&machine.states);
    let entries = match entries(&machine.start_at, &machine.states) {
        Some(entries) => format!("{entries} entered on the shortest way to success"),
        None => "no way to success".to_owned(),
    };
    format!("{all} states, {tasks} of them tasks; {entries}\n{json}\n")
}

/// How many states there are in these and in their branches, and how many of them are tasks.
fn counted(states: &[(String, State)]) -> (usize, usize) {
    states.iter().fold((0, 0), |(all, tasks), (_, state)| {
        let inner = state.branches().iter().map(|branch| counted(&branch.states));
        let (inside, tasks_inside) = inner.fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
        (all + 1 + inside, tasks + usize::from(matches!(state, State::Task(_))) + tasks_inside)
    })
}

/// How many states are entered from one of these to the end, where no error is caught.
fn entries(start: &str, states: &[(String, State)]) -> Option<usize> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    // A way without a loop enters each state once, so this many rounds find the shortest.
    for _ in states {
        for (name, state) in states {
            let inner: Option<usize> =
                state.branches().iter().map(|branch| entries(&branch.start_at, &branch.states)).sum();
            let after = match state {
                State::Fail(_) => None,
                State::Succeed(_) => Some(0),
                State::Choice(choice) => {
                    let ways = choice.choices.iter().map(|rule| rule.next.as_str());
                    ways.chain(choice.default.as_deref()).filter_map(|next| known.get(next).copied()).min()
                }
                State::Task(Task { transition, .. })
                | State::Parallel(Parallel { transition, .. })
                | State::Map(Map { transition, .. })
                | State::Pass(Pass { transition, .. })
                | State::Wait(Wait { transition, .. }) => match transition {
                    Transition::End => Some(0),
                    Transition::Next(next) => known.get(next.as_str()).copied(),
                },
            };
            if let (Some(inner), Some(after)) = (inner, after) {
                known.insert(name, 1 + inner + after);
            }
        }
    }
    known.get(start).copied()
}

/// Compares the state machine of a workflow with its snapshot, and, unless it is
/// `alone`, both readings on inputs that are made up.
macro_rules! snapshot {
    ($workflow:ident) => {
        crate::snapshot!($workflow, alone);
        workflow_core::testing::agree($workflow).inputs(30).faults().run().await;
    };
    ($workflow:ident, alone) => {
        insta::assert_snapshot!(
            stringify!($workflow),
            crate::machine(<$workflow as workflow_core::Workflow>::definition())
        );
    };
}
use snapshot;

/// An executor whose every execution is compared with the state machine's.
fn testing() -> Executor {
    Executor::test().agreeing()
}
