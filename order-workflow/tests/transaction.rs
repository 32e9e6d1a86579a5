//! `transaction`: both types, every wrong one, and the retries that the handlers are promised.

mod common;

use std::time::Duration;

use common::{Setting, assert_failed, input, output, refusal, run, run_alone, setup, states, with};
use order_workflow::workflows::transaction::{
    TransactionError, purchase_handler, refund_handler, result_handler,
};
use serde_json::{Value, json};
use workflow_core::Mock;

const WORKFLOW: &str = "transaction";

fn unavailable() -> TransactionError {
    TransactionError::StoreUnavailable { reason: "database is locked".to_owned() }
}

fn purchase() -> Value {
    input("transaction.purchase.json")
}

#[test]
fn a_purchase_goes_to_its_handler_and_then_to_the_result_handler() {
    let (executor, store) = setup();
    let report = run(&executor, WORKFLOW, &purchase());
    assert_eq!(states(&report), ["Purchase Handler", "Result Handler"]);
    assert_eq!(
        output(&report),
        json!({
            "type": "PURCHASE",
            "transactionId": "txn-1001",
            "status": "COMPLETED",
            "message": "PURCHASE txn-1001 completed",
        })
    );
    assert_eq!(store.transaction_status("txn-1001").unwrap().as_deref(), Some("COMPLETED"));
}

#[test]
fn a_refund_goes_to_its_handler_and_then_to_the_result_handler() {
    let report = run_alone(WORKFLOW, &input("transaction.refund.json"));
    assert_eq!(states(&report), ["Refund Handler", "Result Handler"]);
    assert_eq!(output(&report)["message"], "REFUND txn-1002 completed");
}

#[test]
fn a_type_is_all_that_a_transaction_needs() {
    let report = run_alone(WORKFLOW, &json!({ "type": "PURCHASE" }));
    let id = output(&report)["transactionId"].as_str().unwrap().to_owned();
    assert!(id.starts_with("transaction-"), "{id}");
}

#[test]
fn the_whole_transaction_reaches_the_handler() {
    let transaction = json!({ "type": "REFUND", "amount": 12.5, "lines": [{ "sku": 1 }], "note": null });
    let report = run_alone(WORKFLOW, &transaction);
    assert_eq!(serde_json::from_str::<Value>(&report.calls()[0].payload).unwrap(), transaction);
}

#[test]
fn an_unknown_type_has_an_error_of_its_own() {
    for kind in ["SALE", "purchase", "", "PURCHASE "] {
        let report = run_alone(WORKFLOW, &json!({ "type": kind }));
        let message = format!("`{kind}` is not a type of transaction; use PURCHASE or REFUND");
        assert_failed(&report, "UnknownTransactionType", &message);
        assert!(report.calls().is_empty());
    }
}

#[test]
fn a_missing_or_mistyped_type_is_refused_by_name() {
    assert!(refusal(&run_alone(WORKFLOW, &json!({}))).contains("missing field `type`"));
    for kind in [json!(1), json!(null), json!(["PURCHASE"])] {
        let refusal = refusal(&run_alone(WORKFLOW, &json!({ "type": kind })));
        assert!(refusal.contains("expected a string"), "{refusal}");
    }
}

#[test]
fn a_transaction_that_makes_no_sense_is_not_retried() {
    for (pointer, value, message) in [
        ("/amountCents", json!(0), "the transaction is not valid: `amountCents` must be positive"),
        ("/amountCents", json!(-1), "the transaction is not valid: `amountCents` must be positive"),
        ("/transactionId", json!(""), "the transaction is not valid: `transactionId` is empty"),
    ] {
        let report = run_alone(WORKFLOW, &with(purchase(), pointer, value));
        assert_failed(&report, "InvalidTransaction", message);
        assert_eq!(states(&report), ["Purchase Handler"]);
        assert_eq!(report.calls().len(), 1);
    }
}

#[test]
fn a_transaction_that_arrives_twice_is_processed_once_and_answered_alike() {
    let (executor, _) = setup();
    let first = output(&run(&executor, WORKFLOW, &purchase()));
    assert_eq!(output(&run(&executor, WORKFLOW, &purchase())), first);
}

#[test]
fn another_transaction_under_a_known_id_is_refused() {
    let (executor, _) = setup();
    run(&executor, WORKFLOW, &purchase());
    let report = run(&executor, WORKFLOW, &with(purchase(), "/amountCents", json!(1)));
    assert_failed(
        &report,
        "InvalidTransaction",
        "the transaction is not valid: another transaction has its `transactionId`",
    );
}

#[test]
fn each_handler_is_retried_after_two_four_and_eight_seconds() {
    let mocks: [(Setting, &str, usize); 3] = [
        (|executor| executor.mock(purchase_handler, Mock::error(unavailable())), "PURCHASE", 4),
        (|executor| executor.mock(refund_handler, Mock::error(unavailable())), "REFUND", 4),
        (|executor| executor.mock(result_handler, Mock::error(unavailable())), "PURCHASE", 5),
    ];
    for (mock, kind, calls) in mocks {
        let report = run(&mock(setup().0), WORKFLOW, &json!({ "type": kind }));
        assert_failed(&report, "StoreUnavailable", "the store is unavailable: database is locked");
        assert_eq!(report.elapsed, Duration::from_secs(2 + 4 + 8));
        assert_eq!(report.calls().len(), calls);
    }
}

#[test]
fn a_handler_that_recovers_goes_unnoticed() {
    let answer = json!({ "type": "REFUND", "transactionId": "txn-1", "status": "PROCESSED" });
    let answers = [Mock::error(unavailable()), Mock::value(serde_json::from_value(answer).unwrap())];
    let (executor, _) = setup();
    let report =
        run(&executor.mock(refund_handler, Mock::sequence(answers)), WORKFLOW, &json!({ "type": "REFUND" }));
    assert_eq!(output(&report)["status"], "COMPLETED");
    assert_eq!(report.elapsed, Duration::from_secs(2));
}

#[test]
fn a_handler_that_hangs_is_tried_four_times_for_thirty_seconds() {
    let (executor, _) = setup();
    let report = run(&executor.mock(purchase_handler, Mock::hangs()), WORKFLOW, &purchase());
    assert_eq!(report.outcome.error.as_deref(), Some("States.Timeout"));
    assert_eq!(report.elapsed, Duration::from_secs(4 * 30 + 2 + 4 + 8));
}
