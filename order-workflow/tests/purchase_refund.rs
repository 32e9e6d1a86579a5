//! `purchase-refund`: the documents' events and every way in which `operation` can be wrong.

mod common;

use std::time::Duration;

use common::{assert_failed, block_on, input, output, refusal, run, run_alone, setup, states};
use order_workflow::workflows::purchase_refund::{
    Event, OperationError, purchase_lambda, purchase_refund, refund_lambda,
};
use serde_json::{Value, json};
use workflow_core::Mock;

const WORKFLOW: &str = "purchase-refund";

#[test]
fn a_purchase_is_answered_with_its_event() {
    let event = input("purchase-refund.purchase.json");
    let (executor, store) = setup();
    let report = run(&executor, WORKFLOW, &event);
    assert_eq!(
        output(&report),
        json!({ "status": "success", "message": "Purchase processes", "event": event })
    );
    assert_eq!(states(&report), ["Purchase Lambda"]);
    assert_eq!(store.operations().unwrap()[0].0, "purchase");
}

#[test]
fn a_refund_is_answered_with_its_event() {
    let event = input("purchase-refund.refund.json");
    let (executor, store) = setup();
    let report = run(&executor, WORKFLOW, &event);
    assert_eq!(
        output(&report),
        json!({ "status": "success", "message": "Refund processes", "event": event })
    );
    assert_eq!(states(&report), ["Refund Lambda"]);
    assert_eq!(store.operations().unwrap()[0].0, "refund");
}

#[test]
fn the_whole_event_reaches_the_handler_whatever_else_is_in_it() {
    for event in [
        json!({ "operation": "purchase" }),
        json!({ "operation": "purchase", "data": null }),
        json!({ "operation": "purchase", "data": "text" }),
        json!({ "operation": "purchase", "data": [1, 2.5, -3] }),
        json!({ "operation": "purchase", "data": { "itemId": 12345, "quantity": "two" } }),
        json!({ "operation": "purchase", "data": {}, "a name with \"quotes\"": { "deep": [null, true] } }),
        json!({ "operation": "purchase", "details": 1, "event": 2, "": 3 }),
    ] {
        let report = run_alone(WORKFLOW, &event);
        assert_eq!(serde_json::from_str::<Value>(&report.calls()[0].payload).unwrap(), event);
        assert_eq!(output(&report)["event"], event);
    }
}

#[test]
fn any_other_operation_is_invalid() {
    for operation in [
        json!("sale"),
        json!(""),
        json!("Purchase"),
        json!("purchase "),
        json!(null),
        json!(true),
        json!(7),
        json!(1.5),
        json!(["purchase"]),
        json!({ "purchase": "refund" }),
    ] {
        let report = run_alone(WORKFLOW, &json!({ "operation": operation, "data": {} }));
        assert_failed(&report, "InvalidOperationError", "The operation provided is not valid.");
        assert!(report.calls().is_empty(), "{operation}");
    }
}

#[test]
fn a_missing_operation_fails_without_calling_a_handler() {
    let report = run_alone(WORKFLOW, &json!({ "data": {} }));
    assert_failed(
        &report,
        "States.Runtime",
        "An error occurred while executing the state 'Check Operation' (entered at the event id #2). \
         Invalid path '$.operation': The choice state's condition path references an invalid value.",
    );
    assert!(report.calls().is_empty());
}

#[test]
fn an_event_that_is_no_object_is_refused() {
    for event in [json!([]), json!("purchase"), json!(1), json!(null)] {
        let refusal = refusal(&run_alone(WORKFLOW, &event));
        assert!(refusal.contains("the input of `purchase-refund` does not fit"), "{refusal}");
    }
}

#[test]
fn an_event_that_arrives_twice_is_recorded_once() {
    let (executor, store) = setup();
    let event = input("purchase-refund.purchase.json");
    run(&executor, WORKFLOW, &event);
    run(&executor, WORKFLOW, &event);
    assert_eq!(store.operations().unwrap().len(), 1);
}

#[test]
fn an_unavailable_store_is_tried_four_times_within_seven_seconds() {
    let unavailable = || OperationError::StoreUnavailable { reason: "database is locked".to_owned() };
    let (executor, _) = setup();
    let executor = executor
        .mock(purchase_lambda, Mock::error(unavailable()))
        .mock(refund_lambda, Mock::error(unavailable()));
    for operation in ["purchase", "refund"] {
        let report = run(&executor, WORKFLOW, &json!({ "operation": operation }));
        assert_failed(&report, "StoreUnavailable", "the store is unavailable: database is locked");
        assert_eq!(report.calls().len(), 4);
        assert!(report.elapsed <= Duration::from_secs(1 + 2 + 4), "{:?}", report.elapsed);
    }
}

#[test]
fn a_transient_failure_of_lambda_is_retried() {
    for transient in [
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
    ] {
        let (executor, _) = setup();
        let answer =
            json!({ "status": "success", "message": "Refund processes", "event": { "operation": "refund" } });
        let answers =
            [Mock::failure(transient, ""), Mock::value(serde_json::from_value(answer.clone()).unwrap())];
        let report = run(
            &executor.mock(refund_lambda, Mock::sequence(answers)),
            WORKFLOW,
            &json!({ "operation": "refund" }),
        );
        assert_eq!(output(&report), answer);
        assert_eq!(report.elapsed, Duration::from_secs(1));
    }
}

#[test]
fn a_handler_that_hangs_times_out_after_thirty_seconds() {
    let (executor, _) = setup();
    let report =
        run(&executor.mock(purchase_lambda, Mock::hangs()), WORKFLOW, &json!({ "operation": "purchase" }));
    assert_eq!(report.outcome.error.as_deref(), Some("States.Timeout"));
    assert_eq!(report.elapsed, Duration::from_secs(30));
}

#[test]
fn a_typed_execution_gives_typed_answers() {
    let (executor, _) = setup();
    let event: Event = serde_json::from_value(input("purchase-refund.purchase.json")).unwrap();
    let execution = block_on(executor.run(purchase_refund(event.clone())));
    assert_eq!(execution.output().unwrap().event, event);
    assert_eq!(execution.calls(purchase_lambda), [(event,)]);
}
