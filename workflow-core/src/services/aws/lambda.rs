//! AWS Lambda: the handlers that are deployed, for workflows that run in process.

use aws_sdk_lambda::{Client, primitives::Blob};
use serde_json::{Value, json};

use crate::{
    Failure,
    services::{Answering, Request, Service},
};

use super::failure::{Names, failure_of, unknown_action};

const NAMES: Names = Names {
    optimised: ("Lambda", "AWSLambda"),
    sdk: "Lambda",
    other: "AWSLambdaException",
    codes: &["ResourceNotFoundException", "ServiceException", "TooManyRequestsException"],
};

/// AWS Lambda through the AWS SDK: with it, the tasks of a workflow that runs in process are done by the functions that
/// are deployed, and not by the handlers of this process.
///
/// A mock still stands before it, and so does the handler of a task that waits for a [`TaskToken`](crate::TaskToken):
/// its token is of this process, and nobody on AWS could answer with it.
#[derive(Clone, Debug)]
pub struct Lambda {
    client: Client,
    prefix: String,
    qualifier: Option<String>,
}

impl Lambda {
    /// A service that asks this client.
    pub fn new(client: Client) -> Self {
        Self { client, prefix: String::new(), qualifier: None }
    }

    /// What the names of the functions begin with: `shop-` for the stack `shop`. Nothing without.
    #[must_use]
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..self }
    }

    /// The version or the alias of the functions, such as `live`; their latest code without.
    #[must_use]
    pub fn qualifier(self, qualifier: impl Into<String>) -> Self {
        Self { qualifier: Some(qualifier.into()), ..self }
    }

    async fn answer(&self, request: Request) -> Result<Value, Failure> {
        if request.resource.action() != "invoke" {
            return Err(unknown_action(&NAMES, request.resource));
        }
        let function = format!("{}{}", self.prefix, request.text("FunctionName"));
        let payload = Blob::new(request.argument("Payload").to_string());
        let call = self.client.invoke().function_name(function).payload(payload);
        let answered = call.set_qualifier(self.qualifier.clone()).send().await;
        let answered =
            answered.map_err(|error| failure_of!(aws_sdk_lambda, NAMES, request.resource, error))?;
        let payload = answered.payload().map(|payload| String::from_utf8_lossy(payload.as_ref()));
        let payload = payload.unwrap_or_default();
        let value: Value = serde_json::from_str(&payload).unwrap_or_default();
        match answered.function_error() {
            None => Ok(json!({ "Payload": value, "StatusCode": answered.status_code() })),
            Some(_) => {
                let name = value["errorType"].as_str().unwrap_or("Lambda.Unknown");
                Err(Failure::new(name, payload.as_ref()))
            }
        }
    }
}

impl Service for Lambda {
    fn clients(&self) -> &'static [&'static str] {
        &["lambda"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(self.answer(request))
    }
}
