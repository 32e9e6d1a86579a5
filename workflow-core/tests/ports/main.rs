//! Workflows as they are written for other engines, ported to Rust the way an ordinary programmer would.
//!
//! Each is compared in both readings on made-up inputs, with a fault at every call; and on inputs that are
//! told, for what it gives.

#![allow(
    clippy::all,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are the programs of strangers, in a style of their own"
)]

mod agents;
mod automata;
mod behaviours;
mod bookings;
mod calendar;
mod cases;
mod clusters;
mod control_flow;
mod documents;
mod durable;
mod errands;
mod graphs;
mod helpers;
mod jobs;
mod layers;
mod ledgers;
mod measures;
mod monitors;
mod not_said;
mod odds;
mod operators;
mod people;
mod phases;
mod pipelines;
mod rounds;
mod storage;
mod strings;
mod tallies;
mod texts;
mod tuning;
mod turns;
mod types;
mod values;

use workflow_core::{
    Executor, PlatformError,
    testing::{WorkflowFn, agree},
};

/// Compares both readings of a workflow: with tasks that answer themselves, then with made-up answers.
async fn both_ways<F: WorkflowFn<P> + Copy, P>(workflow: F) {
    let problems = &<F::Workflow as workflow_core::Workflow>::definition().problems;
    assert!(problems.is_empty(), "{problems:?}");
    agree(workflow).executor(Executor::test()).inputs(25).faults().run().await;
    agree(workflow).inputs(25).faults().run().await;
}

/// An error type that holds the platform's failures alone is `PlatformError` itself.
type Answer<T> = Result<T, PlatformError>;
