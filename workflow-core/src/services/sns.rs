//! Amazon SNS: messages to a topic.
//! (Step Functions Developer Guide, "Publish messages to an Amazon SNS topic with Step Functions")

use std::marker::PhantomData;

use serde_json::{Value, json};

use crate::{
    data::Shape,
    error::{ErrorName, Failure},
    resource::Resource,
    task::Call,
};

pub use super::messages::{Delivered, Message, Sent};
use super::{
    Action, Answering, Asked, Asking, Operation, Reading, Request, Service, handle,
    messages::{Messages, last_part, message_arguments, message_option, read, sent},
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

handle!(Topic<M>, |topic| topic.arn());

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
        message_arguments(reading, values, "a topic", ["TopicArn", "Message"])
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
        self.messages.to(topic.name, "Message").iter().filter_map(read).collect()
    }

    /// The messages of a topic that wait for an answer, in order.
    pub fn asked<M: Message>(&self, topic: Topic<M>) -> Vec<Asked<M>> {
        self.messages.to(topic.name, "Message").iter().filter_map(asked).collect()
    }

    /// The messages of all topics, in order, as the service was asked with them.
    pub fn all(&self) -> Vec<Delivered> {
        self.messages.all()
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
