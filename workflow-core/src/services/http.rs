//! HTTPS endpoints, called with the credentials of an EventBridge connection.
//! (Step Functions Developer Guide, "Call HTTPS APIs in Step Functions workflows")
//!
//! A workflow names a connection and never a secret: the connection holds what authorises the call.

use std::marker::PhantomData;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{data::Shape, error::ErrorName, resource::Resource, task::Call};

use super::{Action, Operation, Reading, action::set, handle, messages::Message, service_errors};

/// An endpoint that takes a `B` and answers with an `A`.
///
/// ```
/// use workflow_core::services::http::Endpoint;
///
/// const QUOTES: Endpoint<(), u32> = Endpoint::get("https://api.example.com/quotes", "${QuotesConnection}");
/// ```
pub struct Endpoint<B, A> {
    target: Target,
    of: PhantomData<fn() -> (B, A)>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Target {
    method: &'static str,
    url: &'static str,
    connection: &'static str,
}

macro_rules! methods {
    ($($(#[$doc:meta])* $function:ident, $method:literal;)*) => {
        impl<B, A> Endpoint<B, A> {
            $(
                $(#[$doc])*
                ///
                /// `url` is the whole URL, `connection` the ARN of an EventBridge connection or a placeholder
                /// for it, such as `${QuotesConnection}`.
                pub const fn $function(url: &'static str, connection: &'static str) -> Self {
                    Self { target: Target { method: $method, url, connection }, of: PhantomData }
                }
            )*
        }
    };
}

methods! {
    /// `GET`
    get, "GET";
    /// `POST`
    post, "POST";
    /// `PUT`
    put, "PUT";
    /// `PATCH`
    patch, "PATCH";
    /// `DELETE`
    delete, "DELETE";
}

handle!(Endpoint<B, A>, |endpoint| endpoint.target);

service_errors! {
    /// How a call fails: with the status code that the endpoint answered, or without an answer.
    CallError {
        /// 400
        BAD_REQUEST, BadRequest, "States.Http.StatusCode.400";
        /// 401
        UNAUTHORIZED, Unauthorized, "States.Http.StatusCode.401";
        /// 403
        FORBIDDEN, Forbidden, "States.Http.StatusCode.403";
        /// 404
        NOT_FOUND, NotFound, "States.Http.StatusCode.404";
        /// 409
        CONFLICT, Conflict, "States.Http.StatusCode.409";
        /// 422
        UNPROCESSABLE, Unprocessable, "States.Http.StatusCode.422";
        /// 429
        TOO_MANY_REQUESTS, TooManyRequests, "States.Http.StatusCode.429";
        /// 500
        INTERNAL_SERVER_ERROR, InternalServerError, "States.Http.StatusCode.500";
        /// 502
        BAD_GATEWAY, BadGateway, "States.Http.StatusCode.502";
        /// 503
        SERVICE_UNAVAILABLE, ServiceUnavailable, "States.Http.StatusCode.503";
        /// 504
        GATEWAY_TIMEOUT, GatewayTimeout, "States.Http.StatusCode.504";
        /// The connection broke or took longer than 60 seconds.
        SOCKET, Socket, "States.Http.Socket";
    }
}

/// Calls an endpoint with a body. One without a body takes `&()`.
pub fn call<B: Message, A: Message>(endpoint: Endpoint<B, A>, body: &B) -> Call<Action<Invoke<B, A>>> {
    Call::action(vec![serde_json::to_value(endpoint), serde_json::to_value(body)])
}

impl<B: Message, A: Message> Call<Action<Invoke<B, A>>> {
    /// Adds a header.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.with("header", vec![(Ok(name.into()), Shape::Text), (Ok(value.into()), Shape::Text)])
    }

    /// Adds a parameter to the query.
    pub fn parameter(self, name: &str, value: &str) -> Self {
        self.with("parameter", vec![(Ok(name.into()), Shape::Text), (Ok(value.into()), Shape::Text)])
    }
}

/// `http:invoke`
#[derive(Debug)]
pub struct Invoke<B, A>(PhantomData<fn() -> (B, A)>);

impl<B: Message, A: Message> Operation for Invoke<B, A> {
    const NAME: &'static str = "call";
    const RESOURCE: Resource = Resource::new("http", "invoke");
    const TRANSIENTS: &'static [ErrorName] = &[
        CallError::TOO_MANY_REQUESTS,
        CallError::BAD_GATEWAY,
        CallError::SERVICE_UNAVAILABLE,
        CallError::GATEWAY_TIMEOUT,
        CallError::SOCKET,
    ];
    type Output = A;
    type Error = CallError;

    fn arguments<R: Reading>(reading: &mut R, values: &[R::Value]) -> Vec<(String, R::Value)> {
        let [endpoint, body] = values else { return Vec::new() };
        let Some(target) = reading.known(endpoint) else {
            reading.problem(
                "an endpoint is a constant, so that the state machine's role can be limited to it".to_owned(),
            );
            return Vec::new();
        };
        let mut arguments = vec![
            ("ApiEndpoint".to_owned(), reading.literal(target["url"].clone())),
            ("Method".to_owned(), reading.literal(target["method"].clone())),
            ("Authentication".to_owned(), reading.literal(json!({ "ConnectionArn": target["connection"] }))),
        ];
        if !matches!(B::shape(), Shape::Unit) {
            arguments.push(("RequestBody".to_owned(), body.clone()));
        }
        arguments
    }

    fn option<R: Reading>(
        reading: &mut R,
        _: &R::Value,
        arguments: &mut Vec<(String, R::Value)>,
        option: &str,
        values: &[(R::Value, Shape)],
    ) {
        let key = if option == "header" { "Headers" } else { "QueryParameters" };
        let [(name, _), (value, _)] = values else {
            return reading.problem(format!("`call` has no option `{option}`"));
        };
        let Some(Value::String(name)) = reading.known(name) else {
            return reading.problem("the name of a header or a parameter is a constant".to_owned());
        };
        let known = arguments.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone());
        let all = match known {
            Some(known) => reading.with_entry(&known, &name, value.clone()),
            None => reading.object(vec![(name, value.clone())]),
        };
        set(arguments, key, all);
    }

    fn result<R: Reading>(reading: &mut R, answer: &R::Value) -> R::Value {
        if matches!(A::shape(), Shape::Unit) {
            return reading.literal(Value::Null);
        }
        reading.field(answer, "ResponseBody")
    }

    fn answer(result: Value) -> Value {
        json!({ "ResponseBody": result, "StatusCode": 200, "StatusText": "OK" })
    }
}
