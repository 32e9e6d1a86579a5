//! Time, approvals, polling.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a trial is billed by the days left


#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
enum Plan {
    Free,
    Basic { seats: u16 },
    Team { seats: u16, annual: bool },
}

const DAY: u64 = 86_400;

#[pure]
impl Plan {
    const SEAT: u64 = 700;

    fn monthly(&self) -> u64 {
        match *self {
            Plan::Free => 0,
            Plan::Basic { seats } => Self::SEAT * seats as u64,
            Plan::Team { seats, annual } => {
                let full = Self::SEAT * 2 * u64::from(seats);
                if annual { full * 10 / 12 } else { full }
            }
        }
    }
}

#[task]
async fn subscription(user: &str) -> Answer<(Plan, Timestamp)> {
    let started = "2025-12-20T12:00:00Z".parse().unwrap();
    Ok((if user.is_empty() { Plan::Free } else { Plan::Team { seats: user.len() as u16, annual: true } }, started))
}

#[task]
async fn bill_user(user: &str, cents: u64) -> Answer<String> {
    Ok(format!("{user}:{cents}"))
}

#[workflow]
async fn upgrade(user: String, to: Plan, at: Timestamp) -> Answer<Option<String>> {
    let (current, since) = subscription(&user).await?;
    if to.monthly() <= current.monthly() || at < since {
        return Ok(None);
    }
    let age = at - since;
    let used_days = age.as_secs() / DAY % 30;
    let left = 30 - used_days;
    let (old, new) = (current.monthly(), to.monthly());
    let due = new.saturating_sub(old) * left / 30;
    Ok(match due {
        0 => None,
        1..100 => Some(format!("{user}: too little")),
        cents => Some(bill_user(&user, cents).await?),
    })
}

#[tokio::test]
async fn t20_upgrade() {
    both_ways(upgrade).await;
    let executor = Executor::test().agreeing();
    let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let ran = executor.run(upgrade("".into(), Plan::Basic { seats: 3 }, at)).await;
    assert_eq!(ran.output().unwrap(), Some(":1330".to_string()));
    let ran = executor.run(upgrade("ab".into(), Plan::Basic { seats: 3 }, at)).await;
    assert_eq!(ran.output().unwrap(), None);
}

