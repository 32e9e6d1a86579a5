//! Amazon SQS.

use crate::{
    Failure,
    services::{Answering, Request, Service},
};
use aws_sdk_sqs::Client;
use serde_json::{Value, json};

use super::{
    failure::{Names, failure_of, unknown_action},
    placed,
};

const NAMES: Names = Names {
    optimised: ("SQS", "AmazonSQS"),
    sdk: "Sqs",
    other: "AmazonSQSException",
    codes: &["QueueDoesNotExist", "InvalidMessageContents", "UnsupportedOperation"],
};

/// Amazon SQS through the AWS SDK: `sendMessage`.
#[derive(Clone, Debug)]
pub struct Sqs {
    client: Client,
    account: String,
}

impl Sqs {
    /// A service that asks this client, for queues in this account and in the client's region.
    pub fn new(client: Client, account: impl Into<String>) -> Self {
        Self { client, account: account.into() }
    }

    async fn answer(&self, request: Request) -> Result<Value, Failure> {
        let resource = request.resource;
        if resource.action() != "sendMessage" {
            return Err(unknown_action(&NAMES, resource));
        }
        let text = |key: &str| request.argument(key).as_str().map(str::to_owned);
        let message = match request.argument("MessageBody") {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let region = self.client.config().region().map(AsRef::as_ref);
        let queue = text("QueueUrl").map(|queue| placed(&queue, region, &self.account));
        let delay = request.argument("DelaySeconds").as_i64().and_then(|delay| i32::try_from(delay).ok());
        let call = self.client.send_message().set_queue_url(queue).message_body(message);
        let call = call.set_delay_seconds(delay).set_message_group_id(text("MessageGroupId"));
        let call = call.set_message_deduplication_id(text("MessageDeduplicationId"));
        let sent = call.send().await.map_err(|error| failure_of!(aws_sdk_sqs, NAMES, resource, error))?;
        Ok(json!({ "MD5OfMessageBody": sent.md5_of_message_body(), "MessageId": sent.message_id() }))
    }
}

impl Service for Sqs {
    fn clients(&self) -> &'static [&'static str] {
        &["sqs"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(self.answer(request))
    }
}
