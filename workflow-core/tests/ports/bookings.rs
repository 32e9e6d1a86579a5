//! Sagas, transfers and checkouts.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::both_ways;

// ---- a trip of three bookings, undone in reverse from a list of what was done

#[derive(Debug, Clone, Serialize, Deserialize, Data)]
pub struct Trip {
    traveller: String,
    nights: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Undo {
    Flight { ticket: String },
    Hotel { room: String },
    Car { plate: String },
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum TripError {
    #[error("no seat is left for {traveller}")]
    NoSeat { traveller: String },
    #[error("the hotel is full")]
    HotelFull,
    #[error("no car")]
    NoCar,
    #[error("undone: {steps} steps, since {reason}")]
    Undone { steps: usize, reason: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn book_flight(traveller: &str) -> Result<String, TripError> {
    if traveller.is_empty() {
        return Err(TripError::NoSeat { traveller: traveller.to_string() });
    }
    Ok(format!("T-{traveller}"))
}

#[task(retry(errors = [HotelFull], max_attempts = 1))]
async fn book_hotel(traveller: &str, nights: u32) -> Result<String, TripError> {
    if nights > 10 { Err(TripError::HotelFull) } else { Ok(format!("R-{traveller}-{nights}")) }
}

#[task]
async fn book_car(traveller: &str) -> Result<String, TripError> {
    if traveller.starts_with('x') { Err(TripError::NoCar) } else { Ok(format!("C-{traveller}")) }
}

#[task]
async fn cancel_flight(ticket: String) -> Result<(), TripError> {
    let _ = ticket;
    Ok(())
}

#[task]
async fn cancel_hotel(room: String) -> Result<(), TripError> {
    let _ = room;
    Ok(())
}

#[task]
async fn cancel_car(plate: String) -> Result<(), TripError> {
    let _ = plate;
    Ok(())
}

#[workflow]
pub async fn book_trip(trip: Trip) -> Result<Vec<Undo>, TripError> {
    let mut done: Vec<Undo> = Vec::new();
    let outcome: Result<(), TripError> = async {
        let ticket = book_flight(&trip.traveller).await?;
        done.push(Undo::Flight { ticket });
        let room = book_hotel(&trip.traveller, trip.nights).await?;
        done.push(Undo::Hotel { room });
        let plate = book_car(&trip.traveller).await?;
        done.push(Undo::Car { plate });
        Ok(())
    }
    .await;

    let Err(error) = outcome else {
        return Ok(done);
    };
    for step in done.iter().rev() {
        match step {
            Undo::Flight { ticket } => cancel_flight(ticket.clone()).await?,
            Undo::Hotel { room } => cancel_hotel(room.clone()).await?,
            Undo::Car { plate } => cancel_car(plate.clone()).await?,
        }
    }
    Err(TripError::Undone { steps: done.len(), reason: error.name().to_string() })
}

#[tokio::test]
async fn what_was_booked_is_cancelled_in_reverse() {
    both_ways(book_trip).await;
    let executor = Executor::test().agreeing();
    let trip = |traveller: &str, nights| Trip { traveller: traveller.to_string(), nights };
    let booked = executor.run(book_trip(trip("ann", 2))).await;
    assert_eq!(booked.output().unwrap().len(), 3);
    let failed = executor.run(book_trip(trip("xavier", 2))).await;
    assert_eq!(failed.outcome().error.as_deref(), Some("Undone"));
    assert_eq!(failed.calls(cancel_hotel).len(), 1);
    let full = executor.run(book_trip(trip("ann", 11))).await;
    assert_eq!((full.calls(cancel_flight).len(), full.calls(cancel_hotel).len()), (1, 0));
}

// ---- a transfer between accounts with a refund that may fail as well

#[derive(Debug, Clone, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct PaymentDetails {
    source_account: String,
    target_account: String,
    amount: u64,
    reference_id: String,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum BankError {
    #[error("insufficient funds")]
    InsufficientFunds,
    #[error("invalid account: {0}")]
    InvalidAccount(String),
    #[error("deposit failed and the money was returned: {0}")]
    Refunded(String),
    #[error("money is lost between {from} and {to}")]
    Lost { from: String, to: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

fn bank_retry() -> Retry {
    Retry::on([PlatformError::TIMEOUT]).max_attempts(2)
}

#[task]
async fn withdraw(data: &PaymentDetails) -> Result<String, BankError> {
    if data.amount > 250 { Err(BankError::InsufficientFunds) } else { Ok(format!("W{}", data.amount)) }
}

#[task]
async fn deposit(data: &PaymentDetails) -> Result<String, BankError> {
    if data.target_account.len() < 2 {
        Err(BankError::InvalidAccount(data.target_account.clone()))
    } else {
        Ok(format!("D{}", data.amount))
    }
}

#[task]
async fn refund(data: &PaymentDetails) -> Result<String, BankError> {
    if data.source_account.is_empty() {
        Err(BankError::InvalidAccount(String::new()))
    } else {
        Ok("back".into())
    }
}

#[workflow]
pub async fn transfer_money(input: PaymentDetails) -> Result<String, BankError> {
    let withdrawal = withdraw(&input).retry(bank_retry()).await?;
    let confirmation = match deposit(&input).await {
        Ok(id) => id,
        Err(deposit_error) => {
            return match refund(&input).await {
                Ok(_) => Err(BankError::Refunded(deposit_error.cause().to_string())),
                Err(_) => Err(BankError::Lost { from: input.source_account, to: input.target_account }),
            };
        }
    };
    Ok(format!("Transfer complete (transaction IDs: {withdrawal}, {confirmation})"))
}

#[tokio::test]
async fn money_comes_back() {
    both_ways(transfer_money).await;
    let executor = Executor::test().agreeing();
    let details = |source: &str, target: &str, amount| PaymentDetails {
        source_account: source.into(),
        target_account: target.into(),
        amount,
        reference_id: "r".into(),
    };
    let done = executor.run(transfer_money(details("aa", "bb", 5))).await;
    assert_eq!(done.output().unwrap(), "Transfer complete (transaction IDs: W5, D5)");
    let lost = executor.run(transfer_money(details("", "b", 5))).await;
    assert_eq!(lost.outcome().error.as_deref(), Some("Lost"));
}

// ---- a checkout: prices of a cart, a coupon, shipping by weight, money as a newtype

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
pub struct Cents(u64);

#[pure]
impl Cents {
    fn plus(self, other: Cents) -> Cents {
        Cents(self.0 + other.0)
    }

    fn percent(self, rate: u64) -> Cents {
        Cents(self.0 * rate / 100)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, Data)]
pub struct Item {
    sku: String,
    unit: Cents,
    #[serde(default = "one")]
    quantity: u32,
    #[serde(default)]
    gift: bool,
}

fn one() -> u32 {
    1
}

#[derive(Debug, Clone, Serialize, Deserialize, Data)]
pub enum Coupon {
    Percent(u64),
    Fixed { cents: u64 },
    FreeShipping,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Quote {
    goods: Cents,
    discount: Cents,
    shipping: Cents,
    total: Cents,
    lines: BTreeMap<String, u64>,
}

const SHIPPING: [(u32, u64); 3] = [(1, 490), (5, 690), (u32::MAX, 990)];

#[task]
async fn look_up_coupon(code: &str) -> Result<Option<Coupon>, PlatformError> {
    Ok(match code {
        "TEN" => Some(Coupon::Percent(10)),
        "FIVE" => Some(Coupon::Fixed { cents: 500 }),
        "SHIP" => Some(Coupon::FreeShipping),
        _ => None,
    })
}

#[workflow]
pub async fn quote(items: Vec<Item>, code: Option<String>) -> Result<Quote, PlatformError> {
    let coupon = match &code {
        Some(code) if !code.trim().is_empty() => look_up_coupon(code.trim()).await?,
        _ => None,
    };
    let goods = items.iter().map(|item| item.unit.0 * u64::from(item.quantity)).sum::<u64>();
    let pieces: u32 = items.iter().map(|i| i.quantity).sum();
    let (_, fee) = SHIPPING.iter().find(|(up_to, _)| pieces <= *up_to).copied().unwrap_or((0, 0));
    let discount = match coupon {
        Some(Coupon::Percent(rate @ 1..=100)) => Cents(goods).percent(rate),
        Some(Coupon::Fixed { cents }) => Cents(cents.min(goods)),
        Some(Coupon::Percent(_)) | Some(Coupon::FreeShipping) | None => Cents(0),
    };
    let shipping =
        if matches!(coupon, Some(Coupon::FreeShipping)) || goods > 10_000 { Cents(0) } else { Cents(fee) };
    let lines = items
        .iter()
        .filter(|item| !item.gift)
        .map(|Item { sku, unit, quantity, .. }| (sku.to_uppercase(), unit.0 * *quantity as u64))
        .collect::<BTreeMap<_, _>>();
    let total = Cents(goods - discount.0).plus(shipping);
    Ok(Quote { goods: Cents(goods), discount, shipping, total, lines })
}

#[tokio::test]
async fn a_quote_adds_up() {
    both_ways(quote).await;
    let executor = Executor::test().agreeing();
    let items = vec![
        Item { sku: "pen".into(), unit: Cents(150), quantity: 4, gift: false },
        Item { sku: "card".into(), unit: Cents(300), quantity: 1, gift: true },
    ];
    for (code, total) in [("TEN", 1500), ("FIVE", 1090), (" SHIP ", 900), ("", 1590)] {
        let quoted = executor.run(quote(items.clone(), Some(code.into()))).await.output().unwrap();
        assert_eq!(quoted.total, Cents(total), "{code}");
    }
}

// ---- tasks that are fanned out to suppliers, of which the cheapest wins

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Offer {
    supplier: String,
    price: f64,
    days: u8,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum SupplyError {
    #[error("nobody offers {0}")]
    NoOffer(String),
    #[error("not in stock")]
    OutOfStock,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(timeout_seconds = 60)]
async fn ask_supplier(supplier: &str, part: &str) -> Result<Offer, SupplyError> {
    if supplier.is_empty() {
        return Err(SupplyError::OutOfStock);
    }
    let price = (part.len() as f64) + (supplier.len() as f64) / 4.0;
    Ok(Offer { supplier: supplier.to_string(), price, days: supplier.len() as u8 })
}

#[task]
async fn place(offer: &Offer) -> Result<String, SupplyError> {
    Ok(format!("{}@{}", offer.supplier, offer.price))
}

#[workflow]
pub async fn cheapest(part: String, suppliers: Vec<String>) -> Result<(String, usize), SupplyError> {
    let answers: Vec<Option<Offer>> =
        map(&suppliers, async |supplier| match ask_supplier(supplier, &part).await {
            Ok(offer) => Ok(Some(offer)),
            Err(SupplyError::OutOfStock | SupplyError::Platform(PlatformError::Timeout(_))) => Ok(None),
            Err(other) => Err(other),
        })
        .max_concurrency(3)
        .await?;
    let mut offers: Vec<Offer> = answers.into_iter().flatten().collect();
    offers.sort_by(|a, b| a.price.partial_cmp(&b.price).unwrap().then_with(|| a.days.cmp(&b.days)));
    let best = offers.first().ok_or_else(|| SupplyError::NoOffer(part.clone()))?;
    let receipt = place(best).await?;
    Ok((receipt, offers.len()))
}

#[tokio::test]
async fn the_cheapest_offer_wins() {
    both_ways(cheapest).await;
    let executor = Executor::test().agreeing();
    let suppliers = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let ran = executor.run(cheapest("bolt".into(), suppliers(&["bosch", "abc", ""]))).await;
    assert_eq!(ran.output().unwrap(), ("abc@4.75".to_string(), 2));
    let none = executor.run(cheapest("bolt".into(), vec![])).await;
    assert_eq!(none.outcome().error.as_deref(), Some("NoOffer"));
}

// ---- food delivery: a state enum with data goes from step to step

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "status", content = "detail")]
pub enum Delivery {
    Pending,
    Cooking { minutes: u64 },
    OnTheWay(String),
    Delivered,
    Lost,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum FoodError {
    #[error("the kitchen is closed")]
    Closed,
    #[error("nobody rides")]
    NoRider,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn start_cooking(dish: &str) -> Result<u64, FoodError> {
    if dish == "nothing" { Err(FoodError::Closed) } else { Ok(dish.len() as u64) }
}

#[task]
async fn find_rider(dish: &str) -> Result<String, FoodError> {
    if dish.len() > 6 { Err(FoodError::NoRider) } else { Ok("Bo".into()) }
}

#[task]
async fn ride(rider: &str) -> Result<bool, FoodError> {
    Ok(rider == "Bo")
}

#[workflow]
pub async fn deliver(dish: String) -> Result<(Delivery, u32), FoodError> {
    let mut state = Delivery::Pending;
    let mut steps = 0;
    loop {
        steps += 1;
        state = match state {
            Delivery::Pending => Delivery::Cooking { minutes: start_cooking(&dish).await? },
            Delivery::Cooking { minutes } => {
                sleep(Duration::from_secs(minutes * 60)).await;
                match find_rider(&dish).await {
                    Ok(rider) => Delivery::OnTheWay(rider),
                    Err(FoodError::NoRider) => Delivery::Lost,
                    Err(e) => return Err(e),
                }
            }
            Delivery::OnTheWay(rider) => {
                if ride(&rider).await? {
                    Delivery::Delivered
                } else {
                    Delivery::Lost
                }
            }
            end @ (Delivery::Delivered | Delivery::Lost) => return Ok((end, steps)),
        };
    }
}

#[tokio::test]
async fn a_dish_goes_from_state_to_state() {
    both_ways(deliver).await;
    let executor = Executor::test().agreeing();
    let ran = executor.run(deliver("soup".into())).await;
    assert_eq!(ran.output().unwrap(), (Delivery::Delivered, 4));
    assert_eq!(ran.elapsed(), Duration::from_secs(240));
    assert_eq!(executor.run(deliver("lasagna".into())).await.output().unwrap(), (Delivery::Lost, 3));
}
