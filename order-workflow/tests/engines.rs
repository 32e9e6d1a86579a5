//! Every workflow on both engines: in process, and as its state machine in the interpreter with the same
//! tasks, services and luck.

#![allow(clippy::unwrap_used, reason = "a test says what it expects with `unwrap`, its helpers too")]

mod common;

use common::{block_on, input};
use order_workflow::{
    approvals::Desk,
    chance::Chance,
    executor,
    ids::Ids,
    interpreter,
    store::Store,
    workflows::{catalogue, refund::Decision},
};
use serde_json::Value;
use workflow_core::{Clock, Detail, History, Outcome, TaskTokens};

/// Runs a workflow on both engines and compares how it ended, how long that took, and what its tasks were
/// asked.
fn both_agree(workflow: &str, input: &Value, seed: u64) -> Outcome {
    let (ids, chance) = (Ids::seeded(seed), Chance::seeded(seed));
    let store = || Store::in_memory().unwrap();
    let catalogue = catalogue();
    let entry = catalogue.get(workflow).unwrap();
    let desk = Desk::default();
    let executor = executor(store(), ids, chance, desk.clone()).clock(Clock::virtual_time()).seed(seed);
    let execution = entry.run(&executor, input.to_string());
    let native = block_on(approved(&desk, executor.task_tokens(), execution));
    let interpreter = interpreter(store(), ids, chance, desk.clone()).clock(Clock::virtual_time()).seed(seed);
    let execution = entry.interpret(&interpreter, &input.to_string()).unwrap();
    let read = block_on(approved(&desk, interpreter.task_tokens(), execution));

    let told = |outcome: &Outcome| {
        let output = outcome.output.as_deref().map(|text| serde_json::from_str::<Value>(text).unwrap());
        (outcome.status, output, outcome.error.clone(), outcome.cause.clone())
    };
    assert_eq!(told(&native.outcome), told(&read.outcome()), "{workflow} with the seed {seed}");
    assert_eq!(native.elapsed, read.elapsed(), "{workflow} with the seed {seed}");
    assert_eq!(asked(native.history()), asked(read.history()), "{workflow} with the seed {seed}");
    native.outcome
}

/// Runs an execution whose requests somebody approves.
async fn approved<T>(desk: &Desk, tokens: TaskTokens, execution: impl Future<Output = T>) -> T {
    let approving = async {
        loop {
            let request = desk.next().await;
            let decision = Decision { approved: true, by: "a test".to_owned() };
            tokens.complete(&request.token, &decision).unwrap();
        }
    };
    tokio::select! {
        ended = execution => ended,
        () = approving => unreachable!("there is always another request to wait for"),
    }
}

/// What each attempt of a task was asked, in order.
fn asked(history: &History) -> Vec<Value> {
    let json = serde_json::to_value(history).unwrap();
    let mut asked = Vec::new();
    for (event, shown) in history.events.iter().zip(json.as_array().unwrap()) {
        if matches!(event.detail, Detail::TaskScheduled { .. }) {
            let parameters = shown["taskScheduledEventDetails"]["parameters"].as_str().unwrap();
            asked.push(by_value(&serde_json::from_str(parameters).unwrap()));
        }
    }
    asked
}

/// JSON in which `1.0` is `1`, as it is in JSONata, also where a text holds it.
fn by_value(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().into(),
        // What an engine makes up: tokens, and what tells one entry of a state from another.
        Value::String(text) if text.starts_with("task-token-") || text.contains('#') => "(a token)".into(),
        Value::String(text) if text.starts_with("arn:aws:states:") => {
            text.rsplit_once('/').map_or(text.as_str(), |(before, _)| before).into()
        }
        Value::String(text) if text.starts_with(['[', '{']) => by_value(&serde_json::from_str(text).unwrap()),
        Value::Array(items) => items.iter().map(by_value).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), by_value(value))).collect(),
        other => other.clone(),
    }
}

fn workflow_of(file: &str) -> &str {
    file.split('.').next().unwrap()
}

#[test]
fn every_input_ends_alike_whatever_the_luck() {
    let directory = format!("{}/inputs", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    for entry in &catalogue() {
        assert!(files.iter().any(|file| workflow_of(file) == entry.meta().name), "{}", entry.meta().name);
    }
    let mut ends = std::collections::BTreeSet::new();
    for file in &files {
        for seed in 0..24 {
            let outcome = both_agree(workflow_of(file), &input(file), seed);
            ends.insert((workflow_of(file), outcome.error));
        }
    }
    // The seeds reach every end that bad luck has.
    for error in ["PaymentNotVerified", "NotInStock"] {
        assert!(ends.contains(&("order-processing", Some(error.to_owned()))), "{ends:?}");
    }
}

#[test]
fn inputs_that_fail_fail_alike() {
    let out_of_stock = common::with(input("order-fulfillment.json"), "/items/0/item_id", "item0".into());
    assert!(both_agree("order-fulfillment", &out_of_stock, 1).error.is_some());
    let sale = serde_json::json!({ "operation": "sale" });
    assert_eq!(both_agree("purchase-refund", &sale, 1).error.unwrap(), "InvalidOperationError");
    let nothing = serde_json::json!({});
    assert_eq!(both_agree("purchase-refund", &nothing, 1).error.unwrap(), "States.Runtime");
}
