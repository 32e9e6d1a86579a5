//! What the tests of all workflows share: an executor on an empty store, the inputs, and how an
//! execution ended.

#![allow(clippy::unwrap_used, reason = "a test says what it expects with `unwrap`, its helpers too")]
#![allow(dead_code, reason = "no test file needs all of it")]

use order_workflow::{approvals::Desk, chance::Chance, ids::Ids, store::Store, workflows::catalogue};
use serde_json::Value;
use workflow_core::{Executor, Failure, Report, Status};

/// What a case does to the executor: the task that it mocks.
pub(crate) type Setting = fn(Executor) -> Executor;

/// An executor in virtual time whose handlers work on a new store, and that store.
pub(crate) fn setup() -> (Executor, Store) {
    let store = Store::in_memory().unwrap();
    let executor = Executor::test().agreeing().state(store.clone()).state(Ids::seeded(1));
    (executor.state(Chance::none()).state(Desk::default()), store)
}

/// The input in this file under `inputs/`.
pub(crate) fn input(file: &str) -> Value {
    let path = format!("{}/inputs/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Runs a workflow on JSON, as the program does.
pub(crate) fn run(executor: &Executor, workflow: &str, input: &Value) -> Report {
    let catalogue = catalogue();
    block_on(catalogue.get(workflow).unwrap().run(executor, input.to_string()))
}

/// Runs a workflow on its own, with nothing mocked.
pub(crate) fn run_alone(workflow: &str, input: &Value) -> Report {
    run(&setup().0, workflow, input)
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

/// The output of an execution that must have succeeded.
pub(crate) fn output(report: &Report) -> Value {
    assert_eq!(report.outcome.status, Status::Succeeded, "{:?}", report.outcome);
    serde_json::from_str(report.outcome.output.as_deref().unwrap()).unwrap()
}

/// The error name and the human part of the cause of an execution that must have failed.
pub(crate) fn failure(report: &Report) -> (String, String) {
    assert_eq!(report.outcome.status, Status::Failed, "{:?}", report.outcome);
    let outcome = report.outcome.clone();
    let Failure { error, cause } =
        Failure::new(outcome.error.unwrap(), outcome.cause.unwrap_or_default()).reported();
    let message = match serde_json::from_str::<Value>(&cause) {
        Ok(data) => data["message"].as_str().unwrap().to_owned(),
        Err(_) => cause,
    };
    (error, message)
}

/// Checks the error name and the message of an execution that must have failed.
#[track_caller]
pub(crate) fn assert_failed(report: &Report, error: &str, message: &str) {
    assert_eq!(failure(report), (error.to_owned(), message.to_owned()));
}

/// Why the input was refused, of an execution that must not have started.
pub(crate) fn refusal(report: &Report) -> String {
    assert_eq!(report.outcome.status, Status::Aborted, "{:?}", report.outcome);
    assert!(report.calls().is_empty());
    report.aborted.as_ref().unwrap().to_string()
}

/// The states that were visited, in order.
pub(crate) fn states(report: &Report) -> Vec<String> {
    report.history().visits().iter().map(|visit| visit.state.to_owned()).collect()
}

/// `input` with the value at this JSON pointer replaced or added. `null` removes the key.
pub(crate) fn with(mut input: Value, pointer: &str, value: Value) -> Value {
    if value.is_null() {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        input.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key).unwrap();
    } else if let Some(place) = input.pointer_mut(pointer) {
        *place = value;
    } else {
        input[pointer.trim_start_matches('/')] = value;
    }
    input
}
