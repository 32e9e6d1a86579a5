//! Ports.

#![allow(
    clippy::all,
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    unused,
    reason = "these are the programs of strangers, in a style of their own"
)]


mod w01;
mod w03;
mod w04;
mod w05;
mod w06;
mod w08;
mod w09;
mod w10;
mod w13;
mod w15;
mod w17;
mod w18;
mod w19;
mod w20;
mod w26;
mod w28;
mod w30;
mod w31;
mod w32;
mod w33;
mod w36;
mod w37;
mod w38;
mod w39;
mod w40;

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
