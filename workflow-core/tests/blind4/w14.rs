//! Sagas and errors.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{join, try_join};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- an idempotent payment: the status is asked after a timeout


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "lowercase")]
enum PaymentState {
    Unknown,
    Pending { since: u32 },
    Settled { reference: String },
    Failed(#[serde(default)] Option<String>),
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("payment failed: {0}")]
    Failed(String),
    #[error("still pending after {0} checks")]
    Pending(usize),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(timeout_seconds = 3)]
async fn pay(key: &str, cents: u64) -> Result<String, PayError> {
    match cents {
        13 => Err(PayError::Platform(PlatformError::Timeout("slow".into()))),
        14 => Err(PayError::Failed("broke".into())),
        _ => Ok(format!("{}-{cents}", key.len())),
    }
}

#[task]
async fn payment_state(key: &str, check: usize) -> Result<PaymentState, PayError> {
    let _ = key;
    Ok(match check {
        0 => PaymentState::Unknown,
        1 => PaymentState::Pending { since: 4 },
        _ => PaymentState::Settled { reference: "late".into() },
    })
}

const CHECKS: [u64; 4] = [1, 2, 5, 10];

#[workflow]
async fn pay_once(cents: u64) -> Result<String, PayError> {
    let key = uuid().await;
    let first = pay(&key, cents).await;
    let Err(PayError::Platform(PlatformError::Timeout(_))) = first else {
        return first;
    };
    for (check, seconds) in CHECKS.iter().enumerate() {
        sleep(Duration::from_secs(*seconds)).await;
        match payment_state(&key, check).await? {
            PaymentState::Settled { reference } => return Ok(reference),
            PaymentState::Failed(why) => return Err(PayError::Failed(why.unwrap_or_else(|| "unknown".into()))),
            PaymentState::Unknown if check > 1 => return pay(&key, cents).await,
            PaymentState::Unknown | PaymentState::Pending { since: 0..=9 } => continue,
            PaymentState::Pending { since } => return Err(PayError::Pending(since as usize)),
        }
    }
    Err(PayError::Pending(CHECKS.len()))
}

#[tokio::test]
async fn t14_pay_once() {
    both_ways(pay_once).await;
    let executor = Executor::test().agreeing();
    assert_eq!(executor.run(pay_once(1)).await.output().unwrap(), "36-1");
    assert_eq!(executor.run(pay_once(13)).await.output().unwrap(), "late");
    assert_eq!(executor.run(pay_once(14)).await.outcome().error.as_deref(), Some("Failed"));
}

