//! EventBridge.

use serde_json::json;
use workflow_core::{
    prelude::*,
    services::{
        aws::EventBridge,
        eventbridge::{self, Accepted, Event, PutEventsError},
    },
};

use crate::{
    Order,
    server::{config, server},
};

const PAID: Event<Order> = Event::new("shop.orders", "OrderPaid").on("orders");

#[workflow]
async fn tell(order: Order) -> Result<Accepted, PutEventsError> {
    eventbridge::put_event(PAID, &order).no_transient_retries().await
}

async fn told(status: u16, answer: &'static str) -> (workflow_core::Execution<tell>, serde_json::Value) {
    let (address, asked) = server(vec![(status, answer)]).await;
    let client = aws_sdk_eventbridge::Client::from_conf(config!(aws_sdk_eventbridge, address));
    let execution = Executor::new().service(EventBridge::new(client)).run(tell(crate::order())).await;
    let asked = asked.lock().unwrap()[0].clone();
    assert_eq!(asked.action, "PutEvents");
    (execution, asked.json())
}

#[tokio::test]
async fn an_event_reaches_its_bus_with_its_details_as_text() {
    let (execution, asked) = told(200, r#"{"Entries":[{"EventId":"e-1"}],"FailedEntryCount":0}"#).await;
    assert_eq!(execution.output().unwrap().event_ids, ["e-1"]);
    let detail = r#"{"id":"o-1","cents":5}"#;
    let entry = json!({
        "Source": "shop.orders", "DetailType": "OrderPaid", "Detail": detail, "EventBusName": "orders",
    });
    assert_eq!(asked, json!({ "Entries": [entry] }));
}

#[tokio::test]
async fn an_event_that_is_refused_fails_the_call_though_the_request_succeeded() {
    let answer =
        r#"{"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"sorry"}],"FailedEntryCount":1}"#;
    let (execution, _) = told(200, answer).await;
    let outcome = execution.outcome();
    assert_eq!(outcome.error.as_deref(), Some("EventBridge.FailedEntry"));
    let cause: serde_json::Value = serde_json::from_str(outcome.cause.as_deref().unwrap()).unwrap();
    assert_eq!(cause["Entries"][0]["ErrorCode"], "InternalFailure");

    let (execution, _) = told(400, r#"{"__type":"InternalException","message":"sorry"}"#).await;
    assert_eq!(execution.outcome().error.as_deref(), Some("EventBridge.InternalException"));
}
