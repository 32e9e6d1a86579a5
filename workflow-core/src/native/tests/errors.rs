//! What errors look like to the workflow, and to whoever looks at the execution.

use super::fixture::*;
use crate::{Executor, MAX_DATA_BYTES, Mock, Status};

async fn run(id: &str, mock: Mock<charge>) -> crate::Execution<checkout> {
    let order = Order { id: id.to_owned(), cents: 1 };
    Executor::test().mock(charge, mock).run(checkout(order)).await
}

fn ending<W: crate::Workflow>(execution: &crate::Execution<W>) -> (&str, &str) {
    let outcome = execution.outcome();
    (outcome.error.as_deref().unwrap_or_default(), outcome.cause.as_deref().unwrap_or_default())
}

#[tokio::test]
async fn an_error_that_nothing_catches_keeps_the_cause_that_lambda_gave() {
    let execution = Executor::test().run(checkout(order(0))).await;
    let (error, cause) = ending(&execution);
    assert_eq!(error, "Declined");
    let cause: serde_json::Value = serde_json::from_str(cause).unwrap();
    assert_eq!(cause["errorType"], "Declined");
    assert_eq!(execution.error(), Some(PaymentError::Declined { reason: "nothing to pay".to_owned() }));
    // The state was never left.
    assert_eq!(execution.history().types()[4..], ["TaskFailed", "ExecutionFailed"]);
}

#[tokio::test]
async fn a_caught_error_leaves_its_state() {
    let execution = run("caught", Mock::error(PaymentError::Declined { reason: String::new() })).await;
    assert_eq!(execution.output().unwrap(), "declined");
    assert_eq!(execution.history().types()[4..], ["TaskFailed", "TaskStateExited", "ExecutionSucceeded"]);
    assert_eq!(execution.history().visits()[0].error, Some("Declined"));
}

#[tokio::test]
async fn an_error_written_in_the_workflow_has_its_own_cause() {
    let busy = || {
        Mock::failure("Busy", r#"{"errorType":"Busy","errorMessage":"the provider is busy","requestId":"7"}"#)
    };
    let fresh = run("fresh", busy()).await;
    assert_eq!(ending(&fresh), ("Busy", "the provider is busy"));
    assert_eq!(fresh.history().types().iter().rev().nth(1), Some(&"TaskStateExited"));
    let passed_on = run("passed on", busy()).await;
    assert_eq!(
        ending(&passed_on),
        ("Busy", r#"{"errorType":"Busy","errorMessage":"the provider is busy","requestId":"7"}"#)
    );
}

#[tokio::test]
async fn an_error_without_its_data_ends_the_execution() {
    let execution = run("caught", Mock::failure("Declined", "no data")).await;
    assert_eq!(ending(&execution).0, "States.QueryEvaluationError");
    assert_eq!(
        ending(&execution).1,
        "The error 'Declined' of the state 'Charge Card' is not one that the task declares, or lacks its data: no data"
    );
}

#[tokio::test]
async fn a_panic_in_a_handler_is_a_failure_of_the_task() {
    let execution = Executor::test().run(checkout(order(u32::MAX))).await;
    assert_eq!(ending(&execution), ("Panic", r#"{"errorType":"Panic","errorMessage":"too many cents"}"#));
}

#[tokio::test]
async fn a_panic_in_a_workflow_ends_the_execution() {
    let execution = run("A-1", Mock::value(1_000)).await;
    assert_eq!(
        ending(&execution),
        ("States.QueryEvaluationError", "The workflow panicked: attempt to divide by zero")
    );
    assert_eq!(execution.status(), Status::Failed);
}

#[tokio::test]
async fn a_result_that_is_too_large_is_a_failure_of_the_task() {
    let executor = Executor::test().mock(receipt, Mock::value("x".repeat(MAX_DATA_BYTES)));
    let execution = executor.run(checkout(order(1))).await;
    assert_eq!(
        ending(&execution),
        (
            "States.DataLimitExceeded",
            "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit."
        )
    );
    assert_eq!(execution.history().types().iter().rev().nth(1), Some(&"TaskFailed"));
}

#[tokio::test]
async fn a_payload_that_is_too_large_never_reaches_the_task() {
    // The payload of a receipt has the size of the order, and a digit more.
    let order = |bytes| Order { id: "x".repeat(bytes - 19), cents: 1 };
    let executor = Executor::test().mock(charge, Mock::value(12));
    let execution = executor.run(checkout(order(MAX_DATA_BYTES - 1))).await;
    assert_eq!(execution.status(), Status::Succeeded);
    let execution = executor.run(checkout(order(MAX_DATA_BYTES))).await;
    assert_eq!(
        ending(&execution),
        (
            "States.DataLimitExceeded",
            "The state/task 'Receipt' was given a payload with a size exceeding the maximum number of bytes service limit."
        )
    );
    assert_eq!(execution.calls(receipt), []);
}
