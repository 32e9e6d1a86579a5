//! Purchases and refunds, told apart by the event's `operation`.
//!
//! To add an operation: write its task, and add its arm to the match in [`purchase_refund`].

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use tracing::info;
use workflow_core::prelude::*;

use crate::store::{Store, StoreUnavailable};

/// What starts the workflow. Only `operation` is looked at; whatever else there is goes to the
/// handler and comes back in its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Event {
    /// `purchase` or `refund`; anything else is not valid, be it `null` or no text.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub operation: Option<Value>,
    /// The rest of the event, such as `data`.
    #[serde(flatten)]
    pub details: BTreeMap<String, Value>,
}

/// Reads `null` as a value, so that only an absent key is `None`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What a handler answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Response {
    /// `success`.
    pub status: String,
    /// What was done.
    pub message: String,
    /// The event that asked for it.
    pub event: Event,
}

/// Why an operation was not carried out.
#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum OperationError {
    /// `operation` is neither `purchase` nor `refund`.
    #[error("The operation provided is not valid.")]
    #[workflow(name = "InvalidOperationError")]
    InvalidOperation,
    /// There is no `operation`. The name and the text are those that Step Functions itself gives
    /// to a Choice state whose path leads nowhere.
    #[error(
        "An error occurred while executing the state 'Check Operation' (entered at the event id #2). \
         Invalid path '$.operation': The choice state's condition path references an invalid value."
    )]
    #[workflow(name = "States.Runtime")]
    MissingOperation,
    /// The store cannot be used at the moment.
    #[error("the store is unavailable: {reason}")]
    StoreUnavailable {
        /// What the store says.
        reason: String,
    },
    /// What the platform itself may answer.
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

impl From<StoreUnavailable> for OperationError {
    fn from(error: StoreUnavailable) -> Self {
        Self::StoreUnavailable { reason: error.reason }
    }
}

/// Carries out a purchase.
///
/// # Errors
///
/// When the store is unavailable.
#[task(function = "PurchaseLambda", retry(errors = [StoreUnavailable], max_attempts = 3, jitter), timeout_seconds = 30)]
pub async fn purchase_lambda(State(store): State<Store>, event: &Event) -> Result<Response, OperationError> {
    carry_out(&store, event, "purchase", "Purchase processes")
}

/// Carries out a refund.
///
/// # Errors
///
/// When the store is unavailable.
#[task(function = "RefundLambda", retry(errors = [StoreUnavailable], max_attempts = 3, jitter), timeout_seconds = 30)]
pub async fn refund_lambda(State(store): State<Store>, event: &Event) -> Result<Response, OperationError> {
    carry_out(&store, event, "refund", "Refund processes")
}

fn carry_out(
    store: &Store,
    event: &Event,
    operation: &str,
    message: &str,
) -> Result<Response, OperationError> {
    // An `Event` holds nothing but JSON values, and its text is the same for the same event.
    let text = serde_json::to_string(event).unwrap_or_default();
    store.record_operation(operation, &text)?;
    info!(operation, "carried out");
    Ok(Response { status: "success".to_owned(), message: message.to_owned(), event: event.clone() })
}

/// State machine for purchase and refund operations
#[workflow(name = "purchase-refund")]
pub async fn purchase_refund(event: Event) -> Result<Response, OperationError> {
    #[state = "Check Operation"]
    let response = match &event.operation {
        Some(name) if name == "purchase" => purchase_lambda(&event).await?,
        Some(name) if name == "refund" => refund_lambda(&event).await?,
        #[state = "Invalid Operation"]
        Some(_) => return Err(OperationError::InvalidOperation),
        #[state = "Missing Operation"]
        None => return Err(OperationError::MissingOperation),
    };
    #[state = "Success"]
    Ok(response)
}
