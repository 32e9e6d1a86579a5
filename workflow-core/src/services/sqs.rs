//! Amazon SQS: messages to a queue.
//! (Step Functions Developer Guide, "Send messages to an Amazon SQS queue with Step Functions")

use std::marker::PhantomData;

use serde_json::{Value, json};

use crate::{
    data::{Data, Shape},
    error::Failure,
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

/// A queue for messages of type `M`, in the account and the region of the state machine.
///
/// In the state machine it is `https://sqs.${AwsRegion}.amazonaws.com/${AwsAccountId}/<name>`, of which deployment
/// fills in the two placeholders.
///
/// ```
/// use workflow_core::services::sqs::Queue;
///
/// const JOBS: Queue<String> = Queue::new("Jobs");
/// assert_eq!(JOBS.url(), "https://sqs.${AwsRegion}.amazonaws.com/${AwsAccountId}/Jobs");
/// ```
pub struct Queue<M> {
    name: &'static str,
    of: PhantomData<fn() -> M>,
}

impl<M> Queue<M> {
    /// The queue of this name, or the one with this whole URL. A name that ends in `.fifo` is that of a FIFO
    /// queue.
    pub const fn new(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }

    /// The URL as it stands in the state machine.
    pub fn url(&self) -> String {
        if self.name.starts_with("https:") || self.name.starts_with("${") {
            self.name.to_owned()
        } else {
            format!("https://sqs.${{AwsRegion}}.amazonaws.com/${{AwsAccountId}}/{}", self.name)
        }
    }
}

handle!(Queue<M>, |queue| queue.url());

service_errors! {
    /// Why a message was not sent.
    SendMessageError {
        /// There is no such queue.
        QUEUE_DOES_NOT_EXIST, QueueDoesNotExist, "SQS.QueueDoesNotExistException";
        /// The message has characters that are not allowed.
        INVALID_MESSAGE_CONTENTS, InvalidMessageContents, "SQS.InvalidMessageContentsException";
        /// The queue does not do that.
        UNSUPPORTED_OPERATION, UnsupportedOperation, "SQS.UnsupportedOperationException";
        /// Anything else that SQS refuses.
        AMAZON_SQS, AmazonSqs, "SQS.AmazonSQSException";
    }
}

/// Sends a message. Text is sent as it is, anything else as JSON text.
pub fn send_message<M: Message>(queue: Queue<M>, message: &M) -> Call<Action<SendMessage<M>>> {
    Call::action(vec![serde_json::to_value(queue), serde_json::to_value(message)])
}

impl<M: Message> Call<Action<SendMessage<M>>> {
    /// The group within which a FIFO queue keeps the order.
    pub fn group(self, group: &str) -> Self {
        self.with("group", vec![(Ok(group.into()), Shape::Text)])
    }

    /// The id by which a FIFO queue takes a message once within five minutes.
    pub fn deduplication_id(self, id: &str) -> Self {
        self.with("deduplication_id", vec![(Ok(id.into()), Shape::Text)])
    }

    /// For how many seconds nobody receives the message; at most 900.
    pub fn delay_seconds(self, seconds: u32) -> Self {
        self.with("delay_seconds", vec![(Ok(seconds.into()), u32::shape())])
    }
}

/// `sqs:sendMessage`
#[derive(Debug)]
pub struct SendMessage<M>(PhantomData<fn() -> M>);

impl<M: Message> Asking for SendMessage<M> {}

impl<M: Message> Operation for SendMessage<M> {
    const NAME: &'static str = "send_message";
    const RESOURCE: Resource = Resource::new("sqs", "sendMessage");
    const WITH_TOKEN: Option<(Resource, &'static str)> =
        Some((Resource::new("sqs", "sendMessage.waitForTaskToken"), "MessageBody"));
    type Output = Sent;
    type Error = SendMessageError;

    fn arguments<R: Reading>(reading: &mut R, values: &[R::Value]) -> Vec<(String, R::Value)> {
        message_arguments(reading, values, "a queue", ["QueueUrl", "MessageBody"])
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

/// An SQS in memory, which remembers what was sent. A queue is there once somebody sends to it.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    messages: Messages,
}

impl Memory {
    /// One without messages.
    pub fn new() -> Self {
        Self::default()
    }

    /// The messages of a queue, in order.
    pub fn sent<M: Message>(&self, queue: Queue<M>) -> Vec<M> {
        self.messages.to(queue.name, "MessageBody").iter().filter_map(read).collect()
    }

    /// The messages of a queue that wait for an answer, in order.
    pub fn asked<M: Message>(&self, queue: Queue<M>) -> Vec<Asked<M>> {
        self.messages.to(queue.name, "MessageBody").iter().filter_map(asked).collect()
    }

    /// The messages of all queues, in order, as the service was asked with them.
    pub fn all(&self) -> Vec<Delivered> {
        self.messages.all()
    }
}

impl Service for Memory {
    fn clients(&self) -> &'static [&'static str] {
        &["sqs"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(async move { answer(&self.messages, &request) })
    }
}

/// Takes what is sent.
pub(super) fn answer(messages: &Messages, request: &Request) -> Result<Value, Failure> {
    let refuse = |code: &str, message: &str| {
        let mut failure = refusal(request, ("SQS", "AmazonSQS"), (400, code), message);
        failure.error = SendMessageError::AMAZON_SQS.as_str().to_owned();
        failure
    };
    if request.resource.action() != "sendMessage" {
        return Err(refuse("InvalidAction", "the SQS in process knows `sendMessage` alone"));
    }
    if request.argument("MessageBody").is_null() {
        return Err(refuse("MissingParameter", "The request must contain the parameter MessageBody."));
    }
    let queue = last_part(request.text("QueueUrl")).to_owned();
    if queue.ends_with(".fifo") && request.text("MessageGroupId").is_empty() {
        return Err(refuse("MissingParameter", "The request must contain the parameter MessageGroupId."));
    }
    Ok(json!({ "MessageId": messages.take(request, queue) }))
}
