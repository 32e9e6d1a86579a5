//! Messages, as a topic and a queue take them.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::data::{Data, Shape};

use super::{
    Reading, Request,
    action::set,
    reading::{as_text, is_text},
};

/// What can be sent: anything that derives [`Data`].
pub trait Message: Serialize + DeserializeOwned + Data<Owned = Self> + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<M: Serialize + DeserializeOwned + Data<Owned = M> + Send + 'static> Message for M {}

/// What a service says of a message that it took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, crate::Data)]
pub struct Sent {
    /// The id that the service gave to the message.
    pub message_id: String,
}

/// The arguments of a message to a topic or a queue, which stands first in `values`.
pub(super) fn message_arguments<R: Reading>(
    reading: &mut R,
    values: &[R::Value],
    what: &str,
    keys: [&str; 2],
) -> Vec<(String, R::Value)> {
    if values.first().is_some_and(|to| reading.known(to).is_none()) {
        reading
            .problem(format!("{what} is a constant, so that the state machine's role can be limited to it"));
    }
    // The integration makes text of JSON itself.
    keys.map(str::to_owned).into_iter().zip(values.iter().cloned()).collect()
}

/// The options of a message to a topic or a queue.
pub(super) fn message_option<R: Reading>(
    reading: &mut R,
    arguments: &mut Vec<(String, R::Value)>,
    option: &str,
    values: &[(R::Value, Shape)],
) {
    let key = match option {
        "subject" => "Subject",
        "group" => "MessageGroupId",
        "deduplication_id" => "MessageDeduplicationId",
        "delay_seconds" => "DelaySeconds",
        other => return reading.problem(format!("a message has no option `{other}`")),
    };
    if let Some((value, _)) = values.first() {
        set(arguments, key, value.clone());
    }
}

/// What the service said, as a [`Sent`].
pub(super) fn sent<R: Reading>(reading: &mut R, answer: &R::Value) -> R::Value {
    let id = reading.field(answer, "MessageId");
    reading.object(vec![("message_id".to_owned(), id)])
}

/// A message as text, for an integration that makes none itself.
pub(super) fn text_of<R: Reading, M: Message>(reading: &mut R, message: &R::Value) -> R::Value {
    as_text(reading, &M::shape(), message)
}

/// A message that was sent in process.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivered {
    /// The name of the topic or of the queue.
    pub to: String,
    /// The id that it was given.
    pub message_id: String,
    /// Everything that the service was asked with.
    pub arguments: Value,
}

/// A message of this type, which may have been made text on the way.
pub(super) fn read<M: Message>(message: &Value) -> Option<M> {
    match message {
        Value::String(text) if !is_text(&M::shape()) => serde_json::from_str(text).ok(),
        other => serde_json::from_value(other.clone()).ok(),
    }
}

/// Messages in memory, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Messages {
    pub(super) all: Arc<Mutex<Vec<(i64, Delivered)>>>,
}

impl Messages {
    /// For how long a FIFO topic or queue takes a message with the same deduplication id for the same.
    pub(super) const DEDUPLICATION_MILLIS: i64 = 300_000;

    /// Keeps a message, unless it is one that is there already; gives its id.
    pub(super) fn take(&self, request: &Request, to: String) -> String {
        let now = request.now.as_millis();
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let id = request.text("MessageDeduplicationId");
        let known = all.iter().find(|(at, message)| {
            !id.is_empty()
                && message.to == to
                && message.arguments["MessageDeduplicationId"] == id
                && now.saturating_sub(*at) < Self::DEDUPLICATION_MILLIS
        });
        if let Some((_, known)) = known {
            return known.message_id.clone();
        }
        let message_id = request.id();
        let arguments = request.arguments.clone();
        all.push((now, Delivered { to, message_id: message_id.clone(), arguments }));
        message_id
    }

    pub(super) fn all(&self) -> Vec<Delivered> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(_, message)| message.clone()).collect()
    }

    /// What a topic or a queue was sent under this key, in order.
    pub(super) fn to(&self, name: &str, key: &str) -> Vec<Value> {
        let all = self.all().into_iter().filter(|message| message.to == last_part(name));
        all.map(|message| message.arguments[key].clone()).collect()
    }
}

/// The last part of an ARN or of a URL.
pub(super) fn last_part(name: &str) -> &str {
    name.rsplit([':', '/']).next().unwrap_or(name)
}
