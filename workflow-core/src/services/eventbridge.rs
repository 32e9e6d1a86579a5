//! Amazon EventBridge: events to a bus.
//! (Step Functions Developer Guide, "Add EventBridge events with Step Functions")

use std::{
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    error::{ErrorName, Failure},
    resource::Resource,
    task::Call,
};

use super::{
    Action, Answering, Operation, Reading, Request, Service, action::set, handle, messages::Message, refusal,
    service_errors,
};

/// A kind of event with details of type `D`: its source, its detail type and its bus.
///
/// ```
/// use workflow_core::services::eventbridge::Event;
///
/// const PAID: Event<String> = Event::new("shop.orders", "OrderPaid").on("orders");
/// ```
pub struct Event<D> {
    kind: Kind,
    of: PhantomData<fn() -> D>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Kind {
    source: &'static str,
    detail_type: &'static str,
    bus: Option<&'static str>,
}

impl<D> Event<D> {
    /// Events from this source, of this detail type, on the account's default bus.
    pub const fn new(source: &'static str, detail_type: &'static str) -> Self {
        Self { kind: Kind { source, detail_type, bus: None }, of: PhantomData }
    }

    /// The same on the bus of this name or ARN.
    #[must_use]
    pub const fn on(mut self, bus: &'static str) -> Self {
        self.kind.bus = Some(bus);
        self
    }
}

handle!(Event<D>, |event| event.kind);

/// What EventBridge says of the events that it took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, crate::Data)]
pub struct Accepted {
    /// The id of each event, in order.
    pub event_ids: Vec<String>,
}

service_errors! {
    /// Why events were not taken.
    PutEventsError {
        /// At least one event was refused; the cause is JSON with the reason for each.
        FAILED_ENTRY, FailedEntry, "EventBridge.FailedEntry";
        /// EventBridge failed.
        INTERNAL, Internal, "EventBridge.InternalException";
    }
}

/// Puts an event on its bus.
pub fn put_event<D: Message>(event: Event<D>, detail: &D) -> Call<Action<PutEvent<D>>> {
    Call::action(vec![serde_json::to_value(event), serde_json::to_value(detail)])
}

/// Puts events of one kind on their bus, at most ten.
pub fn put_events<D: Message>(event: Event<D>, details: &Vec<D>) -> Call<Action<PutEvents<D>>> {
    Call::action(vec![serde_json::to_value(event), serde_json::to_value(details)])
}

/// `events:putEvents` with one event.
#[derive(Debug)]
pub struct PutEvent<D>(PhantomData<fn() -> D>);

/// `events:putEvents`
#[derive(Debug)]
pub struct PutEvents<D>(PhantomData<fn() -> D>);

const RESOURCE: Resource = Resource::new("events", "putEvents");
const TRANSIENTS: &[ErrorName] = &[PutEventsError::INTERNAL];

impl<D: Message> Operation for PutEvent<D> {
    const NAME: &'static str = "put_event";
    const RESOURCE: Resource = RESOURCE;
    const TRANSIENTS: &'static [ErrorName] = TRANSIENTS;
    type Output = Accepted;
    type Error = PutEventsError;

    fn arguments<R: Reading>(reading: &mut R, values: &[R::Value]) -> Vec<(String, R::Value)> {
        let [event, detail] = values else { return Vec::new() };
        let entry = entry(reading, event, detail);
        let entries = reading.array(vec![entry]);
        vec![("Entries".to_owned(), entries)]
    }

    fn result<R: Reading>(reading: &mut R, answer: &R::Value) -> R::Value {
        accepted(reading, answer)
    }

    fn answer(result: Value) -> Value {
        answer(&result)
    }
}

impl<D: Message> Operation for PutEvents<D> {
    const NAME: &'static str = "put_events";
    const RESOURCE: Resource = RESOURCE;
    const TRANSIENTS: &'static [ErrorName] = TRANSIENTS;
    type Output = Accepted;
    type Error = PutEventsError;

    fn arguments<R: Reading>(reading: &mut R, values: &[R::Value]) -> Vec<(String, R::Value)> {
        let [event, details] = values else { return Vec::new() };
        let entries = reading.map(details, &mut |reading, detail| entry(reading, event, detail));
        vec![("Entries".to_owned(), entries)]
    }

    fn result<R: Reading>(reading: &mut R, answer: &R::Value) -> R::Value {
        accepted(reading, answer)
    }

    fn answer(result: Value) -> Value {
        answer(&result)
    }
}

fn entry<R: Reading>(reading: &mut R, event: &R::Value, detail: &R::Value) -> R::Value {
    let Some(kind) = reading.known(event) else {
        reading.problem(
            "an event is a constant, so that the state machine's role can be limited to it".to_owned(),
        );
        return reading.literal(Value::Null);
    };
    let mut entry = Vec::new();
    for (key, name) in [("Source", "source"), ("DetailType", "detail_type"), ("EventBusName", "bus")] {
        if !kind[name].is_null() {
            let value = reading.literal(kind[name].clone());
            set(&mut entry, key, value);
        }
    }
    // The integration makes text of JSON itself.
    set(&mut entry, "Detail", detail.clone());
    reading.object(entry)
}

fn accepted<R: Reading>(reading: &mut R, answer: &R::Value) -> R::Value {
    let entries = reading.field(answer, "Entries");
    let ids = reading.map(&entries, &mut |reading, entry| reading.field(entry, "EventId"));
    reading.object(vec![("event_ids".to_owned(), ids)])
}

fn answer(result: &Value) -> Value {
    let ids = result["event_ids"].as_array().into_iter().flatten();
    json!({ "Entries": ids.map(|id| json!({ "EventId": id })).collect::<Vec<Value>>(), "FailedEntryCount": 0 })
}

/// An event that was put in process.
#[derive(Clone, Debug, PartialEq)]
pub struct Put {
    /// Its id.
    pub event_id: String,
    /// Its source.
    pub source: String,
    /// Its detail type.
    pub detail_type: String,
    /// The name or the ARN of its bus; `default` where none was given.
    pub bus: String,
    /// Its details.
    pub detail: Value,
}

/// An EventBridge in memory, which remembers the events that it took.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    events: Arc<Mutex<Vec<Put>>>,
}

impl Memory {
    /// One without events.
    pub fn new() -> Self {
        Self::default()
    }

    /// All events, in order.
    pub fn all(&self) -> Vec<Put> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The details of the events of one kind, in order.
    pub fn put<D: Message>(&self, event: Event<D>) -> Vec<D> {
        let Kind { source, detail_type, bus } = event.kind;
        let bus = bus.unwrap_or("default");
        let events = self.all().into_iter();
        let found =
            events.filter(|put| put.source == source && put.detail_type == detail_type && put.bus == bus);
        found.filter_map(|put| serde_json::from_value(put.detail).ok()).collect()
    }

    pub(super) fn answer(&self, request: &Request) -> Result<Value, Failure> {
        let refuse = |code, message: &str| {
            refusal(request, ("EventBridge", "AmazonEventBridge"), (400, code), message)
        };
        if request.resource.action() != "putEvents" {
            return Err(refuse("InvalidAction", "the EventBridge in memory knows `putEvents` alone"));
        }
        let entries = request.argument("Entries").as_array().cloned().unwrap_or_default();
        if entries.is_empty() || entries.len() > 10 {
            return Err(refuse("ValidationException", "Entries must have a length between 1 and 10"));
        }
        let mut answers = Vec::new();
        let mut taken = Vec::new();
        let mut failed = 0;
        for (entry, event_id) in entries.iter().zip(request.ids()) {
            let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
            // What is given as text must be the text of an object.
            let detail = match &entry["Detail"] {
                Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
                other => other.clone(),
            };
            if !detail.is_object() {
                failed += 1;
                answers
                    .push(json!({ "ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed." }));
                continue;
            }
            answers.push(json!({ "EventId": event_id }));
            let bus = entry["EventBusName"].as_str().unwrap_or("default").to_owned();
            taken.push(Put {
                event_id,
                source: text("Source"),
                detail_type: text("DetailType"),
                bus,
                detail,
            });
        }
        self.events.lock().unwrap_or_else(PoisonError::into_inner).extend(taken);
        let answer = json!({ "Entries": answers, "FailedEntryCount": failed });
        if failed > 0 {
            return Err(Failure::new(PutEventsError::FAILED_ENTRY.as_str(), answer.to_string()));
        }
        Ok(answer)
    }
}

impl Service for Memory {
    fn clients(&self) -> &'static [&'static str] {
        &["events", "eventbridge"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(async move { self.answer(&request) })
    }
}
