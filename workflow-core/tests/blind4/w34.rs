//! Fan-out, children, state machines, generics.

use std::{collections::BTreeMap, fmt, ops::AddAssign, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- an order as a state machine with data in its states


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
enum OrderState {
    Draft,
    Reserved { reservation: u64 },
    Paid { reservation: u64, payment: Payment },
    Shipping(Shipment),
    Delivered { signed_by: Option<String> },
    Cancelled(CancelReason),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Payment {
    id: String,
    cents: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Shipment {
    tracking: String,
    hops: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
enum CancelReason {
    OutOfStock,
    PaymentFailed { code: u16, text: String },
    Lost { after: usize },
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum ShopError {
    #[error("out of stock")]
    OutOfStock,
    #[error("card refused ({code}): {text}")]
    Refused { code: u16, text: String },
    #[error("illegal state after {0} steps")]
    Illegal(usize),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn reserve_items(order: &str) -> Result<u64, ShopError> {
    if order.is_empty() { Err(ShopError::OutOfStock) } else { Ok(order.len() as u64) }
}

#[task]
async fn release_items(reservation: u64) -> Answer<()> {
    let _ = reservation;
    Ok(())
}

#[task]
async fn charge_order(order: &str, reservation: u64) -> Result<Payment, ShopError> {
    match reservation {
        2 => Err(ShopError::Refused { code: 51, text: "no funds".into() }),
        3 => Err(ShopError::Refused { code: 91, text: "try again".into() }),
        n => Ok(Payment { id: format!("{order}{n}"), cents: 100 }),
    }
}

#[task]
async fn ship_order(payment: &Payment) -> Answer<Shipment> {
    Ok(Shipment { tracking: payment.id.clone(), hops: vec![] })
}

#[task]
async fn where_is(tracking: &str, hops: usize) -> Answer<Option<String>> {
    Ok(match (tracking.len(), hops) {
        (n, hops) if n > 6 => Some(format!("hop{hops}")),
        (_, 0) => Some("depot".into()),
        (_, 1) => Some("Delivered:Ann".into()),
        _ => None,
    })
}

#[pure]
impl OrderState {
    fn is_final(&self) -> bool {
        matches!(self, OrderState::Delivered { .. } | OrderState::Cancelled(_))
    }

    fn reservation(&self) -> Option<u64> {
        match self {
            Self::Reserved { reservation } | Self::Paid { reservation, .. } => Some(*reservation),
            _ => None,
        }
    }
}

#[workflow]
async fn order_states(order: String) -> Result<(OrderState, Vec<String>), ShopError> {
    let mut state = OrderState::Draft;
    let mut trail: Vec<String> = Vec::new();
    let mut steps = 0usize;
    while !state.is_final() {
        steps += 1;
        if steps > 12 {
            return Err(ShopError::Illegal(steps));
        }
        state = match state {
            OrderState::Draft => match reserve_items(&order).await {
                Ok(reservation) => OrderState::Reserved { reservation },
                Err(ShopError::OutOfStock) => OrderState::Cancelled(CancelReason::OutOfStock),
                Err(e) => return Err(e),
            },
            OrderState::Reserved { reservation } => match charge_order(&order, reservation).await {
                Ok(payment) => OrderState::Paid { reservation, payment },
                Err(ShopError::Refused { code: code @ (91 | 96), .. }) if steps < 4 => {
                    trail.push(format!("again {code}"));
                    sleep(Duration::from_secs(60)).await;
                    continue;
                }
                Err(ShopError::Refused { code, text }) => {
                    release_items(reservation).await?;
                    OrderState::Cancelled(CancelReason::PaymentFailed { code, text })
                }
                Err(other) => return Err(other),
            },
            OrderState::Paid { payment, .. } if payment.cents == 0 => OrderState::Delivered { signed_by: None },
            OrderState::Paid { payment, .. } => OrderState::Shipping(ship_order(&payment).await?),
            OrderState::Shipping(Shipment { tracking, mut hops }) => {
                sleep(Duration::from_secs(3600)).await;
                match where_is(&tracking, hops.len()).await?.as_deref().map(|w| w.split_once(':').unwrap_or((w, ""))) {
                    Some(("Delivered", by)) => {
                        OrderState::Delivered { signed_by: Some(by).filter(|b| !b.is_empty()).map(str::to_string) }
                    }
                    Some((hop, _)) if hops.len() < 3 => {
                        hops.push(hop.to_string());
                        OrderState::Shipping(Shipment { tracking, hops })
                    }
                    Some(_) | None => OrderState::Cancelled(CancelReason::Lost { after: hops.len() }),
                }
            }
            other @ (OrderState::Delivered { .. } | OrderState::Cancelled(_)) => other,
        };
        if let Some(reservation) = state.reservation()
            && trail.len() < 5
        {
            trail.push(format!("r{reservation}"));
        }
    }
    Ok((state, trail))
}

#[tokio::test]
async fn t34_order_states() {
    both_ways(order_states).await;
    let executor = Executor::test().agreeing();
    let (state, _) = executor.run(order_states("a".into())).await.output().unwrap();
    assert_eq!(state, OrderState::Delivered { signed_by: Some("Ann".into()) });
    let (state, trail) = executor.run(order_states("abc".into())).await.output().unwrap();
    assert_eq!(state, OrderState::Cancelled(CancelReason::PaymentFailed { code: 91, text: "try again".into() }));
    assert_eq!(trail, ["r3", "again 91", "again 91"]);
    let (state, _) = executor.run(order_states("longer".into())).await.output().unwrap();
    assert_eq!(state, OrderState::Cancelled(CancelReason::Lost { after: 3 }));
}

