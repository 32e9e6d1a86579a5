//! Amazon SNS: messages to a topic.
//! (Step Functions Developer Guide, "Publish messages to an Amazon SNS topic with Step Functions")

use std::{
    fmt,
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize, Serializer, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    data::{Data, Shape},
    error::{ErrorName, Failure},
    resource::Resource,
    task::Call,
};

use super::{
    Action, Answering, Asked, Asking, Operation, Reading, Request, Service,
    action::set,
    reading::{as_text, is_text},
    refusal, service_errors,
    token::asked,
};

/// A topic for messages of type `M`, in the account and the region of the state machine.
///
/// In the state machine it is `arn:aws:sns:${AwsRegion}:${AwsAccountId}:<name>`, of which deployment fills in
/// the two placeholders.
///
/// ```
/// use workflow_core::services::sns::Topic;
///
/// const UPDATES: Topic<String> = Topic::new("OrderUpdates");
/// assert_eq!(UPDATES.arn(), "arn:aws:sns:${AwsRegion}:${AwsAccountId}:OrderUpdates");
/// ```
pub struct Topic<M> {
    name: &'static str,
    of: PhantomData<fn() -> M>,
}

impl<M> Topic<M> {
    /// The topic of this name, or the one with this whole ARN. A name that ends in `.fifo` is that of a FIFO
    /// topic.
    pub const fn new(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }

    /// The ARN as it stands in the state machine.
    pub fn arn(&self) -> String {
        arn("sns", self.name)
    }
}

/// The ARN of something in the account and the region of the state machine.
pub(super) fn arn(service: &str, name: &str) -> String {
    if name.starts_with("arn:") || name.starts_with("${") {
        name.to_owned()
    } else {
        format!("arn:aws:{service}:${{AwsRegion}}:${{AwsAccountId}}:{name}")
    }
}

/// The last part of an ARN or of a URL.
pub(super) fn last_part(name: &str) -> &str {
    name.rsplit([':', '/']).next().unwrap_or(name)
}

impl<M> Clone for Topic<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Topic<M> {}

impl<M> fmt::Debug for Topic<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Topic({})", self.name)
    }
}

impl<M> Serialize for Topic<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.arn())
    }
}

#[diagnostic::do_not_recommend]
impl<M> Data for Topic<M> {
    type Owned = Self;
    fn shape() -> Shape {
        Shape::Any
    }
}

/// What a service says of a message that it took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, crate::Data)]
pub struct Sent {
    /// The id that the service gave to the message.
    pub message_id: String,
}

service_errors! {
    /// Why a message was not published.
    PublishError {
        /// There is no such topic.
        NOT_FOUND, NotFound, "SNS.NotFoundException";
        /// The state machine's role may not publish to the topic.
        AUTHORIZATION, Authorization, "SNS.AuthorizationErrorException";
        /// The request says something that is not possible.
        INVALID_PARAMETER, InvalidParameter, "SNS.InvalidParameterException";
        /// KMS is asked too often.
        KMS_THROTTLING, KmsThrottling, "SNS.KMSThrottlingException";
        /// SNS failed.
        INTERNAL, Internal, "SNS.InternalErrorException";
    }
}

/// Publishes a message. Text is sent as it is, anything else as JSON text.
pub fn publish<M: Message>(topic: Topic<M>, message: &M) -> Call<Action<Publish<M>>> {
    Call::action(vec![serde_json::to_value(topic), serde_json::to_value(message)])
}

/// What can be sent: anything that derives [`Data`].
pub trait Message: Serialize + DeserializeOwned + Data<Owned = Self> + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<M: Serialize + DeserializeOwned + Data<Owned = M> + Send + 'static> Message for M {}

impl<M: Message> Call<Action<Publish<M>>> {
    /// The subject, for those who get the message as an e-mail.
    pub fn subject(self, subject: &str) -> Self {
        self.with("subject", vec![(Ok(subject.into()), Shape::Text)])
    }

    /// The group within which a FIFO topic keeps the order.
    pub fn group(self, group: &str) -> Self {
        self.with("group", vec![(Ok(group.into()), Shape::Text)])
    }

    /// The id by which a FIFO topic takes a message once within five minutes.
    pub fn deduplication_id(self, id: &str) -> Self {
        self.with("deduplication_id", vec![(Ok(id.into()), Shape::Text)])
    }
}

/// `sns:publish`
#[derive(Debug)]
pub struct Publish<M>(PhantomData<fn() -> M>);

impl<M: Message> Asking for Publish<M> {}

impl<M: Message> Operation for Publish<M> {
    const NAME: &'static str = "publish";
    const RESOURCE: Resource = Resource::new("sns", "publish");
    const WITH_TOKEN: Option<(Resource, &'static str)> =
        Some((Resource::new("sns", "publish.waitForTaskToken"), "Message"));
    const TRANSIENTS: &'static [ErrorName] = &[PublishError::INTERNAL, PublishError::KMS_THROTTLING];
    type Output = Sent;
    type Error = PublishError;

    fn arguments<R: Reading>(reading: &mut R, values: &[R::Value]) -> Vec<(String, R::Value)> {
        let [topic, message] = values else { return Vec::new() };
        if reading.known(topic).is_none() {
            reading.problem(
                "a topic is a constant, so that the state machine's role can be limited to it".to_owned(),
            );
        }
        // The integration makes text of JSON itself.
        vec![("TopicArn".to_owned(), topic.clone()), ("Message".to_owned(), message.clone())]
    }

    fn option<R: Reading>(
        reading: &mut R,
        _: &R::Value,
        arguments: &mut Vec<(String, R::Value)>,
        option: &str,
        values: &[(R::Value, Shape)],
    ) {
        message_option(reading, arguments, option, values);
    }

    fn result<R: Reading>(reading: &mut R, answer: &R::Value) -> R::Value {
        sent(reading, answer)
    }

    fn answer(result: Value) -> Value {
        json!({ "MessageId": result["message_id"] })
    }
}

pub(super) fn sent<R: Reading>(reading: &mut R, answer: &R::Value) -> R::Value {
    let id = reading.field(answer, "MessageId");
    reading.object(vec![("message_id".to_owned(), id)])
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

/// An SNS in memory, which remembers what was published. A topic is there once somebody publishes to it.
///
/// ```
/// use workflow_core::{prelude::*, services::sns::{self, Memory, Topic}};
///
/// const NEWS: Topic<String> = Topic::new("News");
///
/// #[workflow]
/// async fn tell(text: String) -> Result<(), sns::PublishError> {
///     sns::publish(NEWS, &text).await?;
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let topics = Memory::new();
/// Executor::test().service(topics.clone()).run(tell("hello".into())).await.output().unwrap();
/// assert_eq!(topics.published(NEWS), ["hello"]);
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Memory {
    messages: Messages,
}

impl Memory {
    /// One without messages.
    pub fn new() -> Self {
        Self::default()
    }

    /// The messages of a topic, in order.
    pub fn published<M: Message>(&self, topic: Topic<M>) -> Vec<M> {
        let messages = self.messages.to(last_part(topic.name));
        messages.iter().filter_map(|message| read(&message.arguments["Message"])).collect()
    }

    /// The messages of a topic that wait for an answer, in order.
    pub fn asked<M: Message>(&self, topic: Topic<M>) -> Vec<Asked<M>> {
        let messages = self.messages.to(last_part(topic.name));
        messages.iter().filter_map(|message| asked(&message.arguments["Message"])).collect()
    }

    /// The messages of all topics, in order, as the service was asked with them.
    pub fn all(&self) -> Vec<Delivered> {
        self.messages.all()
    }
}

/// A message of this type, which may have been made text on the way.
pub(super) fn read<M: Message>(message: &Value) -> Option<M> {
    match message {
        Value::String(text) if !is_text(&M::shape()) => serde_json::from_str(text).ok(),
        other => serde_json::from_value(other.clone()).ok(),
    }
}

impl Service for Memory {
    fn clients(&self) -> &'static [&'static str] {
        &["sns"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(async move { answer(&self.messages, &request) })
    }
}

/// Takes what is published.
pub(super) fn answer(messages: &Messages, request: &Request) -> Result<Value, Failure> {
    let refuse = |code, message: &str| refusal(request, ("SNS", "AmazonSNS"), (400, code), message);
    if request.resource.action() != "publish" {
        return Err(refuse("InvalidAction", "the SNS in process knows `publish` alone"));
    }
    if request.argument("Message").is_null() {
        return Err(refuse("InvalidParameter", "Invalid parameter: Message"));
    }
    let topic = last_part(request.text("TopicArn")).to_owned();
    if topic.ends_with(".fifo") && request.text("MessageGroupId").is_empty() {
        return Err(refuse(
            "InvalidParameter",
            "Invalid parameter: The MessageGroupId parameter is required for FIFO topics",
        ));
    }
    Ok(json!({ "MessageId": messages.take(request, topic) }))
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

    pub(super) fn to(&self, name: &str) -> Vec<Delivered> {
        self.all().into_iter().filter(|message| message.to == name).collect()
    }
}

/// A message as text, for an integration that makes none itself.
pub(super) fn text_of<R: Reading, M: Message>(reading: &mut R, message: &R::Value) -> R::Value {
    as_text(reading, &M::shape(), message)
}
