//! Loops that wait: jobs, backoff, circuit breakers, subscriptions.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::program;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum JobStatus {
    Submitted,
    Running { percent: u8 },
    Succeeded { result: String },
    Failed { reason: String, retryable: bool },
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum JobError {
    #[error("job {id} failed: {reason}")]
    JobFailed { id: String, reason: String },
    #[error("job {id} did not end within {polls} polls")]
    GaveUp { id: String, polls: u32 },
    #[error("throttled")]
    #[workflow(name = "Throttling")]
    Throttled,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn submit(name: &str) -> Result<String, JobError> {
    Ok(format!("job-{name}"))
}

#[task]
async fn status(id: &str, poll: u32) -> Result<JobStatus, JobError> {
    Ok(match (id, poll) {
        ("job-bad", 1) => JobStatus::Failed { reason: "bug".into(), retryable: false },
        ("job-flaky", 1) => JobStatus::Failed { reason: "net".into(), retryable: true },
        ("job-slow", _) => JobStatus::Running { percent: (poll * 10) as u8 },
        (_, 0) => JobStatus::Submitted,
        (_, 1) => JobStatus::Running { percent: 50 },
        _ => JobStatus::Succeeded { result: format!("{id} done") },
    })
}

const MAX_POLLS: u32 = 6;

#[workflow]
pub async fn poll_job(name: String) -> Result<String, JobError> {
    let id = submit(&name).await?;
    let mut polls = 0;
    let mut interval = 5;
    while polls < MAX_POLLS {
        sleep(Duration::from_secs(interval)).await;
        match status(&id, polls).await? {
            JobStatus::Succeeded { result } => return Ok(result),
            JobStatus::Failed { reason, retryable: false } => return Err(JobError::JobFailed { id, reason }),
            JobStatus::Failed { .. } => interval = 30,
            JobStatus::Running { percent } if percent >= 50 => interval = 1,
            JobStatus::Submitted | JobStatus::Running { .. } => {}
        }
        polls += 1;
    }
    Err(JobError::GaveUp { id, polls })
}

program!(a_job_is_polled: poll_job [submit, status]
    ("good".into()), ("bad".into()), ("flaky".into()), ("slow".into()),
);

/// A backoff of our own: 1, 2, 4, .. seconds, with a cap, on throttling only.
#[workflow]
pub async fn own_backoff(name: String, attempts: u32) -> Result<String, JobError> {
    let mut attempt = 0u32;
    let mut delay = 1u64;
    let id = loop {
        let result = submit(&name).no_transient_retries().await;
        match result {
            Ok(id) => break id,
            Err(JobError::Throttled | JobError::Platform(PlatformError::LambdaService(_)))
                if attempt + 1 < attempts =>
            {
                sleep(Duration::from_secs(delay)).await;
                delay = if delay * 2 > 8 { 8 } else { delay * 2 };
                attempt += 1;
            }
            Err(error) => return Err(error),
        }
    };
    Ok(format!("{id} after {attempt}"))
}

program!(a_backoff: own_backoff [submit]
    ("x".into(), 5), ("x".into(), 0), ("".into(), 1),
);

/// A circuit breaker with counters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Breaker {
    state: Circuit,
    failures: u32,
    skipped: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "t", content = "c")]
pub enum Circuit {
    Closed,
    Open { until_request: u32 },
    HalfOpen,
}

#[task(lambda_transients = false)]
async fn request(number: u32) -> Result<u32, JobError> {
    if (3..6).contains(&number) {
        return Err(JobError::Throttled);
    }
    Ok(number * number)
}

#[workflow]
pub async fn circuit_breaker(requests: Vec<u32>, threshold: u32) -> Result<(Breaker, Vec<u32>), JobError> {
    let mut breaker = Breaker { state: Circuit::Closed, failures: 0, skipped: 0 };
    let mut answers = Vec::new();
    for (index, number) in requests.iter().enumerate() {
        let index = index as u32;
        if let Circuit::Open { until_request } = breaker.state {
            if index < until_request {
                breaker.skipped += 1;
                continue;
            }
            breaker.state = Circuit::HalfOpen;
        }
        match request(*number).await {
            Ok(answer) => {
                answers.push(answer);
                breaker.failures = 0;
                breaker.state = Circuit::Closed;
            }
            Err(JobError::Throttled) => {
                breaker.failures += 1;
                if breaker.state == Circuit::HalfOpen || breaker.failures >= threshold {
                    breaker.state = Circuit::Open { until_request: index + 3 };
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok((breaker, answers))
}

program!(a_circuit_breaker: circuit_breaker [request]
    ((1..10).collect(), 2), (vec![3, 4, 5, 3, 4, 5, 1, 1, 1], 1), (vec![], 1), (vec![3], 5),
);

/// A subscription: charges every period until cancelled, or until the card fails too often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    customer: Customer,
    trial_period_days: u64,
    billing_period_days: u64,
    max_billing_periods: u32,
    initial_billing_period_charge: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Customer {
    id: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(flatten)]
    plan: Plan,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Plan {
    plan_name: String,
    discount: u32,
}

#[task]
async fn send_email(to: &str, subject: &str) -> Result<(), PlatformError> {
    let _ = (to, subject);
    Ok(())
}

#[task]
async fn bill(customer: &str, period: u32, cents: u32) -> Result<bool, JobError> {
    let _ = cents;
    Ok(!(customer == "broke" && period > 1))
}

#[workflow]
pub async fn subscription(subscription: Subscription) -> Result<u32, JobError> {
    let Subscription { customer, trial_period_days, billing_period_days, .. } = subscription.clone();
    let email = customer.email.unwrap_or("nobody@example.com".to_string());
    send_email(&email, &format!("welcome to {}", customer.plan.plan_name)).await?;
    if trial_period_days > 0 {
        sleep(Duration::from_secs(trial_period_days * 86_400)).await;
    }
    let mut charged = 0;
    let mut strikes = 0;
    for period in 1..=subscription.max_billing_periods {
        let price = subscription.initial_billing_period_charge - customer.plan.discount * (period - 1);
        if bill(&customer.id, period, price).await? {
            charged += price;
            strikes = 0;
        } else {
            strikes += 1;
            send_email(&email, "your card failed").await?;
            if strikes == 2 {
                break;
            }
        }
        sleep(Duration::from_secs(60 * 60 * 24 * billing_period_days)).await;
    }
    send_email(&email, "good bye").await?;
    Ok(charged)
}

fn subscribed(id: &str, email: Option<&str>, trial: u64, periods: u32) -> Subscription {
    Subscription {
        customer: Customer {
            id: id.into(),
            email: email.map(str::to_owned),
            plan: Plan { plan_name: "gold".into(), discount: 5 },
        },
        trial_period_days: trial,
        billing_period_days: 30,
        max_billing_periods: periods,
        initial_billing_period_charge: 120,
    }
}

program!(a_subscription: subscription [send_email, bill]
    (subscribed("ann", Some("ann@example.com"), 14, 3)),
    (subscribed("broke", None, 0, 9)),
    (subscribed("x", None, 1, 0)),
);

/// Waits until somebody's stock has arrived, with a deadline.
#[task]
async fn stock_of(sku: &str) -> Result<Option<u32>, JobError> {
    Ok(match sku {
        "unknown" => None,
        "empty" => Some(0),
        _ => Some(9),
    })
}

#[workflow]
pub async fn await_stock(sku: String, wanted: u32, deadline_seconds: u64) -> Result<Option<u32>, JobError> {
    let started = now().await;
    let mut seen: Option<u32> = None;
    let mut turns = 0;
    loop {
        let stock = stock_of(&sku).await?;
        turns += 1;
        if let Some(count) = stock
            && count >= wanted
        {
            return Ok(Some(count));
        }
        seen = stock.or(seen);
        let time = now().await;
        if time - started >= TimeSpan::from_secs(deadline_seconds) || turns > 10 {
            break Ok(seen);
        }
        sleep(Duration::from_secs(20)).await;
    }
}

program!(stock_is_awaited: await_stock [stock_of]
    ("a".into(), 3, 60), ("empty".into(), 3, 60), ("unknown".into(), 0, 60), ("a".into(), 30, 0),
);

/// `while let` over pages, as the samples of pagination have it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    items: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[task]
async fn list_page(token: Option<String>, size: u32) -> Result<Page, JobError> {
    let start: u32 = token.as_deref().unwrap_or("0").parse().unwrap_or(0);
    let end = (start + size).min(7);
    let items = (start..end).map(|number| format!("i{number}")).collect();
    Ok(Page { items, next_token: (end < 7).then(|| end.to_string()) })
}

#[task]
async fn process(item: &str) -> Result<usize, JobError> {
    Ok(item.len())
}

#[workflow]
pub async fn all_pages(size: u32) -> Result<(Vec<String>, usize), JobError> {
    let mut all: Vec<String> = vec![];
    let mut token = None;
    let mut processed = 0;
    loop {
        let page = list_page(token.clone(), size).await?;
        for item in &page.items {
            processed += process(item).await?;
        }
        all.extend(page.items);
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    Ok((all, processed))
}

program!(pages: all_pages [list_page, process] (2), (3), (10));

#[workflow]
pub async fn pages_while_let(size: u32) -> Result<usize, JobError> {
    let first = list_page(None, size).await?;
    let mut count = first.items.len();
    let mut next = first.next_token;
    while let Some(token) = next {
        let Page { items, next_token } = list_page(Some(token), size).await?;
        count += items.len();
        next = next_token;
    }
    Ok(count)
}

program!(more_pages: pages_while_let [list_page] (2), (7), (10));
