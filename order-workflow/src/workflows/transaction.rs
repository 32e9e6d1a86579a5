//! Transactions, told apart by their `type`; whichever it is, its result is handled the same way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::info;
use workflow_core::prelude::*;

use crate::{
    ids::Ids,
    store::{Entry, Store, StoreUnavailable},
};

/// What starts the workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// `PURCHASE` or `REFUND`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What identifies it: a transaction that arrives twice is processed once. Without one, it is
    /// identified by all that it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    /// How much it moves, in cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_cents: Option<i64>,
    /// Whatever else the caller wants to be known by.
    #[serde(flatten)]
    pub details: BTreeMap<String, Value>,
}

/// What a transaction's own handler answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The type of the transaction.
    #[serde(rename = "type")]
    pub kind: String,
    /// What identifies the transaction.
    pub transaction_id: String,
    /// `PROCESSED`.
    pub status: String,
}

/// What the result handler answers, and the workflow with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The type of the transaction.
    #[serde(rename = "type")]
    pub kind: String,
    /// What identifies the transaction.
    pub transaction_id: String,
    /// `COMPLETED`.
    pub status: String,
    /// The outcome for people.
    pub message: String,
}

/// Why a transaction was not completed.
#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum TransactionError {
    /// `type` is neither `PURCHASE` nor `REFUND`.
    #[error("`{kind}` is not a type of transaction; use PURCHASE or REFUND")]
    UnknownTransactionType {
        /// The type that was asked for.
        kind: String,
    },
    /// The transaction makes no sense.
    #[error("the transaction is not valid: {reason}")]
    InvalidTransaction {
        /// What is wrong with it.
        reason: String,
    },
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

impl From<StoreUnavailable> for TransactionError {
    fn from(error: StoreUnavailable) -> Self {
        Self::StoreUnavailable { reason: error.reason }
    }
}

/// Processes a purchase.
///
/// # Errors
///
/// When the transaction is not valid, or the store unavailable.
#[task(
    function = "PurchaseHandler",
    retry(errors = [StoreUnavailable, PlatformError::TIMEOUT], interval_seconds = 2, max_attempts = 3, backoff_rate = 2.0),
    timeout_seconds = 30,
)]
pub async fn purchase_handler(
    State(store): State<Store>,
    State(ids): State<Ids>,
    transaction: &Transaction,
) -> Result<Receipt, TransactionError> {
    enter(&store, ids, transaction)
}

/// Processes a refund.
///
/// # Errors
///
/// When the transaction is not valid, or the store unavailable.
#[task(
    function = "RefundHandler",
    retry(errors = [StoreUnavailable, PlatformError::TIMEOUT], interval_seconds = 2, max_attempts = 3, backoff_rate = 2.0),
    timeout_seconds = 30,
)]
pub async fn refund_handler(
    State(store): State<Store>,
    State(ids): State<Ids>,
    transaction: &Transaction,
) -> Result<Receipt, TransactionError> {
    enter(&store, ids, transaction)
}

fn enter(store: &Store, ids: Ids, transaction: &Transaction) -> Result<Receipt, TransactionError> {
    let invalid = |reason: &str| TransactionError::InvalidTransaction { reason: reason.to_owned() };
    if transaction.amount_cents.is_some_and(|cents| cents <= 0) {
        return Err(invalid("`amountCents` must be positive"));
    }
    let transaction_id = match &transaction.transaction_id {
        Some(id) if id.is_empty() => return Err(invalid("`transactionId` is empty")),
        Some(id) => id.clone(),
        None => {
            let text = serde_json::to_string(transaction).map_err(|error| invalid(&error.to_string()))?;
            ids.name("transaction", &text)
        }
    };
    let entry = Entry { transaction_id, kind: transaction.kind.clone(), cents: transaction.amount_cents };
    let entered = store.enter(&entry)?;
    if entered != entry {
        return Err(invalid("another transaction has its `transactionId`"));
    }
    info!(entry.transaction_id, entry.kind, "processed");
    Ok(Receipt { kind: entry.kind, transaction_id: entry.transaction_id, status: "PROCESSED".to_owned() })
}

/// Handles the result of a transaction of either type.
///
/// # Errors
///
/// When the store is unavailable.
#[task(
    function = "ResultHandler",
    retry(errors = [StoreUnavailable, PlatformError::TIMEOUT], interval_seconds = 2, max_attempts = 3, backoff_rate = 2.0),
    timeout_seconds = 30,
)]
pub async fn result_handler(
    State(store): State<Store>,
    receipt: &Receipt,
) -> Result<Outcome, TransactionError> {
    store.complete(&receipt.transaction_id)?;
    info!(receipt.transaction_id, "completed");
    Ok(Outcome {
        kind: receipt.kind.clone(),
        transaction_id: receipt.transaction_id.clone(),
        status: "COMPLETED".to_owned(),
        message: format!("{} {} completed", receipt.kind, receipt.transaction_id),
    })
}

/// Handles purchases and refunds, each by its own handler and then by the result handler.
#[workflow(name = "transaction")]
pub async fn transaction(transaction: Transaction) -> Result<Outcome, TransactionError> {
    #[state = "Choice"]
    let receipt = match transaction.kind.as_str() {
        "PURCHASE" => purchase_handler(&transaction).await?,
        "REFUND" => refund_handler(&transaction).await?,
        #[state = "Unknown Transaction Type"]
        _ => return Err(TransactionError::UnknownTransactionType { kind: transaction.kind }),
    };
    result_handler(&receipt).await
}
