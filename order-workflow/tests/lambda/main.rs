//! The program of Lambda functions, run as Lambda runs it: a process that asks the runtime API for work.
//!
//! `cargo test -p order-workflow --features lambda --test lambda`

#![expect(clippy::unwrap_used, reason = "tests say what they expect with `unwrap`, and so do their helpers")]

mod runtime_api;

use std::{fs, path::PathBuf};

use order_workflow::{
    approvals::Desk, chance::Chance, executor, ids::Ids, store::Store, workflows::catalogue,
};
use serde_json::{Value, json};

use crate::runtime_api::{Answer, Function};

fn input(file: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("inputs").join(file);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The answer of a function that must have succeeded.
fn response(answer: Answer) -> Value {
    match answer {
        Answer::Response(value) => value,
        Answer::Error(_) => panic!("{answer:?}"),
    }
}

/// The functions of a workflow one after the other, each in a process of its own, on one database: what
/// Step Functions does for `order-fulfillment`.
#[test]
fn the_functions_of_a_workflow_do_together_what_it_does_in_process() {
    let order = input("order-fulfillment.json");
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("orders.sqlite");
    let call = |function: &str, payload: &Value| response(Function::of(function, &db).invoke(payload));
    let charge = call("FulfillmentValidateOrder", &order);
    let payment = call("FulfillmentProcessPayment", &charge);
    let shipment = call("FulfillmentPrepareShipment", &order);
    let confirmation = call(
        "FulfillmentNotifyCustomer",
        &json!({ "order": order, "payment": payment, "shipment": shipment }),
    );

    let native = executor(Store::in_memory().unwrap(), Ids::seeded(1), Chance::none(), Desk::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let catalogue = catalogue();
    let workflow = catalogue.get("order-fulfillment").unwrap();
    let report = runtime.block_on(workflow.run(&native, order.to_string()));
    let output: Value = serde_json::from_str(report.outcome.output.as_deref().unwrap()).unwrap();
    assert_eq!(confirmation, output);
    assert_eq!(Store::open(&db).unwrap().mails().unwrap().len(), 2);
}

#[test]
fn an_error_arrives_with_its_name_and_its_cause() {
    let dir = tempfile::tempdir().unwrap();
    let mut function = Function::of("FulfillmentValidateOrder", &dir.path().join("orders.sqlite"));
    let mut order = input("order-fulfillment.json");
    order["items"][0]["item_id"] = json!("item0");
    let Answer::Error(body) = function.invoke(&order) else { panic!() };
    assert_eq!(body["errorType"], "OutOfStock");
    let cause: Value = serde_json::from_str(body["errorMessage"].as_str().unwrap()).unwrap();
    assert_eq!(cause, json!({ "message": "item item0 is out of stock", "data": { "item_id": "item0" } }));

    let Answer::Error(body) = function.invoke(&json!({ "order_id": 7 })) else { panic!() };
    assert_eq!(body["errorType"], "InvalidPayload");
    assert!(body["errorMessage"].as_str().unwrap().contains("`validate_order`"), "{body}");
    // The process lives on.
    response(function.invoke(&input("order-fulfillment.json")));
}

#[test]
fn state_is_made_once_and_the_log_is_json() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("orders.sqlite");
    let mut function = Function::of("FulfillmentProcessPayment", &db);
    let charge = json!({ "order_id": "1", "cents": 250, "payment_method": "CreditCard" });
    let first = response(function.invoke(&charge));
    // A state that is made for each invocation would find no database.
    for file in fs::read_dir(dir.path()).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    assert_eq!(response(function.invoke(&charge)), first);
    let log = function.stop();
    let paid: Vec<&Value> = log.iter().filter(|line| line["message"] == "paid").collect();
    assert_eq!(paid.len(), 2, "{log:?}");
    assert_eq!(paid[0]["level"], "INFO");
    assert_eq!(paid[0]["span"]["request_id"], "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
    assert!(!db.exists());
}

#[test]
fn the_function_s_own_name_says_whose_handler_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("orders.sqlite");
    let mut function = Function::start(&[
        ("AWS_LAMBDA_FUNCTION_NAME", "my-stack-ResultHandler"),
        ("ORDER_DB", db.to_str().unwrap()),
    ]);
    let receipt = json!({ "type": "REFUND", "transactionId": "t-1", "status": "PROCESSED" });
    assert_eq!(response(function.invoke(&receipt))["message"], "REFUND t-1 completed");
}

#[test]
fn a_function_of_no_task_does_not_start_and_says_which_there_are() {
    let (code, log) = Function::start(&[("WORKFLOW_FUNCTION", "NoSuchFunction")]).ended();
    assert_eq!(code, 1);
    let error = log[0]["error"].as_str().unwrap();
    assert!(
        error.starts_with("no task is the function `NoSuchFunction`; set WORKFLOW_FUNCTION to one of "),
        "{error}"
    );
    assert!(error.contains("FulfillmentHandleErrors, "), "{error}");
}

#[test]
fn a_store_that_cannot_be_opened_keeps_the_function_from_starting() {
    let variables =
        [("WORKFLOW_FUNCTION", "ResultHandler"), ("ORDER_DB", "/no/such/directory/orders.sqlite")];
    let (code, log) = Function::start(&variables).ended();
    assert_eq!(code, 1);
    assert!(
        log[0]["error"].as_str().unwrap().starts_with("the handlers' state could not be made: "),
        "{log:?}"
    );
}
