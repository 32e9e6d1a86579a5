//! Amazon SNS.

use crate::{
    Failure,
    services::{Answering, Request, Service},
};
use aws_sdk_sns::Client;
use serde_json::{Value, json};

use super::{
    failure::{Names, failure_of, unknown_action},
    placed,
};

const NAMES: Names = Names {
    optimised: ("SNS", "AmazonSNS"),
    sdk: "Sns",
    other: "AmazonSNSException",
    codes: &["NotFound", "AuthorizationError", "InvalidParameter", "KMSThrottling", "InternalError"],
};

/// Amazon SNS through the AWS SDK: `publish`.
#[derive(Clone, Debug)]
pub struct Sns {
    client: Client,
    account: String,
}

impl Sns {
    /// A service that asks this client, for topics in this account and in the client's region.
    pub fn new(client: Client, account: impl Into<String>) -> Self {
        Self { client, account: account.into() }
    }

    async fn answer(&self, request: Request) -> Result<Value, Failure> {
        let resource = request.resource;
        if resource.action() != "publish" {
            return Err(unknown_action(&NAMES, resource));
        }
        let text = |key: &str| request.argument(key).as_str().map(str::to_owned);
        let message = match request.argument("Message") {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let region = self.client.config().region().map(AsRef::as_ref);
        let topic = text("TopicArn").map(|topic| placed(&topic, region, &self.account));
        let call = self.client.publish().set_topic_arn(topic).message(message).set_subject(text("Subject"));
        let call = call.set_message_group_id(text("MessageGroupId"));
        let call = call.set_message_deduplication_id(text("MessageDeduplicationId"));
        let sent = call.send().await.map_err(|error| failure_of!(aws_sdk_sns, NAMES, resource, error))?;
        Ok(json!({ "MessageId": sent.message_id() }))
    }
}

impl Service for Sns {
    fn clients(&self) -> &'static [&'static str] {
        &["sns"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(self.answer(request))
    }
}
