//! Step Functions: child executions on AWS of a workflow that runs in process.

use std::time::Duration;

use serde_json::json;
use workflow_core::{prelude::*, services::aws::StepFunctions};

use crate::server::{Asked, Question, config, server};

#[task]
async fn pay_back(cents: u32) -> String {
    format!("paid {cents}")
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum RefundError {
    #[error("{cents} cents are too much")]
    TooMuch { cents: u32 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn refund(cents: u32) -> Result<String, RefundError> {
    if cents > 100 {
        return Err(RefundError::TooMuch { cents });
    }
    Ok(pay_back(cents).await?)
}

#[workflow]
async fn cancel(order: String, cents: u32) -> Result<String, RefundError> {
    refund(cents).start_sync().name(order).await
}

#[workflow]
async fn give_up(cents: u32) -> Result<String, PlatformError> {
    refund(cents).start().await
}

const STARTED: &str = r#"{"executionArn":"arn:e-1","startDate":1769850000.5}"#;

fn executor(address: &str) -> Executor {
    let client = aws_sdk_sfn::Client::from_conf(config!(aws_sdk_sfn, address));
    let service = StepFunctions::new(client, "111122223333").prefix("shop-").pause(Duration::ZERO);
    Executor::new().service(service)
}

fn described(status: &str, more: &str) -> &'static str {
    let text = format!(
        r#"{{"executionArn":"arn:e-1","stateMachineArn":"arn:m-1","name":"o-1","status":"{status}","startDate":1769850000.5{more}}}"#
    );
    text.leak()
}

fn actions(asked: &[Question]) -> Vec<&str> {
    asked.iter().map(|question| question.action.as_str()).collect()
}

#[tokio::test]
async fn a_child_runs_on_step_functions_and_its_output_comes_back() {
    let answers = vec![
        (200, STARTED),
        (200, described("RUNNING", "")),
        (200, described("SUCCEEDED", r#","output":"\"paid 5\"""#)),
    ];
    let (address, asked) = server(answers).await;
    let execution = executor(&address).run(cancel("o-1".to_owned(), 5)).await;
    assert_eq!(execution.output().unwrap(), "paid 5");
    let asked = asked.lock().unwrap().clone();
    assert_eq!(actions(&asked), ["StartExecution", "DescribeExecution", "DescribeExecution"]);
    let machine = "arn:aws:states:eu-central-1:111122223333:stateMachine:shop-refund";
    assert_eq!(asked[0].json(), json!({ "stateMachineArn": machine, "name": "o-1", "input": "5" }));
    assert!(execution.children().is_empty());
}

#[tokio::test]
async fn a_child_that_fails_gives_its_own_error() {
    let error = r#","error":"TooMuch","cause":"{\"message\":\"\",\"data\":{\"cents\":500}}""#;
    let (address, _) = server(vec![(200, STARTED), (200, described("FAILED", error))]).await;
    let execution = executor(&address).run(cancel("o-1".to_owned(), 500)).await;
    assert_eq!(execution.error(), Some(RefundError::TooMuch { cents: 500 }));
}

/// Fails once the child is known to run.
#[task]
async fn fail_then(State(asked): State<Asked>) -> Result<(), RefundError> {
    while asked.lock().unwrap().len() < 2 {
        tokio::task::yield_now().await;
    }
    Err(RefundError::TooMuch { cents: 1 })
}

#[workflow]
async fn cancel_or_fail(cents: u32) -> Result<String, RefundError> {
    let (refunded, ()) = try_join!(refund(cents).start_sync(), fail_then())?;
    Ok(refunded)
}

#[tokio::test]
async fn a_child_is_stopped_when_something_beside_it_fails() {
    let running = described("RUNNING", "");
    let (address, asked) =
        server(vec![(200, STARTED), (200, running), (200, r#"{"stopDate":1769850001}"#)]).await;
    let client = aws_sdk_sfn::Client::from_conf(config!(aws_sdk_sfn, &address));
    let service = StepFunctions::new(client, "111122223333").pause(Duration::from_secs(3_600));
    let executor = Executor::new().service(service.clone()).state(Asked::clone(&asked));
    let execution = executor.run(cancel_or_fail(5)).await;
    assert_eq!(execution.error(), Some(RefundError::TooMuch { cents: 1 }));
    service.stopped().await;
    let asked = asked.lock().unwrap().clone();
    assert_eq!(actions(&asked), ["StartExecution", "DescribeExecution", "StopExecution"]);
    assert_eq!(asked[2].json()["executionArn"], "arn:e-1");
}

#[tokio::test]
async fn a_child_that_nobody_waits_for_is_started_alone() {
    let (address, asked) = server(vec![(200, STARTED)]).await;
    let execution = executor(&address).run(give_up(5)).await;
    assert_eq!(execution.output().unwrap(), "arn:e-1");
    assert_eq!(actions(&asked.lock().unwrap()), ["StartExecution"]);

    let refusal = r#"{"__type":"ExecutionAlreadyExists","message":"Execution Already Exists"}"#;
    let (address, _) = server(vec![(400, refusal)]).await;
    let outcome = executor(&address).run(give_up(5)).await.outcome().clone();
    assert_eq!(outcome.error.as_deref(), Some("StepFunctions.ExecutionAlreadyExistsException"));
}
