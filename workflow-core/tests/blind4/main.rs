//! Ports.

#![allow(
    clippy::all,
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    unused,
    reason = "these are the programs of strangers, in a style of their own"
)]


mod w02;
mod w07;
mod w11;
mod w12;
mod w14;
mod w16;
mod w21;
mod w22;
mod w23;
mod w24;
mod w25;
mod w27;
mod w29;
mod w34;
mod w35;

use workflow_core::{
    Executor, PlatformError,
    testing::{WorkflowFn, agree},
};

async fn both_ways<F: WorkflowFn<P> + Copy, P>(workflow: F) {
    let problems = &<F::Workflow as workflow_core::Workflow>::definition().problems;
    assert!(problems.is_empty(), "{problems:?}");
    agree(workflow).executor(Executor::test()).inputs(25).faults().run().await;
    agree(workflow).inputs(25).faults().run().await;
}

type Answer<T> = Result<T, PlatformError>;
