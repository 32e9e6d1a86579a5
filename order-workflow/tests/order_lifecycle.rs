//! `order-lifecycle`: the document's order, and every order that must not get so far.

mod common;

use std::time::Duration;

use common::{Setting, assert_failed, input, output, refusal, run, run_alone, setup, states, with};
use order_workflow::{
    store::{Mail, Payment},
    workflows::order_lifecycle::{OrderError, notify_customer, process_payment, ship_order, validate_order},
};
use serde_json::{Value, json};
use workflow_core::Mock;

const WORKFLOW: &str = "order-lifecycle";

fn order() -> Value {
    input("order-lifecycle.json")
}

fn unavailable() -> OrderError {
    OrderError::StoreUnavailable { reason: "disk I/O error".to_owned() }
}

#[test]
fn an_order_is_validated_paid_shipped_and_announced() {
    let (executor, store) = setup();
    let before = store.stock("SKU001").unwrap().unwrap().quantity;
    let report = run(&executor, WORKFLOW, &order());
    assert_eq!(states(&report), ["Validate Order", "Process Payment", "Ship Order", "Notify Customer"]);

    let output = output(&report);
    let text = |key: &str| output[key].as_str().unwrap().to_owned();
    assert_eq!((text("orderId").as_str(), &output["totalCents"]), ("12345", &json!(5_998)));
    let orders = store.orders(WORKFLOW);
    assert_eq!(
        orders.payment("12345").unwrap(),
        Some(Payment { payment_id: text("paymentId"), cents: 5_998 })
    );
    assert_eq!(store.stock("SKU001").unwrap().unwrap().quantity, before - 2);
    assert_eq!(
        store.mails().unwrap(),
        [Mail {
            recipient: "test@example.com".to_owned(),
            subject: "Your order 12345 is on its way".to_owned(),
            body: format!("Follow it under {}.", text("trackingNumber")),
        }]
    );
    assert_eq!(orders.status("12345").unwrap().as_deref(), Some("COMPLETED"));
}

#[test]
fn an_order_that_is_not_valid_goes_no_further() {
    for (pointer, value, message) in [
        ("/orderId", json!(""), "`orderId` is empty"),
        ("/customerEmail", json!(""), "`` is not an e-mail address"),
        ("/customerEmail", json!("nobody"), "`nobody` is not an e-mail address"),
        ("/paymentMethod", json!("Shells"), "`Shells` is not a way to pay"),
        ("/items", json!([]), "there are no items"),
        ("/items/0/quantity", json!(0), "the quantity of SKU001 is 0"),
        ("/items/0/quantity", json!(-2), "the quantity of SKU001 is -2"),
    ] {
        let report = run_alone(WORKFLOW, &with(order(), pointer, value));
        assert_failed(&report, "InvalidOrder", &format!("the order is not valid: {message}"));
        assert_eq!(states(&report), ["Validate Order"]);
        assert_eq!(report.calls().len(), 1);
    }
}

#[test]
fn an_item_that_is_not_there_is_out_of_stock() {
    for (pointer, value, sku) in [
        ("/items/0/sku", json!("SKU000"), "SKU000"),
        ("/items/0/sku", json!("unheard of"), "unheard of"),
        ("/items/0/quantity", json!(1_000_000), "SKU001"),
        ("/items/0/quantity", json!(i64::MAX), "SKU001"),
    ] {
        let report = run_alone(WORKFLOW, &with(order(), pointer, value));
        assert_failed(&report, "OutOfStock", &format!("item {sku} is out of stock"));
    }
}

#[test]
fn an_input_that_lacks_a_field_is_refused_by_its_name() {
    for field in ["orderId", "customerEmail", "items", "paymentMethod"] {
        let refusal = refusal(&run_alone(WORKFLOW, &with(order(), &format!("/{field}"), Value::Null)));
        assert!(refusal.contains(&format!("missing field `{field}`")), "{refusal}");
    }
}

#[test]
fn an_input_with_a_mistyped_field_is_refused_by_its_path() {
    for (pointer, value, path) in [
        ("/orderId", json!(12345), "`orderId`"),
        ("/items", json!({}), "`items`"),
        ("/items/0/quantity", json!("2"), "`items[0].quantity`"),
    ] {
        let refusal = refusal(&run_alone(WORKFLOW, &with(order(), pointer, value)));
        assert!(refusal.contains(path), "{refusal}");
    }
}

#[test]
fn a_declined_card_pays_nothing_and_ships_nothing() {
    let (executor, store) = setup();
    let report = run(&executor, WORKFLOW, &with(order(), "/paymentMethod", json!("DeclinedCard")));
    assert_failed(&report, "PaymentDeclined", "the payment was declined: insufficient funds");
    assert_eq!(states(&report), ["Validate Order", "Process Payment"]);
    assert_eq!(store.orders(WORKFLOW).payment("12345").unwrap(), None);
    assert!(store.mails().unwrap().is_empty());
}

#[test]
fn a_payment_over_the_limit_is_declined() {
    let report = run_alone(WORKFLOW, &with(order(), "/items/0/quantity", json!(900)));
    assert_failed(
        &report,
        "PaymentDeclined",
        "the payment was declined: 26991.00 is over the limit of 10000.00",
    );
}

#[test]
fn an_order_that_arrives_twice_is_paid_shipped_and_announced_once() {
    let (executor, store) = setup();
    let first = output(&run(&executor, WORKFLOW, &order()));
    let stock = store.stock("SKU001").unwrap();
    assert_eq!(output(&run(&executor, WORKFLOW, &order())), first);
    assert_eq!(store.stock("SKU001").unwrap(), stock);
    assert_eq!(store.mails().unwrap().len(), 1);
}

#[test]
fn a_changed_order_under_a_paid_number_is_not_paid_again() {
    let (executor, store) = setup();
    run(&executor, WORKFLOW, &order());
    let report = run(&executor, WORKFLOW, &with(order(), "/items/0/quantity", json!(3)));
    assert_failed(
        &report,
        "PaymentDeclined",
        "the payment was declined: 59.98 was paid for this order before",
    );
    assert_eq!(store.orders(WORKFLOW).payment("12345").unwrap().unwrap().cents, 5_998);
}

#[test]
fn items_that_together_exceed_the_stock_are_put_back() {
    let (executor, store) = setup();
    let before = store.stock("SKU002").unwrap();
    let items = json!([
        { "sku": "SKU002", "quantity": 1 },
        { "sku": "SKU001", "quantity": 150 },
        { "sku": "SKU001", "quantity": 900 },
    ]);
    // More than the limit of one payment: only the shipment is of interest here.
    let paid = Mock::value(serde_json::from_value(json!({ "paymentId": "payment-1" })).unwrap());
    let report = run(&executor.mock(process_payment, paid), WORKFLOW, &with(order(), "/items", items));
    assert_failed(&report, "OutOfStock", "item SKU001 is out of stock");
    assert_eq!(states(&report), ["Validate Order", "Process Payment", "Ship Order"]);
    assert_eq!(store.stock("SKU002").unwrap(), before);
}

#[test]
fn any_stage_is_retried_while_the_store_is_unavailable() {
    let mocks: [(Setting, usize); 4] = [
        (|executor| executor.mock(validate_order, Mock::error(unavailable())), 4),
        (|executor| executor.mock(process_payment, Mock::error(unavailable())), 5),
        (|executor| executor.mock(ship_order, Mock::error(unavailable())), 6),
        (|executor| executor.mock(notify_customer, Mock::error(unavailable())), 7),
    ];
    for (mock, calls) in mocks {
        let report = run(&mock(setup().0), WORKFLOW, &order());
        assert_failed(&report, "StoreUnavailable", "the store is unavailable: disk I/O error");
        assert_eq!(report.calls().len(), calls);
        // Jitter shortens each of the delays of 2, 4 and 8 seconds.
        assert!(report.elapsed <= Duration::from_secs(2 + 4 + 8), "{:?}", report.elapsed);
    }
}

#[test]
fn any_stage_that_hangs_times_out_after_thirty_seconds() {
    let mocks: [Setting; 4] = [
        |executor| executor.mock(validate_order, Mock::hangs()),
        |executor| executor.mock(process_payment, Mock::hangs()),
        |executor| executor.mock(ship_order, Mock::hangs()),
        |executor| executor.mock(notify_customer, Mock::hangs()),
    ];
    for mock in mocks {
        let report = run(&mock(setup().0), WORKFLOW, &order());
        assert_eq!(report.outcome.error.as_deref(), Some("States.Timeout"));
        assert_eq!(report.elapsed, Duration::from_secs(30));
    }
}
