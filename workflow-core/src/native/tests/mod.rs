//! The executor on workflows that are written as the macros would write them.

mod errors;
mod fixture;
mod infrastructure;
mod retries;

use serde_json::json;

use self::fixture::*;
use crate::{Clock, Executor, Mock, Start, Status, Timestamp};

#[tokio::test]
async fn a_workflow_gives_what_its_tasks_give() {
    let execution = Executor::test().run(checkout(order(40))).await;
    assert_eq!(execution.output().unwrap(), "receipt of 40");
    assert_eq!(execution.calls(charge), [(order(40),)]);
    assert_eq!(execution.calls(receipt), [("A-1".to_owned(), 40)]);
    assert_eq!(execution.all_calls()[1].payload, r#"{"id":"A-1","cents":40}"#.to_owned().into());
}

#[tokio::test]
async fn the_history_has_the_shape_of_the_service() {
    let execution = Executor::test().run(checkout(order(40))).await;
    let history = serde_json::to_value(execution.history()).unwrap();
    let lambda = |more: serde_json::Value| {
        let mut details = json!({"resourceType": "lambda", "resource": "invoke"});
        details.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        details
    };
    let expected = [
        (
            "ExecutionStarted",
            0,
            "executionStartedEventDetails",
            json!({"input": r#"{"id":"A-1","cents":40}"#}),
        ),
        (
            "TaskStateEntered",
            0,
            "stateEnteredEventDetails",
            json!({"name": "Charge Card", "input": r#"{"id":"A-1","cents":40}"#}),
        ),
        (
            "TaskScheduled",
            2,
            "taskScheduledEventDetails",
            lambda(json!({
                "parameters": r#"{"FunctionName":"ChargeFunction","Payload":{"id":"A-1","cents":40}}"#,
                "timeoutInSeconds": 10,
            })),
        ),
        ("TaskStarted", 3, "taskStartedEventDetails", lambda(json!({}))),
        (
            "TaskSucceeded",
            4,
            "taskSucceededEventDetails",
            lambda(json!({"output": r#"{"ExecutedVersion":"$LATEST","Payload":40,"StatusCode":200}"#})),
        ),
        ("TaskStateExited", 5, "stateExitedEventDetails", json!({"name": "Charge Card", "output": "40"})),
        ("TaskStateEntered", 6, "stateEnteredEventDetails", json!({"name": "Receipt", "input": "40"})),
    ];
    for (place, (name, previous, key, details)) in expected.into_iter().enumerate() {
        let event = json!({
            "timestamp": 1_767_225_600.0, "type": name, "id": place + 1, "previousEventId": previous, key: details,
        });
        assert_eq!(history[place], event);
    }
    assert_eq!(history[11]["executionSucceededEventDetails"], json!({"output": "\"receipt of 40\""}));
}

#[tokio::test]
async fn waits_take_virtual_time_only() {
    let execution = Executor::test().run(patient(86_400)).await;
    assert_eq!(execution.elapsed(), seconds(86_400));
    assert_eq!(
        execution.history().types(),
        ["ExecutionStarted", "WaitStateEntered", "WaitStateExited", "ExecutionSucceeded"]
    );
    let visits = execution.history().visits();
    assert_eq!((visits[0].state, visits[0].duration), ("Be Patient", seconds(86_400)));
}

#[tokio::test]
async fn a_virtual_clock_starts_where_it_is_told() {
    let executor = Executor::new().clock(Clock::Virtual(Timestamp::from_millis(5_000)));
    let execution = executor.run(patient(2)).await;
    let times: Vec<i64> =
        execution.history().events.iter().map(|event| event.timestamp.as_millis()).collect();
    assert_eq!(times, [5_000, 5_000, 7_000, 7_000]);
}

#[tokio::test]
async fn a_real_clock_works_without_waiting() {
    let execution = Executor::new().run(checkout(order(40))).await;
    assert_eq!(execution.output().unwrap(), "receipt of 40");
    assert!(execution.elapsed() < seconds(5));
}

#[tokio::test]
async fn virtual_time_stands_still_while_a_handler_works() {
    // The handler yields to the runtime many times; its ten seconds of timeout do not begin to run.
    let execution = Executor::test().state(Yields(1_000)).run(checkout(order(7))).await;
    assert_eq!(execution.output().unwrap(), "receipt of 7");
    assert_eq!(execution.elapsed(), seconds(0));
}

#[tokio::test]
async fn a_mock_takes_the_place_of_a_handler() {
    let executor = Executor::test()
        .mock(charge, Mock::value(1))
        .mock(receipt, Mock::with(|(id, cents)| Ok(format!("{id}: {cents}"))));
    assert_eq!(executor.run(checkout(order(40))).await.output().unwrap(), "A-1: 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_executions_run_at_once() {
    let executor = Executor::test().mock(charge, Mock::sequence([Mock::value(1).after(seconds(3))]));
    let running: Vec<_> = (0..200).map(|cents| tokio::spawn(executor.run(checkout(order(cents))))).collect();
    for execution in running {
        let execution = execution.await.unwrap();
        assert_eq!(execution.output().unwrap(), "receipt of 1");
        assert_eq!(execution.elapsed(), seconds(3));
    }
}

#[test]
fn what_is_shared_may_cross_threads() {
    fn check<T: Send + Sync>(_: &T) {}
    fn check_send<T: Send>(_: &T) {}
    let executor = Executor::test();
    check(&executor);
    check_send(&executor.run(checkout(order(1))));
    fn check_type<T: Send + Sync + Clone>() {}
    check_type::<crate::Context>();
    check_type::<crate::Report>();
}

#[tokio::test]
async fn an_execution_that_takes_too_long_times_out() {
    let execution =
        Executor::test().mock(charge, Mock::value(1).after(seconds(9))).mock(receipt, Mock::hangs());
    let execution = execution.run(checkout(order(1))).await;
    assert_eq!((execution.status(), execution.elapsed()), (Status::TimedOut, seconds(300)));
    assert_eq!(execution.history().types().last(), Some(&"ExecutionTimedOut"));
    assert_eq!(execution.output().unwrap_err().to_string(), "`checkout` timed out");
}

#[tokio::test]
async fn an_input_may_be_text() {
    let start = Start::<checkout>::from_json(r#" {"cents": 3, "id": "B"} "#);
    let execution = Executor::test().run(start).await;
    assert_eq!(execution.calls(charge), [(Order { id: "B".to_owned(), cents: 3 },)]);
    let history = serde_json::to_value(execution.history()).unwrap();
    assert_eq!(history[0]["executionStartedEventDetails"]["input"], r#" {"cents": 3, "id": "B"} "#);
}
