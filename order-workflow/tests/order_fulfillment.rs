//! `order-fulfillment`: the document's order, and the safety net under each of its steps.

mod common;

use std::time::Duration;

use common::{Setting, assert_failed, input, output, refusal, run, run_alone, setup, states, with};
use order_workflow::{
    store::{Incident, Payment},
    workflows::order_fulfillment::{
        FulfillmentError, handle_errors, notify_customer, prepare_shipment, process_payment, validate_order,
    },
};
use serde_json::{Value, json};
use workflow_core::{Mock, PlatformError};

const WORKFLOW: &str = "order-fulfillment";

fn order() -> Value {
    input("order-fulfillment.json")
}

fn unavailable() -> FulfillmentError {
    FulfillmentError::StoreUnavailable { reason: "disk I/O error".to_owned() }
}

#[test]
fn an_order_is_validated_paid_prepared_and_confirmed_in_four_states() {
    let (executor, store) = setup();
    let report = run(&executor, WORKFLOW, &order());
    assert_eq!(states(&report), ["Validate Order", "Process Payment", "Prepare Shipment", "Notify Customer"]);

    let output = output(&report);
    let text = |key: &str| output[key].as_str().unwrap().to_owned();
    assert_eq!(text("order_id"), "12345");
    let orders = store.orders(WORKFLOW);
    assert_eq!(
        orders.payment("12345").unwrap(),
        Some(Payment { payment_id: text("payment_id"), cents: 10_050 })
    );
    assert_eq!(orders.status("12345").unwrap().as_deref(), Some("COMPLETED"));
    assert!(orders.incidents().unwrap().is_empty());

    let [warehouse, customer] = &store.mails().unwrap()[..] else { panic!("two mails are sent") };
    assert_eq!(warehouse.subject, "Send order 12345");
    assert!(warehouse.body.ends_with("123 Main St, Anytown, USA"), "{}", warehouse.body);
    assert_eq!(customer.recipient, "customer@example.com");
    assert_eq!(
        customer.body,
        format!("We are sending 2 x item1, 1 x item2. Follow it under {}.", text("tracking_number"))
    );
}

#[test]
fn an_order_that_is_not_valid_reaches_the_support_team() {
    for (pointer, value, message) in [
        ("/order_id", json!(""), "`order_id` is empty"),
        ("/email", json!("nobody"), "`nobody` is not an e-mail address"),
        ("/shipping_address", json!(" "), "`shipping_address` is empty"),
        ("/amount", json!(0), "0 is not an amount to pay"),
        ("/amount", json!(-5.5), "-5.5 is not an amount to pay"),
        ("/amount", json!(0.001), "0.001 is not an amount to pay"),
        ("/payment_method", json!("Shells"), "`Shells` is not a way to pay"),
        ("/items", json!([]), "there are no items"),
        ("/items/1/quantity", json!(0), "the quantity of item2 is 0"),
    ] {
        let report = run_alone(WORKFLOW, &with(order(), pointer, value));
        assert_failed(&report, "InvalidOrder", &format!("the order is not valid: {message}"));
        assert_eq!(states(&report), ["Validate Order", "Handle Errors"]);
    }
}

#[test]
fn an_item_that_is_not_there_is_out_of_stock() {
    for (pointer, value, item) in [
        ("/items/0/item_id", json!("item0"), "item0"),
        ("/items/0/item_id", json!("unheard of"), "unheard of"),
        ("/items/1/quantity", json!(1_000_000), "item2"),
    ] {
        let report = run_alone(WORKFLOW, &with(order(), pointer, value));
        assert_failed(&report, "OutOfStock", &format!("item {item} is out of stock"));
    }
}

#[test]
fn a_declined_card_is_logged_and_mailed_to_the_support_team() {
    let (executor, store) = setup();
    let report = run(&executor, WORKFLOW, &with(order(), "/payment_method", json!("DeclinedCard")));
    assert_failed(&report, "PaymentDeclined", "the payment was declined: insufficient funds");
    assert_eq!(states(&report), ["Validate Order", "Process Payment", "Handle Errors"]);

    let orders = store.orders(WORKFLOW);
    let [Incident { order_id, error, cause }] = &orders.incidents().unwrap()[..] else {
        panic!("one incident is logged")
    };
    assert_eq!((order_id.as_str(), error.as_str()), ("12345", "PaymentDeclined"));
    assert!(cause.contains("insufficient funds"), "{cause}");
    let [mail] = &store.mails().unwrap()[..] else { panic!("one mail is sent") };
    assert_eq!(mail.recipient, "support@example.com");
    assert_eq!(mail.subject, "Order 12345 failed: PaymentDeclined");
    assert_eq!(mail.body, *cause);
    assert_eq!(orders.status("12345").unwrap().as_deref(), Some("FAILED"));
    assert_eq!(orders.payment("12345").unwrap(), None);
}

#[test]
fn an_amount_over_the_limit_is_declined() {
    let report = run_alone(WORKFLOW, &with(order(), "/amount", json!(10_000.01)));
    let message = "the payment was declined: 10000.01 is over the limit of 10000.00";
    assert_failed(&report, "PaymentDeclined", message);
}

#[test]
fn whichever_step_fails_the_execution_ends_with_its_error() {
    let mocks: [(Setting, &str); 4] = [
        (|executor| executor.mock(validate_order, Mock::error(unavailable())), "Validate Order"),
        (|executor| executor.mock(process_payment, Mock::error(unavailable())), "Process Payment"),
        (|executor| executor.mock(prepare_shipment, Mock::error(unavailable())), "Prepare Shipment"),
        (|executor| executor.mock(notify_customer, Mock::error(unavailable())), "Notify Customer"),
    ];
    for (mock, failing) in mocks {
        let (executor, store) = setup();
        let report = run(&mock(executor), WORKFLOW, &order());
        assert_failed(&report, "StoreUnavailable", "the store is unavailable: disk I/O error");
        let states = states(&report);
        assert_eq!(&states[states.len() - 2..], [failing, "Handle Errors"]);
        assert_eq!(store.orders(WORKFLOW).incidents().unwrap()[0].error, "StoreUnavailable");
        assert!(report.elapsed <= Duration::from_secs(2 + 4 + 8), "{:?}", report.elapsed);
    }
}

#[test]
fn a_step_that_hangs_is_reported_after_thirty_seconds() {
    let mocks: [Setting; 4] = [
        |executor| executor.mock(validate_order, Mock::hangs()),
        |executor| executor.mock(process_payment, Mock::hangs()),
        |executor| executor.mock(prepare_shipment, Mock::hangs()),
        |executor| executor.mock(notify_customer, Mock::hangs()),
    ];
    for mock in mocks {
        let (executor, store) = setup();
        let report = run(&mock(executor), WORKFLOW, &order());
        assert_eq!(report.outcome.error.as_deref(), Some("States.Timeout"));
        assert_eq!(report.elapsed, Duration::from_secs(30));
        assert_eq!(store.orders(WORKFLOW).incidents().unwrap()[0].error, "States.Timeout");
    }
}

#[test]
fn a_failure_that_the_workflow_has_no_name_for_reaches_the_support_team() {
    let (executor, store) = setup();
    let executor = executor.mock(process_payment, Mock::failure("Runtime.ExitError", "signal: killed"));
    let report = run(&executor, WORKFLOW, &order());
    assert_failed(&report, "Runtime.ExitError", "signal: killed");
    assert_eq!(store.orders(WORKFLOW).incidents().unwrap()[0].error, "Runtime.ExitError");
}

#[test]
fn the_safety_net_is_retried_as_well() {
    let (executor, _) = setup();
    let declined = || FulfillmentError::PaymentDeclined { reason: "stolen".to_owned() };
    let executor = executor
        .mock(process_payment, Mock::error(declined()))
        .mock(handle_errors, Mock::sequence([Mock::error(unavailable()), Mock::value(())]));
    assert_failed(&run(&executor, WORKFLOW, &order()), "PaymentDeclined", "the payment was declined: stolen");
}

#[test]
fn the_first_error_is_reported_even_when_the_support_team_cannot_be_told() {
    let declined = || FulfillmentError::PaymentDeclined { reason: "stolen".to_owned() };
    for error in [unavailable(), FulfillmentError::Platform(PlatformError::TaskFailed("no".to_owned()))] {
        let (executor, _) = setup();
        let executor =
            executor.mock(process_payment, Mock::error(declined())).mock(handle_errors, Mock::error(error));
        assert_failed(
            &run(&executor, WORKFLOW, &order()),
            "PaymentDeclined",
            "the payment was declined: stolen",
        );
    }
}

#[test]
fn an_order_that_arrives_twice_is_paid_and_sent_once() {
    let (executor, store) = setup();
    let first = output(&run(&executor, WORKFLOW, &order()));
    let stock = store.stock("item1").unwrap();
    assert_eq!(output(&run(&executor, WORKFLOW, &order())), first);
    assert_eq!(store.stock("item1").unwrap(), stock);
    assert_eq!(store.mails().unwrap().len(), 2);
}

#[test]
fn two_systems_may_number_their_orders_alike() {
    let (executor, store) = setup();
    output(&run(&executor, "order-lifecycle", &input("order-lifecycle.json")));
    output(&run(&executor, WORKFLOW, &order()));
    let payment = |system| store.orders(system).payment("12345").unwrap().unwrap();
    assert_ne!(payment(WORKFLOW).payment_id, payment("order-lifecycle").payment_id);
}

#[test]
fn an_input_that_lacks_a_field_is_refused_by_its_name() {
    for field in ["order_id", "items", "amount", "shipping_address", "email"] {
        let refusal = refusal(&run_alone(WORKFLOW, &with(order(), &format!("/{field}"), Value::Null)));
        assert!(refusal.contains(&format!("missing field `{field}`")), "{refusal}");
    }
}

#[test]
fn an_input_with_a_mistyped_field_is_refused_by_its_path() {
    for (pointer, value, path) in
        [("/amount", json!("100.50"), "`amount`"), ("/items/1/quantity", json!(1.5), "`items[1].quantity`")]
    {
        let refusal = refusal(&run_alone(WORKFLOW, &with(order(), pointer, value)));
        assert!(refusal.contains(path), "{refusal}");
    }
}
