//! Emitted state machines with the program's own tasks: what the native executor does as well.

use super::*;
use crate::{Executor, Workflow, prelude::*};

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
    let machine = StateMachine::from_value(&serde_json::to_value(&definition.machine).unwrap()).unwrap();
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
