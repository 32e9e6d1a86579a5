//! What is done is undone: orders, trips, transfers.

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::program;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct OrderInput {
    order_id: String,
    items: Vec<Item>,
    payment_info: PaymentInfo,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    coupon: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Item {
    sku: String,
    qty: u32,
    #[serde(rename = "unitPrice")]
    unit_price: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "method", content = "details", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentInfo {
    Card { last4: String },
    Invoice,
    Voucher(String),
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum OrderError {
    #[error("item {sku} is out of stock")]
    OutOfStock { sku: String },
    #[error("payment declined")]
    PaymentDeclined,
    #[error("the order is empty")]
    EmptyOrder,
    #[error("address {0} is not deliverable, try {1}")]
    Undeliverable(String, String),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Reservation {
    id: String,
    sku: String,
}

#[task]
async fn reserve_item(sku: &str, qty: u32) -> Result<Reservation, OrderError> {
    if qty > 99 {
        return Err(OrderError::OutOfStock { sku: sku.to_owned() });
    }
    Ok(Reservation { id: format!("r-{sku}-{qty}"), sku: sku.to_owned() })
}

#[task]
async fn release_item(reservation: &Reservation) -> Result<(), OrderError> {
    let _ = reservation;
    Ok(())
}

#[task(retry(errors = [TIMEOUT], interval_seconds = 5, max_attempts = 2), timeout_seconds = 20)]
async fn charge_payment(order_id: &str, cents: u32, info: &PaymentInfo) -> Result<String, OrderError> {
    if cents > 1_000_000 {
        return Err(OrderError::PaymentDeclined);
    }
    Ok(match info {
        PaymentInfo::Card { last4 } => format!("{order_id}:card:{last4}:{cents}"),
        PaymentInfo::Invoice => format!("{order_id}:invoice:{cents}"),
        PaymentInfo::Voucher(code) => format!("{order_id}:voucher:{code}:{cents}"),
    })
}

#[task]
async fn refund_payment(payment_id: &str) -> Result<(), OrderError> {
    let _ = payment_id;
    Ok(())
}

#[task]
async fn ship(order_id: String, lines: Vec<Item>) -> Result<String, OrderError> {
    if lines.len() > 3 {
        return Err(OrderError::Undeliverable("here".into(), "there".into()));
    }
    Ok(format!("track-{order_id}-{}", lines.len()))
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct OrderResult {
    payment_id: String,
    tracking: String,
    total: u32,
}

/// Every reservation has its own compensation, as in the saga samples.
#[workflow]
pub async fn order_saga(order: OrderInput) -> Result<OrderResult, OrderError> {
    if order.items.is_empty() {
        return Err(OrderError::EmptyOrder);
    }
    let mut reservations: Vec<Reservation> = Vec::new();
    let mut total = 0;
    let result = async {
        for item in &order.items {
            let reservation = reserve_item(&item.sku, item.qty).await?;
            reservations.push(reservation);
            total += item.qty * item.unit_price;
        }
        if order.coupon.is_some() {
            total = total - total / 10;
        }
        let payment_id = charge_payment(&order.order_id, total, &order.payment_info).await?;
        match ship(order.order_id.clone(), order.items.clone()).await {
            Ok(tracking) => Ok(OrderResult { payment_id, tracking, total }),
            Err(error) => {
                refund_payment(&payment_id).await?;
                Err(error)
            }
        }
    };
    match result.await {
        Ok(done) => Ok(done),
        Err(error) => {
            for reservation in reservations.iter().rev() {
                release_item(reservation).await?;
            }
            Err(error)
        }
    }
}

fn order(items: &[(&str, u32, u32)], payment_info: PaymentInfo, coupon: Option<&str>) -> OrderInput {
    OrderInput {
        order_id: "o-77".into(),
        items: items
            .iter()
            .map(|(sku, qty, unit_price)| Item { sku: (*sku).into(), qty: *qty, unit_price: *unit_price })
            .collect(),
        payment_info,
        coupon: coupon.map(str::to_owned),
    }
}

program!(an_order_saga: order_saga [reserve_item, release_item, charge_payment, refund_payment, ship]
    (order(&[("a", 1, 100), ("b", 2, 50)], PaymentInfo::Card { last4: "4242".into() }, Some("TEN"))),
    (order(&[], PaymentInfo::Invoice, None)),
    (order(&[("a", 100, 100)], PaymentInfo::Invoice, None)),
    (order(&[("a", 1, 5), ("b", 1, 5), ("c", 1, 5), ("d", 1, 5)], PaymentInfo::Voucher("x".into()), None)),
    (order(&[("a", 90, 1_000_000)], PaymentInfo::Invoice, None)),
);

// ---- A trip: three bookings, each undone by its own compensation.

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Trip {
    traveller: String,
    nights: u8,
    car: Option<CarClass>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "lowercase")]
pub enum CarClass {
    Small,
    Large,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum TripError {
    #[error("no room for {nights} nights")]
    NoRoom { nights: u8 },
    #[error("no seat")]
    NoSeat,
    #[error("no {class} car")]
    NoCar { class: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn book_hotel(traveller: &str, nights: u8) -> Result<u32, TripError> {
    if nights > 30 {
        Err(TripError::NoRoom { nights })
    } else {
        Ok(u32::from(nights) * 90 + traveller.len() as u32)
    }
}

#[task]
async fn book_flight(traveller: &str) -> Result<u32, TripError> {
    if traveller.is_empty() { Err(TripError::NoSeat) } else { Ok(450) }
}

#[task]
async fn book_car(class: CarClass) -> Result<u32, TripError> {
    match class {
        CarClass::Small => Ok(40),
        CarClass::Large => Err(TripError::NoCar { class: "large".into() }),
    }
}

#[task]
async fn cancel_booking(kind: &str, number: u32) -> Result<(), PlatformError> {
    let _ = (kind, number);
    Ok(())
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Booked {
    hotel: u32,
    flight: u32,
    car: Option<u32>,
}

#[workflow]
pub async fn book_trip(trip: Trip) -> Result<Booked, TripError> {
    let hotel = book_hotel(&trip.traveller, trip.nights).await?;
    compensate! {
        cancel_booking("hotel", hotel).await?;
    }
    let flight = book_flight(&trip.traveller).await?;
    compensate! {
        cancel_booking("flight", flight).await?;
    }
    let car = match trip.car {
        Some(class) => {
            let number = book_car(class).await?;
            Some(number)
        }
        None => None,
    };
    Ok(Booked { hotel, flight, car })
}

program!(a_trip: book_trip [book_hotel, book_flight, book_car, cancel_booking]
    (Trip { traveller: "Ann".into(), nights: 3, car: Some(CarClass::Small) }),
    (Trip { traveller: "Ann".into(), nights: 3, car: None }),
    (Trip { traveller: "Ann".into(), nights: 3, car: Some(CarClass::Large) }),
    (Trip { traveller: String::new(), nights: 3, car: None }),
    (Trip { traveller: "x".into(), nights: 31, car: None }),
);

// ---- Money from one account to another.

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
pub struct Transfer {
    source_account: String,
    target_account: String,
    amount: i64,
    reference_id: String,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum MoneyError {
    #[error("insufficient funds: {available} of {needed}")]
    InsufficientFunds { available: i64, needed: i64 },
    #[error("no account {0}")]
    InvalidAccount(String),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(retry(errors = [TIMEOUT], interval_seconds = 1, max_attempts = 2, backoff_rate = 2.0), timeout_seconds = 5)]
async fn withdraw(account: &str, amount: i64, reference: String) -> Result<String, MoneyError> {
    if amount > 1_000 {
        return Err(MoneyError::InsufficientFunds { available: 1_000, needed: amount });
    }
    Ok(format!("W-{account}-{reference}"))
}

#[task]
async fn deposit(account: &str, amount: i64, reference: String) -> Result<String, MoneyError> {
    if account == "invalid" {
        return Err(MoneyError::InvalidAccount(account.to_owned()));
    }
    Ok(format!("D-{account}-{amount}-{reference}"))
}

#[workflow(timeout_seconds = 3_600)]
pub async fn money_transfer(details: Transfer) -> Result<String, MoneyError> {
    let Transfer { source_account, target_account, amount, reference_id } = details;
    let withdrawn = withdraw(&source_account, amount, format!("{reference_id}-withdrawal")).await?;
    let deposited = deposit(&target_account, amount, format!("{reference_id}-deposit")).await;
    match deposited {
        Ok(confirmation) => Ok(format!("Transfer complete (transaction IDs: {withdrawn}, {confirmation})")),
        Err(deposit_error) => {
            // The money goes back to where it came from.
            if let Err(refund_error) =
                deposit(&source_account, amount, format!("{reference_id}-refund")).await
            {
                return Err(refund_error);
            }
            Err(deposit_error)
        }
    }
}

fn transfer(target: &str, amount: i64) -> Transfer {
    Transfer {
        source_account: "85-150".into(),
        target_account: target.into(),
        amount,
        reference_id: "12345".into(),
    }
}

program!(a_transfer: money_transfer [withdraw, deposit]
    (transfer("43-812", 250)),
    (transfer("43-812", 2_500)),
    (transfer("invalid", 250)),
    (transfer("x", -5)),
);

// ---- Compensations kept in a list, run in reverse.

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub enum Undo {
    Account { id: u64 },
    Address(String),
    Nothing,
}

#[task]
async fn create_account(name: &str) -> Result<u64, MoneyError> {
    Ok(name.len() as u64 + 1_000)
}

#[task]
async fn add_address(account: u64, street: &str) -> Result<String, MoneyError> {
    Ok(format!("{account}/{street}"))
}

#[task]
async fn add_bank_account(account: u64, iban: Option<String>) -> Result<bool, MoneyError> {
    let _ = account;
    match iban {
        Some(iban) if iban.starts_with("XX") => Err(MoneyError::InvalidAccount(iban)),
        Some(_) => Ok(true),
        None => Ok(false),
    }
}

#[task]
async fn undo(step: &Undo) -> Result<(), MoneyError> {
    let _ = step;
    Ok(())
}

#[workflow]
pub async fn open_account(
    name: String,
    street: String,
    iban: Option<String>,
) -> Result<(u64, bool), MoneyError> {
    let mut undos = vec![Undo::Nothing];
    let outcome: Result<(u64, bool), MoneyError> = async {
        let account = create_account(&name).await?;
        undos.push(Undo::Account { id: account });
        let address = add_address(account, &street).await?;
        undos.push(Undo::Address(address));
        let banked = add_bank_account(account, iban).await?;
        Ok((account, banked))
    }
    .await;
    if let Err(error) = outcome {
        while let Some(step) = undos.pop() {
            let _ = undo(&step).await;
        }
        return Err(error);
    }
    outcome
}

program!(an_account_is_opened: open_account [create_account, add_address, add_bank_account, undo]
    ("Ann".into(), "Main".into(), Some("DE1".into())),
    ("".into(), "Main".into(), None),
    ("Bob".into(), "".into(), Some("XX9".into())),
);
