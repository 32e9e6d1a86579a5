//! An order is paid for and recorded: payment details and stock are looked at side by side, the card is
//! charged, and whoever is interested hears how it went.

use serde::{Deserialize, Serialize};
use tracing::info;
use workflow_core::{
    prelude::*,
    services::{
        JsonText,
        dynamodb::{self, Table},
        sns::{self, Sent, Topic},
    },
};

use crate::chance::Chance;

/// The orders of all customers.
pub const CUSTOMER_ORDERS: Table<OrderEntry> = Table::new("CustomerOrders", "OrderId");
/// Where interested parties hear of orders.
pub const ORDER_UPDATES: Topic<OrderUpdate> = Topic::new("OrderUpdates");

/// An order as it arrives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// What is ordered.
    pub order_contents: Contents,
    /// What the customer pays.
    pub order_total: f64,
    /// Who orders.
    pub customer_id: String,
    /// How the customer pays.
    pub payment_details: PaymentDetails,
}

/// What is in an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Contents {
    /// The items.
    pub items: Vec<Item>,
}

/// An item of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// What identifies it.
    pub item_id: String,
    /// What one of it costs.
    pub price: f64,
    /// What people call it.
    pub item_description: String,
}

/// A card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct PaymentDetails {
    /// The name on it.
    pub name: String,
    /// Who issued it.
    pub card_type: String,
    /// The number on it.
    pub card_number: String,
    /// The month after which it is void.
    pub expiration: String,
}

/// Whether an order can be paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// Whether the payment details are those of a card that is valid.
    pub payment_verified: bool,
}

/// An item, and how many of it are there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct StockedItem {
    /// What identifies it.
    pub item_id: String,
    /// What one of it costs.
    pub price: f64,
    /// What people call it.
    pub item_description: String,
    /// How many are in stock.
    pub quantity_in_stock: u32,
}

/// What to charge, and whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Charge {
    /// Who pays.
    pub customer_id: String,
    /// How much.
    pub order_total: f64,
    /// How.
    pub payment_details: PaymentDetails,
}

/// An order as the table holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
pub struct OrderEntry {
    /// What identifies the order.
    pub order_id: String,
    /// Whether it was paid.
    pub state: OrderState,
    /// Who ordered.
    pub customer_id: String,
    /// What the customer pays.
    pub order_total: f64,
    /// What was ordered, as JSON text.
    pub items: JsonText<Vec<StockedItem>>,
}

/// How far an order came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderState {
    /// The card was charged.
    PaymentProcessed,
    /// The card could not be charged.
    PaymentFailed,
}

/// What interested parties hear of an order. The card is nobody else's business.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct OrderUpdate {
    /// The order.
    pub order_id: String,
    /// How far it came.
    pub state: OrderState,
    /// Who ordered.
    pub customer_id: String,
    /// What the customer pays.
    pub order_total: f64,
}

/// Why an order was not processed.
#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
pub enum ProcessingError {
    /// The payment details are not those of a card that is valid.
    #[error("the payment details of customer {customer_id} could not be verified")]
    PaymentNotVerified {
        /// Who ordered.
        customer_id: String,
    },
    /// An item is not there.
    #[error("item {item_id} is not in stock")]
    NotInStock {
        /// The item.
        item_id: String,
    },
    /// The card was not charged.
    #[error("the card was not charged: {reason}")]
    PaymentError {
        /// The bank's reason.
        reason: String,
    },
    /// The order was not recorded.
    #[error(transparent)]
    NotRecorded(#[from] dynamodb::PutItemError),
    /// Nobody was told.
    #[error(transparent)]
    NotPublished(#[from] sns::PublishError),
    /// What the platform itself may answer.
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

/// Looks at the payment details.
#[task(function = "PaymentVerifier")]
pub async fn verify_payment(State(chance): State<Chance>, order: &Order) -> Verification {
    let card = &order.payment_details;
    Verification { payment_verified: !card.card_number.is_empty() && !chance.strikes(4, &card.card_number) }
}

/// Finds out how many of each item are there.
#[task(function = "ItemsInStockRetriever")]
pub async fn retrieve_stock_levels(State(chance): State<Chance>, items: &[Item]) -> Vec<StockedItem> {
    let stocked = |item: &Item| StockedItem {
        item_id: item.item_id.clone(),
        price: item.price,
        item_description: item.item_description.clone(),
        quantity_in_stock: if chance.strikes(10, &item.item_id) { 0 } else { 10 },
    };
    items.iter().map(stocked).collect()
}

/// Charges the customer's card.
///
/// # Errors
///
/// When the bank does not pay.
#[task(function = "chargePaymentMethod")]
pub async fn charge_payment(State(chance): State<Chance>, charge: &Charge) -> Result<(), ProcessingError> {
    if chance.strikes(4, &format!("charge {}", charge.customer_id)) {
        return Err(ProcessingError::PaymentError { reason: "insufficient funds".to_owned() });
    }
    info!(customer_id = %charge.customer_id, "charged");
    Ok(())
}

/// Verifies the payment and the stock, charges the customer, records the order and tells of it.
#[workflow]
pub async fn order_processing(order: Order) -> Result<Sent, ProcessingError> {
    let (payment, items) =
        try_join!(verify_payment(&order), retrieve_stock_levels(&order.order_contents.items))?;
    #[state = "Validate Payment and Stock"]
    if !payment.payment_verified {
        return Err(ProcessingError::PaymentNotVerified { customer_id: order.customer_id });
    }
    if let Some(item) = items.iter().find(|item| item.quantity_in_stock == 0) {
        return Err(ProcessingError::NotInStock { item_id: item.item_id.clone() });
    }
    let charge = Charge {
        customer_id: order.customer_id.clone(),
        order_total: order.order_total,
        payment_details: order.payment_details,
    };
    let state = match charge_payment(&charge).await {
        Ok(()) => OrderState::PaymentProcessed,
        Err(ProcessingError::PaymentError { .. }) => OrderState::PaymentFailed,
        Err(error) => return Err(error),
    };
    let order_id = uuid().await;
    let entry = OrderEntry {
        order_id: order_id.clone(),
        state,
        customer_id: order.customer_id.clone(),
        order_total: order.order_total,
        items: JsonText(items),
    };
    #[state = "Create Order Entry"]
    dynamodb::put_item(CUSTOMER_ORDERS, &entry).await?;
    let update =
        OrderUpdate { order_id, state, customer_id: order.customer_id, order_total: order.order_total };
    #[state = "Publish to Interested Parties"]
    let sent = sns::publish(ORDER_UPDATES, &update).await?;
    Ok(sent)
}
