//! Sagas and errors.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{join, try_join};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- nested options and results


#[derive(Debug, thiserror::Error, WorkflowError)]
enum QuoteError {
    #[error("no price for {0}")]
    NoPrice(String),
    #[error("{0}")]
    BadNumber(String),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn price_text(sku: &str) -> Result<Option<String>, QuoteError> {
    Ok(match sku {
        "none" => None,
        "bad" => Some("1x".into()),
        other => Some(other.len().to_string()),
    })
}

#[pure]
fn to_cents(text: &str) -> Result<i64, QuoteError> {
    let (whole, cents) = text.split_once('.').unwrap_or((text, "00"));
    let number = |t: &str| t.parse::<i64>().map_err(|_| QuoteError::BadNumber(format!("{text}")));
    number(whole)?
        .checked_mul(100)
        .and_then(|w| number(cents).ok().and_then(|c| w.checked_add(c)))
        .ok_or(QuoteError::BadNumber(text.into()))
}

#[workflow]
async fn quote_all(skus: Vec<String>, fallback: Option<String>) -> Result<(i64, Option<i64>), QuoteError> {
    let mut prices: Vec<Option<i64>> = vec![];
    for sku in &skus {
        let price = price_text(sku).await?.or_else(|| fallback.clone());
        prices.push(price.as_deref().map(to_cents).transpose()?);
    }
    let all: Option<Vec<i64>> = prices.iter().copied().collect();
    let strict = all.map(|all| all.iter().sum());
    let first_missing = prices.iter().position(Option::is_none).and_then(|at| skus.get(at));
    let lenient: i64 = prices.iter().flatten().sum();
    match (strict, first_missing) {
        (Some(strict), None) => Ok((lenient, Some(strict))),
        (None, Some(sku)) if lenient == 0 => Err(QuoteError::NoPrice(sku.to_string())),
        _ => Ok((lenient, None)),
    }
}

#[tokio::test]
async fn t15_quote_all() {
    both_ways(quote_all).await;
    let executor = Executor::test().agreeing();
    let skus = |list: &[&str]| list.iter().map(|s| s.to_string()).collect::<Vec<_>>();
    assert_eq!(executor.run(quote_all(skus(&["abc", "none"]), Some("2.5".into()))).await.output().unwrap(), (505, Some(505)));
    assert_eq!(executor.run(quote_all(skus(&["abc", "none"]), None)).await.output().unwrap(), (300, None));
    assert_eq!(executor.run(quote_all(skus(&["none"]), None)).await.outcome().error.as_deref(), Some("NoPrice"));
    assert_eq!(executor.run(quote_all(skus(&["bad"]), None)).await.outcome().error.as_deref(), Some("BadNumber"));
}

