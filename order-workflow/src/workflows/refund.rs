//! A payment is given back. A large one waits until somebody approves: the request carries a task token, and
//! the execution sleeps, at no cost, until an answer arrives with it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tracing::info;
use workflow_core::prelude::*;

use crate::{
    approvals::{Desk, Request},
    money::decimal,
    store::{Mail, OrderStatus, Store, StoreUnavailable},
    workflows::order_saga::SYSTEM,
};

/// The most that is given back without an approval, in cents: 500.00.
pub const APPROVAL_LIMIT: i64 = 50_000;
/// Who approves.
const APPROVER: &str = "finance@example.com";
/// How long there is to decide.
const TIME_TO_DECIDE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A payment that was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// The order that it is for.
    pub order_id: String,
    /// What identifies it.
    pub payment_id: String,
    /// How much it is, in cents.
    pub cents: i64,
}

/// What the approver says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Decision {
    /// Whether the money may go back.
    pub approved: bool,
    /// Who decided.
    pub by: String,
}

/// Money that went back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Refunded {
    /// The payment.
    pub payment_id: String,
    /// How much went back, in cents.
    pub cents: i64,
}

/// Why a payment was not given back.
#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
pub enum RefundError {
    /// Somebody decided against it.
    #[error("{by} decided against giving {payment_id} back")]
    RefundRejected {
        /// The payment.
        payment_id: String,
        /// Who decided.
        by: String,
    },
    /// The books cannot be written at the moment.
    #[error("the ledger is unavailable: {reason}")]
    LedgerUnavailable {
        /// What the store says.
        reason: String,
    },
    /// What the platform itself may answer; a timeout where nobody decided.
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

impl From<StoreUnavailable> for RefundError {
    fn from(error: StoreUnavailable) -> Self {
        Self::LedgerUnavailable { reason: error.reason }
    }
}

/// Asks for an approval. The answer comes from whoever holds the token.
///
/// # Errors
///
/// When the store is unavailable.
#[task(retry(errors = [LedgerUnavailable], interval_seconds = 2, jitter))]
pub async fn request_approval(
    State(store): State<Store>,
    State(desk): State<Desk>,
    token: TaskToken,
    payment: &Payment,
) -> Result<Pending<Decision>, RefundError> {
    let subject = format!("May {} go back for order {}?", decimal(payment.cents), payment.order_id);
    let body = format!("For payment {}. Answer with this token: {token}", payment.payment_id);
    store.send(&Mail { recipient: APPROVER.to_owned(), subject: subject.clone(), body })?;
    desk.put(Request { token: token.clone(), subject });
    Ok(token.pending())
}

/// Gives the money back, once.
///
/// # Errors
///
/// When the store is unavailable.
#[task(retry(errors = [LedgerUnavailable], interval_seconds = 2, jitter), timeout_seconds = 30)]
pub async fn pay_back(State(store): State<Store>, payment: &Payment) -> Result<Refunded, RefundError> {
    store.orders(SYSTEM).set_status(&payment.order_id, OrderStatus::Refunded)?;
    info!(payment.payment_id, payment.cents, "given back");
    Ok(Refunded { payment_id: payment.payment_id.clone(), cents: payment.cents })
}

/// Gives a payment back; a large one only after an approval.
#[workflow]
pub async fn refund(payment: Payment) -> Result<Refunded, RefundError> {
    if payment.cents > APPROVAL_LIMIT {
        let decision = request_approval(&payment).timeout(TIME_TO_DECIDE).await?;
        if !decision.approved {
            return Err(RefundError::RefundRejected { payment_id: payment.payment_id, by: decision.by });
        }
    }
    pay_back(&payment).await
}
