//! Sagas and errors.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{join, try_join};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- bulk payouts with partial failures and a dead letter queue


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Payout {
    id: u32,
    iban: String,
    amount: Decimal<2>,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayoutError {
    #[error("iban {iban} is invalid")]
    InvalidIban { iban: String },
    #[error("bank closed until {until}")]
    BankClosed { until: u32 },
    #[error("too many failures: {failed}/{total}")]
    Budget { failed: usize, total: usize },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn pay_out(payout: &Payout) -> Result<String, PayoutError> {
    match payout.iban.as_str() {
        "bad" => Err(PayoutError::InvalidIban { iban: payout.iban.clone() }),
        "closed" => Err(PayoutError::BankClosed { until: payout.id }),
        iban => Ok(format!("{iban}-{}", payout.id)),
    }
}

#[task]
async fn dead_letter(reasons: BTreeMap<String, Vec<u32>>) -> Answer<usize> {
    Ok(reasons.values().map(Vec::len).sum())
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct PayoutSummary {
    paid: Vec<String>,
    failed: usize,
    retry_later: Vec<u32>,
    total: Decimal<2>,
}

#[workflow]
async fn pay_everybody(payouts: Vec<Payout>) -> Result<PayoutSummary, PayoutError> {
    let results = map(&payouts, async |payout| {
        Ok::<_, PayoutError>(match pay_out(payout).await {
            Ok(receipt) => Ok(receipt),
            Err(PayoutError::BankClosed { until }) => Err((payout.id, format!("closed:{until}"))),
            Err(e) => Err((payout.id, e.name().to_string())),
        })
    })
    .max_concurrency(5)
    .await?;
    let total = payouts.iter().zip(&results).filter(|(_, r)| r.is_ok()).map(|(p, _)| p.amount).sum();
    let (paid, failed): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    let paid: Vec<String> = paid.into_iter().filter_map(Result::ok).collect();
    let failed: Vec<(u32, String)> = failed.into_iter().filter_map(|r| r.err()).collect();
    if failed.len() * 2 > payouts.len() {
        return Err(PayoutError::Budget { failed: failed.len(), total: payouts.len() });
    }
    let mut reasons = BTreeMap::<String, Vec<u32>>::new();
    for (id, reason) in &failed {
        let reason = reason.split(':').next().unwrap_or_default();
        reasons.entry(reason.to_string()).or_insert_with(Vec::new).push(*id);
    }
    let retry_later = reasons.remove("closed").unwrap_or_default();
    let failed = if reasons.is_empty() { 0 } else { dead_letter(reasons).await? };
    Ok(PayoutSummary { paid, failed, retry_later, total })
}

#[tokio::test]
async fn t12_pay_everybody() {
    both_ways(pay_everybody).await;
    let executor = Executor::test().agreeing();
    let payout = |id, iban: &str| Payout { id, iban: iban.into(), amount: "1.25".parse().unwrap() };
    let list = vec![payout(1, "a"), payout(2, "bad"), payout(3, "closed"), payout(4, "b")];
    let summary = executor.run(pay_everybody(list)).await.output().unwrap();
    assert_eq!((summary.paid.len(), summary.failed, summary.retry_later, summary.total), (2, 1, vec![3], "2.50".parse().unwrap()));
    let ran = executor.run(pay_everybody(vec![payout(1, "bad")])).await;
    assert_eq!(ran.outcome().error.as_deref(), Some("Budget"));
}

