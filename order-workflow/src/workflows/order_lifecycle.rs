//! The life of an order: validated, paid, shipped, and the customer told.
//!
//! To add a stage, such as a check for fraud: write its task, and await it in [`order_lifecycle`].

use serde::{Deserialize, Serialize};
use tracing::info;
use workflow_core::prelude::*;

use crate::{
    bank,
    ids::Ids,
    money::decimal,
    store::{Mail, OrderStatus, Shipped, Store, StoreUnavailable},
};

/// The system whose orders these are, in the store.
const SYSTEM: &str = "order-lifecycle";

/// An order as it arrives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// What identifies the order.
    pub order_id: String,
    /// Where the customer is told how it went.
    pub customer_email: String,
    /// What is ordered.
    pub items: Vec<Item>,
    /// A way to pay that the [bank] knows.
    pub payment_method: String,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Item {
    /// What is ordered.
    pub sku: String,
    /// How many of it.
    pub quantity: i64,
}

/// What an order costs, once it is known to be valid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    /// The price of all items, in cents.
    pub total_cents: i64,
}

/// A payment that was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// What identifies the payment.
    pub payment_id: String,
}

/// A parcel on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Shipment {
    /// Where to follow it.
    pub tracking_number: String,
}

/// What is left to say of a finished order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Completed {
    /// The order.
    pub order_id: String,
    /// Its price, in cents.
    pub total_cents: i64,
    /// Its payment.
    pub payment_id: String,
    /// Its parcel.
    pub tracking_number: String,
}

/// Why an order was not completed.
#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum OrderError {
    /// The order makes no sense.
    #[error("the order is not valid: {reason}")]
    InvalidOrder {
        /// What is wrong with it.
        reason: String,
    },
    /// There is not enough of an item, or there is no such item.
    #[error("item {sku} is out of stock")]
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

impl From<StoreUnavailable> for OrderError {
    fn from(error: StoreUnavailable) -> Self {
        Self::StoreUnavailable { reason: error.reason }
    }
}

/// Checks that an order can be fulfilled, and finds out what it costs.
///
/// # Errors
///
/// When the order is not valid, an item is not there, or the store is unavailable.
#[task(retry(errors = [StoreUnavailable], interval_seconds = 2, jitter), timeout_seconds = 30)]
pub async fn validate_order(State(store): State<Store>, order: &Order) -> Result<Quote, OrderError> {
    let invalid = |reason: String| Err(OrderError::InvalidOrder { reason });
    if order.order_id.is_empty() {
        return invalid("`orderId` is empty".to_owned());
    }
    if !order.customer_email.contains('@') {
        return invalid(format!("`{}` is not an e-mail address", order.customer_email));
    }
    if bank::method(&order.payment_method).is_none() {
        return invalid(format!("`{}` is not a way to pay", order.payment_method));
    }
    if order.items.is_empty() {
        return invalid("there are no items".to_owned());
    }
    let mut total_cents = 0_i64;
    for Item { sku, quantity } in &order.items {
        if *quantity < 1 {
            return invalid(format!("the quantity of {sku} is {quantity}"));
        }
        let in_stock = store.stock(sku)?.filter(|stock| stock.quantity >= *quantity);
        let Some(stock) = in_stock else { return Err(OrderError::OutOfStock { sku: sku.clone() }) };
        total_cents += stock.unit_cents * quantity;
    }
    store.orders(SYSTEM).set_status(&order.order_id, OrderStatus::Valid)?;
    info!(order.order_id, total_cents, "valid");
    Ok(Quote { total_cents })
}

/// Takes the payment of an order.
///
/// # Errors
///
/// When the bank does not pay, or the store is unavailable.
#[task(retry(errors = [StoreUnavailable], interval_seconds = 2, jitter), timeout_seconds = 30)]
pub async fn process_payment(
    State(store): State<Store>,
    State(ids): State<Ids>,
    order: &Order,
    quote: &Quote,
) -> Result<Payment, OrderError> {
    let declined = |reason| OrderError::PaymentDeclined { reason };
    let Quote { total_cents } = *quote;
    bank::authorize(&order.payment_method, total_cents).map_err(declined)?;
    let payment_id = ids.name("payment", &format!("{SYSTEM}/{}", order.order_id));
    let taken = store.orders(SYSTEM).pay(&order.order_id, &payment_id, total_cents)?;
    if taken.cents != total_cents {
        return Err(declined(format!("{} was paid for this order before", decimal(taken.cents))));
    }
    info!(order.order_id, taken.payment_id, "paid");
    Ok(Payment { payment_id: taken.payment_id })
}

/// Sends the items of an order.
///
/// # Errors
///
/// When an item is gone meanwhile, or the store is unavailable.
#[task(retry(errors = [StoreUnavailable], interval_seconds = 2, jitter), timeout_seconds = 30)]
pub async fn ship_order(
    State(store): State<Store>,
    State(ids): State<Ids>,
    order: &Order,
) -> Result<Shipment, OrderError> {
    let tracking_number = ids.name("track", &format!("{SYSTEM}/{}", order.order_id));
    let items = order.items.iter().map(|item| (item.sku.as_str(), item.quantity));
    match store.orders(SYSTEM).ship(&order.order_id, items, &tracking_number)? {
        Shipped::Under(tracking_number) => {
            info!(order.order_id, tracking_number, "shipped");
            Ok(Shipment { tracking_number })
        }
        Shipped::OutOfStock(sku) => Err(OrderError::OutOfStock { sku }),
    }
}

/// Tells the customer that the order is on its way.
///
/// # Errors
///
/// When the store is unavailable.
#[task(retry(errors = [StoreUnavailable], interval_seconds = 2, jitter), timeout_seconds = 30)]
pub async fn notify_customer(
    State(store): State<Store>,
    order: &Order,
    shipment: &Shipment,
) -> Result<(), OrderError> {
    store.send(&Mail {
        recipient: order.customer_email.clone(),
        subject: format!("Your order {} is on its way", order.order_id),
        body: format!("Follow it under {}.", shipment.tracking_number),
    })?;
    store.orders(SYSTEM).set_status(&order.order_id, OrderStatus::Completed)?;
    info!(order.order_id, "customer notified");
    Ok(())
}

/// Takes an order through its life: validated, paid, shipped, and the customer told.
#[workflow(name = "order-lifecycle", timeout_seconds = 3600)]
pub async fn order_lifecycle(order: Order) -> Result<Completed, OrderError> {
    let quote = validate_order(&order).await?;
    let payment = process_payment(&order, &quote).await?;
    let shipment = ship_order(&order).await?;
    notify_customer(&order, &shipment).await?;
    Ok(Completed {
        order_id: order.order_id,
        total_cents: quote.total_cents,
        payment_id: payment.payment_id,
        tracking_number: shipment.tracking_number,
    })
}
