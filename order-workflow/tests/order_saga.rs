//! `order-saga` and `refund`: what was done is undone, and a large refund waits for somebody's word.

mod common;

use std::time::Duration;

use common::{input, output, run, setup, with};
use order_workflow::{
    approvals::Desk,
    workflows::{
        order_saga::{SagaError, charge_customer, confirm_order, order_saga, ship_goods},
        refund::{APPROVAL_LIMIT, Decision, Payment, RefundError, refund},
    },
};
use serde_json::{Value, json};
use workflow_core::{Executor, Mock, PlatformError, Report, Workflow};

const SAGA: &str = "order-saga";

fn tasks(report: &Report) -> Vec<&'static str> {
    report.calls().iter().map(|call| call.task).collect()
}

#[test]
fn the_happy_path_is_one_state_for_each_step() {
    let (executor, store) = setup();
    let report = run(&executor, SAGA, &input("order-saga.json"));
    assert!(output(&report)["trackingNumber"].is_string());
    assert_eq!(tasks(&report), ["reserve_stock", "charge_customer", "ship_goods", "confirm_order"]);
    assert_eq!(store.stock("SKU001").unwrap().unwrap().quantity, 998);
    assert_eq!(store.orders(SAGA).status("S-100").unwrap().as_deref(), Some("COMPLETED"));
    assert_eq!(store.mails().unwrap()[0].body.split('.').next(), Some("You paid 72"));
}

#[test]
fn whatever_was_done_is_undone_the_last_first() {
    let declined = || SagaError::PaymentDeclined { reason: "insufficient funds".into() };
    let timeout = || PlatformError::TIMEOUT;
    let cases: [(Executor, &str, &[&str]); 3] = [
        (
            setup().0.mock(charge_customer, Mock::error(declined())),
            "PaymentDeclined",
            &["reserve_stock", "charge_customer", "release_stock"],
        ),
        (
            setup().0.mock(ship_goods, Mock::failure(timeout(), "")),
            "States.Timeout",
            &["reserve_stock", "charge_customer", "ship_goods", "pay_back", "release_stock"],
        ),
        (
            setup().0.mock(confirm_order, Mock::failure("Mail.Down", "no route")),
            "Mail.Down",
            &["reserve_stock", "charge_customer", "ship_goods", "confirm_order", "pay_back", "release_stock"],
        ),
    ];
    for (executor, error, expected) in cases {
        let report = run(&executor, SAGA, &input("order-saga.json"));
        assert_eq!((report.outcome.error.as_deref(), tasks(&report).as_slice()), (Some(error), expected));
    }
}

#[test]
fn nothing_is_left_behind_in_the_store() {
    let (executor, store) = setup();
    let order = with(input("order-saga.json"), "/address", json!("Atlantis"));
    let report = run(&executor, SAGA, &order);
    assert_eq!(report.outcome.error.as_deref(), Some("Undeliverable"));
    assert_eq!(store.stock("SKU001").unwrap().unwrap().quantity, 1000);
    assert_eq!(store.orders(SAGA).status("S-100").unwrap().as_deref(), Some("REFUNDED"));

    let sold_out = with(input("order-saga.json"), "/lines/1/sku", json!("SKU000"));
    let report = run(&executor, SAGA, &sold_out);
    assert_eq!(report.outcome.error.as_deref(), Some("OutOfStock"));
    assert_eq!(store.stock("SKU001").unwrap().unwrap().quantity, 1000);
}

/// Runs a refund while somebody at the desk answers so much later.
fn refunded(cents: i64, answer: Option<bool>, after: Duration) -> Report {
    let desk = Desk::default();
    let executor = setup().0.state(desk.clone());
    let tokens = executor.task_tokens().after(after);
    let payment = Payment { order_id: "S-1".into(), payment_id: "p-1".into(), cents };
    let deciding = async move {
        let request = desk.next().await;
        if let Some(approved) = answer {
            tokens.complete(&request.token, &Decision { approved, by: "Ann".into() }).unwrap();
        }
        std::future::pending().await
    };
    common::block_on(async {
        tokio::select! {
            execution = executor.run(refund(payment)) => execution.into_report(),
            () = deciding => unreachable!("it never ends"),
        }
    })
}

#[test]
fn a_small_refund_needs_nobody() {
    let report = refunded(APPROVAL_LIMIT, None, Duration::ZERO);
    assert_eq!(output(&report), json!({ "paymentId": "p-1", "cents": APPROVAL_LIMIT }));
    assert_eq!(tasks(&report), ["pay_back"]);
}

#[test]
fn a_large_refund_waits_for_an_answer() {
    let day = Duration::from_secs(86_400);
    let approved = refunded(APPROVAL_LIMIT + 1, Some(true), day);
    assert_eq!(tasks(&approved), ["request_approval", "pay_back"]);
    assert_eq!(approved.elapsed, day);

    let rejected = refunded(APPROVAL_LIMIT + 1, Some(false), day);
    let expected = RefundError::RefundRejected { payment_id: "p-1".into(), by: "Ann".into() };
    assert_eq!(rejected.outcome.error.as_deref(), Some("RefundRejected"));
    let cause: Value = serde_json::from_str(rejected.outcome.cause.as_deref().unwrap()).unwrap();
    assert_eq!(cause["message"], json!(expected.to_string()));

    let ignored = refunded(APPROVAL_LIMIT + 1, None, day);
    assert_eq!(ignored.outcome.error.as_deref(), Some("States.Timeout"));
    assert_eq!(ignored.elapsed, 7 * day);
}

#[test]
fn the_refund_stands_inside_the_saga_as_states_of_its_own() {
    let names: Vec<&str> =
        order_saga::definition().machine.states.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["Request Approval", "Pay Back", "Release Stock"] {
        assert!(names.contains(&name), "{name} is in {names:?}");
    }
}
