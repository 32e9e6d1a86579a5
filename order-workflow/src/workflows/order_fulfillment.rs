//! Order fulfillment with a safety net: whichever step fails, the support team hears of it, and the
//! execution still ends as failed with that step's error.

use serde::{Deserialize, Serialize};
use tracing::{info, warn};
use workflow_core::prelude::*;

use crate::{
    bank,
    ids::Ids,
    money::{cents, decimal},
    store::{Incident, Mail, OrderStatus, Shipped, Store, StoreUnavailable},
};

/// The system whose orders these are, in the store.
const SYSTEM: &str = "order-fulfillment";
/// Who looks into what went wrong.
const SUPPORT: &str = "support@example.com";
/// The way to pay of an order that names none.
const DEFAULT_PAYMENT_METHOD: &str = "CreditCard";

/// An order as it arrives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Order {
    /// What identifies the order.
    pub order_id: String,
    /// What is ordered.
    pub items: Vec<Item>,
    /// What the customer pays, such as `100.50`.
    pub amount: f64,
    /// Where the parcel goes.
    pub shipping_address: String,
    /// Where the customer is told how it went.
    pub email: String,
    /// A way to pay that the [bank] knows; a credit card where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_method: Option<String>,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Item {
    /// What is ordered.
    pub item_id: String,
    /// How many of it.
    pub quantity: i64,
}

/// What to charge for an order, once it is known to be valid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Charge {
    /// The order.
    pub order_id: String,
    /// The amount, in cents.
    pub cents: i64,
    /// The way to pay.
    pub payment_method: String,
}

/// A payment that was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Payment {
    /// What identifies the payment.
    pub payment_id: String,
}

/// A parcel that the warehouse has been told to send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Shipment {
    /// Where to follow it.
    pub tracking_number: String,
    /// What is written on the parcel.
    pub label: String,
}

/// What the customer was told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Confirmation {
    /// The order.
    pub order_id: String,
    /// Its payment.
    pub payment_id: String,
    /// Its parcel.
    pub tracking_number: String,
}

/// Why an order was not fulfilled.
#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum FulfillmentError {
    /// The order makes no sense.
    #[error("the order is not valid: {reason}")]
    InvalidOrder {
        /// What is wrong with it.
        reason: String,
    },
    /// There is not enough of an item, or there is no such item.
    #[error("item {item_id} is out of stock")]
    OutOfStock {
        /// The item.
        item_id: String,
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

impl From<StoreUnavailable> for FulfillmentError {
    fn from(error: StoreUnavailable) -> Self {
        Self::StoreUnavailable { reason: error.reason }
    }
}

/// Checks that the items are in stock and that the order can be paid.
///
/// # Errors
///
/// When the order is not valid, an item is not there, or the store is unavailable.
#[task(
    function = "FulfillmentValidateOrder",
    retry(errors = [StoreUnavailable], interval_seconds = 2, jitter),
    timeout_seconds = 30,
)]
pub async fn validate_order(State(store): State<Store>, order: &Order) -> Result<Charge, FulfillmentError> {
    let invalid = |reason: String| Err(FulfillmentError::InvalidOrder { reason });
    if order.order_id.is_empty() {
        return invalid("`order_id` is empty".to_owned());
    }
    if !order.email.contains('@') {
        return invalid(format!("`{}` is not an e-mail address", order.email));
    }
    if order.shipping_address.trim().is_empty() {
        return invalid("`shipping_address` is empty".to_owned());
    }
    let Some(cents) = cents(order.amount).filter(|cents| *cents > 0) else {
        return invalid(format!("{} is not an amount to pay", order.amount));
    };
    let payment_method = order.payment_method.as_deref().unwrap_or(DEFAULT_PAYMENT_METHOD);
    if bank::method(payment_method).is_none() {
        return invalid(format!("`{payment_method}` is not a way to pay"));
    }
    if order.items.is_empty() {
        return invalid("there are no items".to_owned());
    }
    for Item { item_id, quantity } in &order.items {
        if *quantity < 1 {
            return invalid(format!("the quantity of {item_id} is {quantity}"));
        }
        if store.stock(item_id)?.is_none_or(|stock| stock.quantity < *quantity) {
            return Err(FulfillmentError::OutOfStock { item_id: item_id.clone() });
        }
    }
    store.orders(SYSTEM).set_status(&order.order_id, OrderStatus::Valid)?;
    info!(order.order_id, cents, "valid");
    Ok(Charge { order_id: order.order_id.clone(), cents, payment_method: payment_method.to_owned() })
}

/// Charges the customer's payment method.
///
/// # Errors
///
/// When the bank does not pay, or the store is unavailable.
#[task(
    function = "FulfillmentProcessPayment",
    retry(errors = [StoreUnavailable], interval_seconds = 2, jitter),
    timeout_seconds = 30,
)]
pub async fn process_payment(
    State(store): State<Store>,
    State(ids): State<Ids>,
    charge: &Charge,
) -> Result<Payment, FulfillmentError> {
    let declined = |reason| FulfillmentError::PaymentDeclined { reason };
    bank::authorize(&charge.payment_method, charge.cents).map_err(declined)?;
    let payment_id = ids.name("payment", &format!("{SYSTEM}/{}", charge.order_id));
    let taken = store.orders(SYSTEM).pay(&charge.order_id, &payment_id, charge.cents)?;
    if taken.cents != charge.cents {
        return Err(declined(format!("{} was paid for this order before", decimal(taken.cents))));
    }
    info!(charge.order_id, taken.payment_id, "paid");
    Ok(Payment { payment_id: taken.payment_id })
}

/// Writes the shipping label and tells the warehouse.
///
/// # Errors
///
/// When an item is gone meanwhile, or the store is unavailable.
#[task(
    function = "FulfillmentPrepareShipment",
    retry(errors = [StoreUnavailable], interval_seconds = 2, jitter),
    timeout_seconds = 30,
)]
pub async fn prepare_shipment(
    State(store): State<Store>,
    State(ids): State<Ids>,
    order: &Order,
) -> Result<Shipment, FulfillmentError> {
    let tracking_number = ids.name("track", &format!("{SYSTEM}/{}", order.order_id));
    let items = order.items.iter().map(|item| (item.item_id.as_str(), item.quantity));
    match store.orders(SYSTEM).ship(&order.order_id, items, &tracking_number)? {
        Shipped::OutOfStock(item_id) => Err(FulfillmentError::OutOfStock { item_id }),
        Shipped::Under(tracking_number) => {
            let label = format!("{tracking_number}\n{}", order.shipping_address);
            store.send(&Mail {
                recipient: "warehouse@example.com".to_owned(),
                subject: format!("Send order {}", order.order_id),
                body: label.clone(),
            })?;
            info!(order.order_id, tracking_number, "shipment prepared");
            Ok(Shipment { tracking_number, label })
        }
    }
}

/// Sends the customer a confirmation with the tracking number.
///
/// # Errors
///
/// When the store is unavailable.
#[task(
    function = "FulfillmentNotifyCustomer",
    retry(errors = [StoreUnavailable], interval_seconds = 2, jitter),
    timeout_seconds = 30,
)]
pub async fn notify_customer(
    State(store): State<Store>,
    order: &Order,
    payment: &Payment,
    shipment: &Shipment,
) -> Result<Confirmation, FulfillmentError> {
    let items: Vec<String> =
        order.items.iter().map(|item| format!("{} x {}", item.quantity, item.item_id)).collect();
    store.send(&Mail {
        recipient: order.email.clone(),
        subject: format!("Your order {} is on its way", order.order_id),
        body: format!("We are sending {}. Follow it under {}.", items.join(", "), shipment.tracking_number),
    })?;
    store.orders(SYSTEM).set_status(&order.order_id, OrderStatus::Completed)?;
    info!(order.order_id, "customer notified");
    Ok(Confirmation {
        order_id: order.order_id.clone(),
        payment_id: payment.payment_id.clone(),
        tracking_number: shipment.tracking_number.clone(),
    })
}

/// Logs the error and notifies the support team.
///
/// # Errors
///
/// When the store is unavailable.
#[task(
    function = "FulfillmentHandleErrors",
    retry(errors = [StoreUnavailable], interval_seconds = 2, jitter),
    timeout_seconds = 30,
)]
pub async fn handle_errors(
    State(store): State<Store>,
    order_id: &str,
    error: String,
    cause: String,
) -> Result<(), FulfillmentError> {
    warn!(order_id, error, cause, "not fulfilled");
    store.send(&Mail {
        recipient: SUPPORT.to_owned(),
        subject: format!("Order {order_id} failed: {error}"),
        body: cause.clone(),
    })?;
    let orders = store.orders(SYSTEM);
    orders.set_status(order_id, OrderStatus::Failed)?;
    orders.log(&Incident { order_id: order_id.to_owned(), error, cause })?;
    Ok(())
}

/// Fulfills an order: validates it, takes the payment, prepares the shipment and tells the
/// customer. If a step fails, the support team is told.
#[workflow(name = "order-fulfillment", timeout_seconds = 3600)]
pub async fn order_fulfillment(order: Order) -> Result<Confirmation, FulfillmentError> {
    let fulfilled = async {
        let charge = validate_order(&order).await?;
        let payment = process_payment(&charge).await?;
        let shipment = prepare_shipment(&order).await?;
        notify_customer(&order, &payment, &shipment).await
    };
    match fulfilled.await {
        Ok(confirmation) => Ok(confirmation),
        Err(error) => {
            // That the support team could not be told is not what went wrong with the order.
            let _ = handle_errors(&order.order_id, error.name(), error.cause()).await;
            Err(error)
        }
    }
}
