//! Emitted state machines with the program's own tasks: what the native executor does as well.

use super::*;
use crate::{Catalogue, Executor, Workflow, prelude::*, services::sqs};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum BankError {
    #[error("the account is empty")]
    Empty,
    #[error("the bank is busy")]
    Busy,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Clone)]
struct Fee(u32);

#[task(retry(errors = [Busy], interval_seconds = 3, max_attempts = 2))]
async fn charge(State(fee): State<Fee>, account: &str, cents: u32) -> Result<u32, BankError> {
    match account {
        "empty" => Err(BankError::Empty),
        "busy" => Err(BankError::Busy),
        _ => Ok(cents + fee.0),
    }
}

#[workflow]
async fn pay(account: String, cents: u32) -> Result<String, BankError> {
    match charge(&account, cents).await {
        Ok(charged) => Ok(format!("charged {charged}")),
        Err(BankError::Empty) => Ok("nothing left".to_string()),
        Err(error) => Err(error),
    }
}

#[tokio::test]
async fn both_engines_agree() {
    let definition = pay::definition();
    let machine = StateMachine::of(definition).unwrap();
    let interpreter = Interpreter::test().state(Fee(5)).tasks(definition);
    let executor = Executor::test().state(Fee(5));
    for account in ["full", "empty", "busy"] {
        let native = executor.run(pay(account.to_string(), 100)).await;
        let read = interpreter.run_blocking(&machine, json!({ "account": account, "cents": 100 }));
        assert_eq!(native.outcome().status, read.status(), "{account}");
        assert_eq!(native.outcome().error.as_deref(), read.error(), "{account}");
        assert_eq!(native.outcome().cause.as_deref(), read.cause(), "{account}");
        let output = |text: Option<crate::Text>| text.map(|text| text.to_string());
        assert_eq!(output(native.outcome().output.clone()), output(read.outcome().output), "{account}");
        assert_eq!(native.elapsed(), read.elapsed(), "{account}");
        let attempts = |types: Vec<&str>| types.iter().filter(|name| **name == "TaskScheduled").count();
        assert_eq!(attempts(native.history().types()), attempts(types(&read)), "{account}");
    }
}

#[task]
async fn ask(State(desk): State<std::sync::mpsc::SyncSender<TaskToken>>, token: TaskToken) -> Pending<bool> {
    desk.send(token.clone()).ok();
    token.pending()
}

#[workflow]
async fn asked(_cents: u32) -> Result<bool, PlatformError> {
    ask().timeout(Duration::from_secs(60)).await
}

#[tokio::test]
async fn who_holds_a_token_answers_and_time_passes_where_nobody_does() {
    let (desk, tokens) = std::sync::mpsc::sync_channel(1);
    let interpreter = Interpreter::test().state(desk).tasks(asked::definition());
    let machine = std::sync::Arc::new(StateMachine::of(asked::definition()).unwrap());
    let holder = interpreter.task_tokens();
    let (execution, ()) = tokio::join!(interpreter.run(&machine, json!(5)), async {
        holder.complete(&tokens.recv().unwrap(), &true).unwrap();
    });
    assert_eq!(execution.output().unwrap(), json!(true));
    assert!(types(&execution).contains(&"TaskSubmitted"));

    let execution = interpreter.run(&machine, json!(5)).await;
    assert_eq!(execution.error(), Some("States.Timeout"));
    assert_eq!(execution.elapsed(), Duration::from_secs(60));
    // It waits no longer.
    assert!(holder.complete(&tokens.recv().unwrap(), &true).is_err());
}

#[test]
fn one_task_does_the_work_of_its_function() {
    let machine = StateMachine::of(pay::definition()).unwrap();
    let input = json!({ "account": "full", "cents": 100 });
    let execution = Interpreter::test().state(Fee(7)).task(charge).run_blocking(&machine, input);
    assert_eq!(execution.output().unwrap(), json!("charged 107"));
}

#[tokio::test]
async fn a_workflow_of_a_catalogue_runs_with_its_own_tasks() {
    let catalogue = Catalogue::new().add::<pay>();
    let entry = catalogue.get("pay").unwrap();
    let interpreter = Interpreter::test().state(Fee(5));
    let run = |input: &str| entry.interpret(&interpreter, input).unwrap();
    let execution = run(r#"{"account": "full", "cents": 100}"#).await;
    assert_eq!(execution.output().unwrap(), json!("charged 105"));
    let refused = run(r#"{"account": "full"}"#).await;
    assert!(matches!(refused.aborted(), Some(InterpreterError::Input { .. })), "{refused:?}");
}

#[test]
fn a_service_answers_both_integrations_and_nobody_elses_actions() {
    let task = |resource: &str| {
        machine(json!({ "A": {
            "Type": "Task", "Resource": format!("arn:aws:states:::{resource}"), "End": true,
            "Parameters": { "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/Orders", "MessageBody": "o-1" }
        }}))
    };
    let interpreter = Interpreter::test()
        .fallback(|_: &TaskCall<'_>| Answer::value(json!("somebody else")))
        .service(sqs::Memory::new());
    let answer = |resource| interpreter.run_blocking(&task(resource), json!({})).output().unwrap();
    for resource in ["sqs:sendMessage", "aws-sdk:sqs:sendMessage"] {
        assert!(answer(resource)["MessageId"].is_string(), "{resource}");
    }
    assert_eq!(answer("sns:publish"), json!("somebody else"));
}
