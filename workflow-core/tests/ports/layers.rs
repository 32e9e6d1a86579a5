//! Errors of one layer in the next, and what may be missing.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- errors of layers are turned into each other

#[derive(Debug, thiserror::Error, WorkflowError)]
enum StoreError {
    #[error("key {key} not found")]
    NotFound { key: String },
    #[error("conflict: expected {expected}, found {found}")]
    Conflict { expected: u32, found: u32 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum ServiceError {
    #[error("404: {0}")]
    Missing(String),
    #[error("409 after {attempts}")]
    TooManyConflicts { attempts: u8 },
    #[error("500: {message}")]
    Internal { message: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[pure]
impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { key } => ServiceError::Missing(key),
            StoreError::Conflict { .. } => ServiceError::TooManyConflicts { attempts: 1 },
            StoreError::Platform(p) => ServiceError::Platform(p),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Doc {
    key: String,
    version: u32,
    words: Vec<String>,
}

#[task]
async fn get_doc(key: &str) -> Result<Doc, StoreError> {
    if key.is_empty() {
        return Err(StoreError::NotFound { key: "''".into() });
    }
    Ok(Doc { key: key.into(), version: key.len() as u32, words: vec![key.to_string()] })
}

#[task]
async fn put_doc(doc: &Doc, attempt: u8) -> Result<u32, StoreError> {
    let stubborn = doc.key.starts_with('!');
    if stubborn || (doc.key.starts_with('?') && attempt < 2) {
        return Err(StoreError::Conflict { expected: doc.version, found: doc.version + 1 });
    }
    Ok(doc.version)
}

#[workflow]
async fn append_word(key: String, word: Option<String>) -> Result<u32, ServiceError> {
    let word = word
        .as_deref()
        .map(str::trim)
        .filter(|w| !w.is_empty())
        .ok_or_else(|| ServiceError::Internal { message: format!("no word for {key}") })?
        .to_owned();
    for attempt in 1..=3u8 {
        let mut doc = get_doc(&key).await.map_err(ServiceError::from)?;
        doc.version += 1;
        doc.words.push(word.clone());
        match put_doc(&doc, attempt).await {
            Err(StoreError::Conflict { expected, found }) if expected < found => {
                sleep(Duration::from_millis(u64::from(attempt) * 1000)).await;
            }
            other => return other.map_err(Into::into),
        }
    }
    Err(ServiceError::TooManyConflicts { attempts: 3 })
}

#[tokio::test]
async fn a_word_is_appended() {
    both_ways(append_word).await;
    let executor = Executor::test().agreeing();
    assert_eq!(executor.run(append_word("?a".into(), Some(" x ".into()))).await.output().unwrap(), 3);
    for (key, word, error) in [
        ("", Some("x"), "Missing"),
        ("!", Some("x"), "TooManyConflicts"),
        ("a", Some(" "), "Internal"),
        ("a", None, "Internal"),
    ] {
        let ran = executor.run(append_word(key.into(), word.map(String::from))).await;
        assert_eq!(ran.outcome().error.as_deref(), Some(error));
    }
}

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
async fn quotes_are_put_together() {
    both_ways(quote_all).await;
    let executor = Executor::test().agreeing();
    let skus = |list: &[&str]| list.iter().map(|s| s.to_string()).collect::<Vec<_>>();
    assert_eq!(
        executor.run(quote_all(skus(&["abc", "none"]), Some("2.5".into()))).await.output().unwrap(),
        (505, Some(505))
    );
    assert_eq!(executor.run(quote_all(skus(&["abc", "none"]), None)).await.output().unwrap(), (300, None));
    assert_eq!(
        executor.run(quote_all(skus(&["none"]), None)).await.outcome().error.as_deref(),
        Some("NoPrice")
    );
    assert_eq!(
        executor.run(quote_all(skus(&["bad"]), None)).await.outcome().error.as_deref(),
        Some("BadNumber")
    );
}

// ---- providers are tried one after the other, each a few times

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Provider {
    name: String,
    #[serde(default = "three")]
    tries: u8,
    disabled: bool,
}

fn three() -> u8 {
    3
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum SmsError {
    #[error("throttled for {seconds}s")]
    Throttled { seconds: u64 },
    #[error("blocked")]
    Blocked,
    #[error("all providers failed: {0}")]
    Exhausted(String),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn send_sms(provider: &str, number: &str, attempt: u8) -> Result<String, SmsError> {
    match (provider, attempt) {
        ("slow", 1 | 2) => Err(SmsError::Throttled { seconds: 7 }),
        ("never", _) => Err(SmsError::Blocked),
        _ => Ok(format!("{provider}>{number}")),
    }
}

#[workflow]
async fn send_sms_somehow(number: String, providers: Vec<Provider>) -> Result<(String, u32), SmsError> {
    let mut failures = Vec::new();
    let mut calls = 0_u32;
    let sent = 'providers: {
        for Provider { name, tries, .. } in providers.iter().filter(|p| !p.disabled) {
            let mut attempt = 0;
            'tries: while attempt < *tries.min(&4) {
                attempt += 1;
                calls += 1;
                match send_sms(name, &number, attempt).await {
                    Ok(id) => break 'providers Some(id),
                    Err(SmsError::Throttled { seconds }) => sleep(Duration::from_secs(seconds)).await,
                    Err(SmsError::Blocked) => {
                        failures.push(format!("{name} blocked"));
                        break 'tries;
                    }
                    Err(other) => failures.push(format!("{name}: {other}")),
                }
            }
        }
        None
    };
    sent.map(|id| (id, calls)).ok_or(SmsError::Exhausted(failures.join("; ")))
}

#[tokio::test]
async fn somebody_sends_the_message() {
    both_ways(send_sms_somehow).await;
    let executor = Executor::test().agreeing();
    let provider = |name: &str, disabled| Provider { name: name.into(), tries: 3, disabled };
    let ran = executor
        .run(send_sms_somehow(
            "1".into(),
            vec![provider("x", true), provider("never", false), provider("slow", false)],
        ))
        .await;
    assert_eq!(ran.output().unwrap(), ("slow>1".to_string(), 4));
    let ran = executor.run(send_sms_somehow("1".into(), vec![provider("never", false)])).await;
    assert_eq!(ran.outcome().error.as_deref(), Some("Exhausted"));
}

// ---- a sliding window limits requests

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Request {
    at: Timestamp,
    client: String,
    cost: u32,
}

#[task]
async fn serve(request: &Request) -> Answer<u32> {
    Ok(request.cost + 1)
}

#[workflow]
async fn limit_requests(mut requests: Vec<Request>, per_minute: u32) -> Answer<BTreeMap<String, (u32, u32)>> {
    requests.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.client.cmp(&b.client)));
    let window = TimeSpan::from_secs(60);
    let mut recent: BTreeMap<String, Vec<(Timestamp, u32)>> = BTreeMap::new();
    let mut served: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for request in &requests {
        let history = recent.entry(request.client.clone()).or_default();
        history.retain(|(at, _)| request.at - *at < window);
        let used: u32 = history.iter().map(|(_, cost)| cost).sum();
        let tally = served.entry(request.client.clone()).or_default();
        if used + request.cost > per_minute.max(5) {
            tally.1 += 1;
            continue;
        }
        history.push((request.at, request.cost));
        tally.0 += serve(request).await?;
    }
    Ok(served)
}

#[tokio::test]
async fn too_many_requests_wait() {
    both_ways(limit_requests).await;
    let start = Timestamp::from_millis(1_767_225_600_000);
    let request = |seconds: u64, client: &str, cost| Request {
        at: start + TimeSpan::from_secs(seconds),
        client: client.into(),
        cost,
    };
    let list = vec![
        request(61, "a", 4),
        request(0, "a", 3),
        request(20, "a", 3),
        request(20, "b", 5),
        request(59, "a", 1),
    ];
    let served = Executor::test().agreeing().run(limit_requests(list, 0)).await.output().unwrap();
    assert_eq!(
        served,
        BTreeMap::from([("a".to_string(), (11, 1)), ("b".to_string(), (6, 0))])
            .into_iter()
            .map(|(k, v)| if k == "a" { (k, (4 + 2 + 5, 1)) } else { (k, v) })
            .collect()
    );
}
