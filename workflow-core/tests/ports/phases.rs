//! Phases: an order, a deployment, a vote.

use std::time::Duration;

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
            OrderState::Paid { payment, .. } if payment.cents == 0 => {
                OrderState::Delivered { signed_by: None }
            }
            OrderState::Paid { payment, .. } => OrderState::Shipping(ship_order(&payment).await?),
            OrderState::Shipping(Shipment { tracking, mut hops }) => {
                sleep(Duration::from_secs(3600)).await;
                match where_is(&tracking, hops.len())
                    .await?
                    .as_deref()
                    .map(|w| w.split_once(':').unwrap_or((w, "")))
                {
                    Some(("Delivered", by)) => OrderState::Delivered {
                        signed_by: Some(by).filter(|b| !b.is_empty()).map(str::to_string),
                    },
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
async fn an_order_changes_its_state() {
    both_ways(order_states).await;
    let executor = Executor::test().agreeing();
    let (state, _) = executor.run(order_states("a".into())).await.output().unwrap();
    assert_eq!(state, OrderState::Delivered { signed_by: Some("Ann".into()) });
    let (state, trail) = executor.run(order_states("abc".into())).await.output().unwrap();
    assert_eq!(
        state,
        OrderState::Cancelled(CancelReason::PaymentFailed { code: 91, text: "try again".into() })
    );
    assert_eq!(trail, ["r3", "again 91", "again 91"]);
    let (state, _) = executor.run(order_states("longer".into())).await.output().unwrap();
    assert_eq!(state, OrderState::Cancelled(CancelReason::Lost { after: 3 }));
}

// ---- a deployment is polled with backoff until a deadline

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "status", content = "detail")]
enum Deployment {
    Queued,
    Running { percent: u8, eta: Option<TimeSpan> },
    Done(String),
    Broken(Vec<String>),
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum DeployError {
    #[error("not done at {deadline}, last seen at {percent}%")]
    Deadline { deadline: Timestamp, percent: u8 },
    #[error("{} errors, first: {first}", count)]
    Broken { count: usize, first: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn deployment(id: &str, poll: u32) -> Answer<Deployment> {
    Ok(match (id, poll) {
        (_, 0) => Deployment::Queued,
        ("broken", _) => Deployment::Broken(vec!["e1".into(), "e2".into()]),
        ("slow", poll) => Deployment::Running { percent: poll as u8, eta: None },
        (_, poll @ 1..=2) => {
            Deployment::Running { percent: 40 * poll as u8, eta: Some(TimeSpan::from_secs(20)) }
        }
        (id, _) => Deployment::Done(id.to_uppercase()),
    })
}

#[workflow]
async fn await_deployment(id: String, patience: TimeSpan) -> Result<(String, u32), DeployError> {
    let started = now().await;
    let deadline = started + patience.max(TimeSpan::from_secs(60));
    let mut wait = TimeSpan::from_secs(5);
    let mut seen = 0u8;
    let mut polls = 0;
    loop {
        let state = deployment(&id, polls).await?;
        polls += 1;
        wait = match state {
            Deployment::Done(url) => break Ok((url, polls)),
            Deployment::Broken(errors) => {
                let first = errors.first().map_or("none", |e| e.as_str()).to_string();
                break Err(DeployError::Broken { count: errors.len(), first });
            }
            Deployment::Running { percent, eta } => {
                seen = seen.max(percent);
                eta.map(|eta| eta / 2).unwrap_or(wait * 2)
            }
            Deployment::Queued => wait,
        }
        .min(TimeSpan::from_secs(30));
        let current = now().await;
        if current + wait > deadline {
            return Err(DeployError::Deadline { deadline, percent: seen });
        }
        sleep(wait).await;
    }
}

#[tokio::test]
async fn a_deployment_is_awaited() {
    both_ways(await_deployment).await;
    let executor = Executor::test().agreeing();
    let ran = executor.run(await_deployment("x".into(), TimeSpan::from_secs(1))).await;
    assert_eq!((ran.elapsed(), ran.output().unwrap()), (Duration::from_secs(25), ("X".to_string(), 4)));
    for (id, error) in [("slow", "Deadline"), ("broken", "Broken")] {
        let ran = executor.run(await_deployment(id.into(), TimeSpan::from_secs(1))).await;
        assert_eq!(ran.outcome().error.as_deref(), Some(error));
    }
}

// ---- two phase commit

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
enum Vote {
    Commit,
    Abort,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum TxError {
    #[error("{participant} voted no")]
    Refused { participant: String },
    #[error("in doubt: {0}")]
    InDoubt(String),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(timeout_seconds = 5)]
async fn prepare(participant: &str, tx: &str) -> Result<Vote, TxError> {
    let _ = tx;
    match participant {
        "no" => Ok(Vote::Abort),
        "down" => Err(TxError::Platform(PlatformError::TaskFailed("down".into()))),
        _ => Ok(Vote::Commit),
    }
}

#[task]
async fn finish(participant: &str, tx: &str, vote: Vote) -> Result<(), TxError> {
    let _ = tx;
    if participant == "late" && vote == Vote::Commit {
        Err(TxError::InDoubt(participant.into()))
    } else {
        Ok(())
    }
}

#[workflow]
async fn two_phase_commit(
    tx: String,
    ledger: String,
    stock: String,
    mail: Option<String>,
) -> Result<usize, TxError> {
    let (a, b) = join!(prepare(&ledger, &tx), prepare(&stock, &tx));
    let c = match &mail {
        Some(mail) => Some(prepare(mail, &tx).await),
        None => None,
    };
    let participants: Vec<(&String, Option<Vote>)> = vec![(&ledger, a.ok()), (&stock, b.ok())]
        .into_iter()
        .chain(mail.iter().zip(c).map(|(name, vote)| (name, vote.ok())))
        .collect();
    let decision = if participants.iter().all(|(_, vote)| *vote == Some(Vote::Commit)) {
        Vote::Commit
    } else {
        Vote::Abort
    };
    let names: Vec<&String> = participants.iter().map(|&(name, _)| name).collect();
    let results = map(names, async |name| {
        let result = finish(name, &tx, decision).await;
        Ok::<_, TxError>(result.err().map(|e| e.to_string()))
    })
    .await?;
    if let Some(doubt) = results.iter().flatten().next() {
        return Err(TxError::InDoubt(doubt.clone()));
    }
    match participants.iter().find(|(_, vote)| *vote != Some(Vote::Commit)) {
        None => Ok(participants.len()),
        Some((name, _)) => Err(TxError::Refused { participant: name.to_string() }),
    }
}

#[tokio::test]
async fn all_commit_or_none() {
    both_ways(two_phase_commit).await;
    let executor = Executor::test().agreeing();
    let run = |a: &str, b: &str, c: Option<&str>| {
        two_phase_commit("t".into(), a.into(), b.into(), c.map(Into::into))
    };
    assert_eq!(executor.run(run("x", "y", Some("z"))).await.output().unwrap(), 3);
    assert_eq!(executor.run(run("x", "no", None)).await.outcome().error.as_deref(), Some("Refused"));
    assert_eq!(executor.run(run("down", "x", None)).await.outcome().error.as_deref(), Some("Refused"));
    assert_eq!(executor.run(run("late", "x", None)).await.outcome().error.as_deref(), Some("InDoubt"));
}
