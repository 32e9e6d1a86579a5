//! An order as a saga: each step that is done says how it is undone, and where a later one fails, everything
//! before it is undone, the last first.

use serde::{Deserialize, Serialize};
use tracing::info;
use workflow_core::prelude::*;

use crate::{
    bank,
    ids::Ids,
    money::decimal,
    store::{Mail, OrderStatus, Store, StoreUnavailable},
    workflows::refund::{Payment, RefundError, refund},
};

/// The system whose orders these are, in the store.
pub(crate) const SYSTEM: &str = "order-saga";

/// An order as it arrives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// What identifies the order.
    pub order_id: String,
    /// Where the customer is told how it went.
    pub email: String,
    /// Where the parcel goes.
    pub address: String,
    /// How the customer pays: a way that the [bank] knows.
    pub payment_method: String,
    /// What is ordered.
    pub lines: Vec<Line>,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Line {
    /// What is ordered.
    pub sku: String,
    /// How many of it.
    pub quantity: i64,
    /// What one of it costs, in cents.
    pub cents: i64,
}

/// A parcel that is on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Shipment {
    /// The order.
    pub order_id: String,
    /// Where to follow it.
    pub tracking_number: String,
}

/// Why an order did not go through.
#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
pub enum SagaError {
    /// There is not enough of an item.
    #[error("{sku} is out of stock")]
    OutOfStock {
        /// The item.
        sku: String,
    },
    /// The bank did not pay.
    #[error("the payment was declined: {reason}")]
    PaymentDeclined {
        /// The bank's reason.
        reason: String,
    },
    /// No carrier goes there.
    #[error("nobody delivers to `{address}`")]
    Undeliverable {
        /// Where to.
        address: String,
    },
    /// The store cannot be used at the moment.
    #[error("the store is unavailable: {reason}")]
    StoreUnavailable {
        /// What the store says.
        reason: String,
    },
    /// The payment was to be given back, and was not.
    #[error(transparent)]
    NotRefunded(#[from] RefundError),
    /// What the platform itself may answer.
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

impl From<StoreUnavailable> for SagaError {
    fn from(error: StoreUnavailable) -> Self {
        Self::StoreUnavailable { reason: error.reason }
    }
}

/// Puts the goods aside.
///
/// # Errors
///
/// When there is not enough of an item, or the store is unavailable.
#[task(retry(errors = [StoreUnavailable], interval_seconds = 2, jitter), timeout_seconds = 30)]
pub async fn reserve_stock(
    State(store): State<Store>,
    order_id: &str,
    lines: &[Line],
) -> Result<(), SagaError> {
    let items = lines.iter().map(|line| (line.sku.as_str(), line.quantity));
    match store.orders(SYSTEM).reserve(order_id, items)? {
        None => Ok(()),
        Some(sku) => Err(SagaError::OutOfStock { sku }),
    }
}

/// Puts the goods back on the shelf.
///
/// # Errors
///
/// When the store is unavailable.
#[task(retry(errors = [StoreUnavailable], interval_seconds = 2, jitter), timeout_seconds = 30)]
pub async fn release_stock(State(store): State<Store>, order_id: &str) -> Result<(), SagaError> {
    info!(order_id, "stock released");
    Ok(store.orders(SYSTEM).release(order_id)?)
}

/// Charges the customer.
///
/// # Errors
///
/// When the bank does not pay, or the store is unavailable.
#[task(retry(errors = [StoreUnavailable], interval_seconds = 2, jitter), timeout_seconds = 30)]
pub async fn charge_customer(
    State(store): State<Store>,
    State(ids): State<Ids>,
    order_id: &str,
    payment_method: &str,
    cents: i64,
) -> Result<Payment, SagaError> {
    bank::authorize(payment_method, cents).map_err(|reason| SagaError::PaymentDeclined { reason })?;
    let payment_id = ids.name("payment", &format!("{SYSTEM}/{order_id}"));
    let taken = store.orders(SYSTEM).pay(order_id, &payment_id, cents)?;
    Ok(Payment { order_id: order_id.to_owned(), payment_id: taken.payment_id, cents: taken.cents })
}

/// Hands the goods to a carrier.
///
/// # Errors
///
/// When nobody delivers there, or the store is unavailable.
#[task(retry(errors = [StoreUnavailable], interval_seconds = 2, jitter), timeout_seconds = 30)]
pub async fn ship_goods(
    State(store): State<Store>,
    State(ids): State<Ids>,
    order_id: &str,
    address: &str,
) -> Result<Shipment, SagaError> {
    if address.trim().is_empty() || address.contains("Atlantis") {
        return Err(SagaError::Undeliverable { address: address.to_owned() });
    }
    store.orders(SYSTEM).send_reserved(order_id)?;
    let tracking_number = ids.name("track", &format!("{SYSTEM}/{order_id}"));
    Ok(Shipment { order_id: order_id.to_owned(), tracking_number })
}

/// Tells the customer how it went.
///
/// # Errors
///
/// When the store is unavailable.
#[task(retry(errors = [StoreUnavailable], interval_seconds = 2, jitter), timeout_seconds = 30)]
pub async fn confirm_order(
    State(store): State<Store>,
    email: &str,
    shipment: &Shipment,
    cents: i64,
) -> Result<(), SagaError> {
    store.send(&Mail {
        recipient: email.to_owned(),
        subject: format!("Your order {} is on its way", shipment.order_id),
        body: format!("You paid {}. Follow it under {}.", decimal(cents), shipment.tracking_number),
    })?;
    Ok(store.orders(SYSTEM).set_status(&shipment.order_id, OrderStatus::Completed)?)
}

/// Reserves, charges, ships and confirms; whatever was done is undone when a later step fails.
#[workflow]
pub async fn order_saga(order: Order) -> Result<Shipment, SagaError> {
    reserve_stock(&order.order_id, &order.lines).await?;
    compensate! {
        release_stock(&order.order_id).await?;
    }

    let cents = order.lines.iter().map(|line| line.quantity * line.cents).sum();
    let payment = charge_customer(&order.order_id, &order.payment_method, cents).await?;
    compensate! {
        refund(payment.clone()).await?;
    }

    let shipment = ship_goods(&order.order_id, &order.address).await?;
    confirm_order(&order.email, &shipment, cents).await?;
    Ok(shipment)
}
