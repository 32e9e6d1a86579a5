//! Amazon EventBridge.

use crate::{
    Failure,
    services::{Answering, Request, Service, eventbridge::PutEventsError},
};
use aws_sdk_eventbridge::{Client, types::PutEventsRequestEntry};
use serde_json::{Map, Value, json};

use super::failure::{Names, failure_of, unknown_action};

const NAMES: Names = Names {
    optimised: ("EventBridge", "AmazonEventBridge"),
    sdk: "EventBridge",
    other: "AmazonEventBridgeException",
    codes: &["InternalException"],
};

/// Amazon EventBridge through the AWS SDK: `putEvents`. Events go to the buses of the client's account and
/// region, unless an event names its bus by an ARN.
#[derive(Clone, Debug)]
pub struct EventBridge {
    client: Client,
}

impl EventBridge {
    /// A service that asks this client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    async fn answer(&self, request: Request) -> Result<Value, Failure> {
        let resource = request.resource;
        if resource.action() != "putEvents" {
            return Err(unknown_action(&NAMES, resource));
        }
        let entries = request.argument("Entries").as_array().into_iter().flatten().map(entry);
        let call = self.client.put_events().set_entries(Some(entries.collect()));
        let put =
            call.send().await.map_err(|error| failure_of!(aws_sdk_eventbridge, NAMES, resource, error))?;
        let entries = put.entries().iter().map(|entry| {
            let mut answer = Map::new();
            let texts = [
                ("EventId", entry.event_id()),
                ("ErrorCode", entry.error_code()),
                ("ErrorMessage", entry.error_message()),
            ];
            answer.extend(texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text?.into()))));
            Value::Object(answer)
        });
        let failed = put.failed_entry_count();
        let answer = json!({ "Entries": entries.collect::<Vec<Value>>(), "FailedEntryCount": failed });
        // The integration fails where the API reports success with a count.
        if failed > 0 {
            return Err(Failure::new(PutEventsError::FAILED_ENTRY.as_str(), answer.to_string()));
        }
        Ok(answer)
    }
}

fn entry(entry: &Value) -> PutEventsRequestEntry {
    let text = |key: &str| entry[key].as_str().map(str::to_owned);
    let detail = match &entry["Detail"] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    PutEventsRequestEntry::builder()
        .set_source(text("Source"))
        .set_detail_type(text("DetailType"))
        .set_event_bus_name(text("EventBusName"))
        .detail(detail)
        .build()
}

impl Service for EventBridge {
    fn clients(&self) -> &'static [&'static str] {
        &["events", "eventbridge"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(self.answer(request))
    }
}
