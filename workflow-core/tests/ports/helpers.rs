//! Helpers as people bring them along: builders, generics, traits, folds over state.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- sagas whose compensations are a vector of enums

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub enum Compensation {
    ReleaseSeat { seat: String },
    RefundTicket { id: u64, cents: u32 },
    FreeSlot(u8),
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum EventError {
    #[error("seat {seat} is taken")]
    SeatTaken { seat: String },
    #[error("card declined: {0}")]
    Declined(String),
    #[error("{done} of {total} undone: {why}")]
    Compensation { done: usize, total: usize, why: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn hold_seat(seat: &str) -> Result<(), EventError> {
    if seat.starts_with('0') { Err(EventError::SeatTaken { seat: seat.into() }) } else { Ok(()) }
}

#[task]
async fn buy(seats: &[String], cents: u32) -> Result<u64, EventError> {
    if cents > 30_000 { Err(EventError::Declined(cents.to_string())) } else { Ok(seats.len() as u64 * 7) }
}

#[task]
async fn compensate_one(step: &Compensation) -> Result<(), EventError> {
    let _ = step;
    Ok(())
}

#[workflow]
pub async fn buy_seats(seats: Vec<String>, cents_each: u32) -> Result<u64, EventError> {
    let mut compensations: Vec<Compensation> = vec![Compensation::FreeSlot(seats.len() as u8)];
    let result = async {
        for seat in &seats {
            hold_seat(seat).await?;
            compensations.push(Compensation::ReleaseSeat { seat: seat.clone() });
        }
        let cents = cents_each * seats.len() as u32;
        let id = buy(&seats, cents).await?;
        compensations.push(Compensation::RefundTicket { id, cents });
        if id == 49 {
            return Err(EventError::Declined("seven".to_string()));
        }
        Ok(id)
    }
    .await;
    if let Err(error) = &result {
        let total = compensations.len();
        for (done, step) in compensations.iter().rev().enumerate() {
            if let Err(failed) = compensate_one(step).await {
                let why = format!("{failed} after {error}");
                return Err(EventError::Compensation { done, total, why });
            }
        }
    }
    result
}

#[tokio::test]
async fn seats_are_released() {
    both_ways(buy_seats).await;
    let seats = |list: &[&str]| list.iter().map(|s| s.to_string()).collect::<Vec<_>>();
    let executor = Executor::test().agreeing();
    let ran = executor.run(buy_seats(seats(&["1a", "1b", "0c"]), 5)).await;
    assert_eq!((ran.outcome().error.as_deref(), ran.calls(compensate_one).len()), (Some("SeatTaken"), 3));
    let ran = executor.run(buy_seats(seats(&["1", "2", "3", "4", "5", "6", "7"]), 5)).await;
    assert_eq!(ran.calls(compensate_one).len(), 9);
}

// ---- retries by hand: a policy as data

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Data)]
#[serde(default)]
pub struct Policy {
    attempts: u32,
    first: TimeSpan,
    factor: f64,
    most: TimeSpan,
}

impl Default for Policy {
    fn default() -> Self {
        Self { attempts: 3, first: TimeSpan::from_millis(500), factor: 2.0, most: TimeSpan::from_secs(30) }
    }
}

#[pure]
impl Policy {
    fn delay(&self, attempt: u32) -> TimeSpan {
        let mut seconds = self.first.as_millis() as f64 / 1000.0;
        for _ in 1..attempt {
            seconds *= self.factor;
        }
        TimeSpan::from_secs(seconds.min(self.most.as_secs() as f64).ceil() as u64)
    }
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum FetchError {
    #[error("status {status}")]
    Status { status: u16 },
    #[error("gave up after {attempts} attempts, last {last}")]
    GaveUp { attempts: u32, last: u16 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[pure]
impl FetchError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Status { status } => matches!(status, 429 | 500..=599),
            Self::GaveUp { .. } => false,
            Self::Platform(error) => matches!(error, PlatformError::Timeout(_)),
        }
    }
}

#[task(timeout_seconds = 5)]
async fn fetch(url: &str, attempt: u32) -> Result<String, FetchError> {
    match (url, attempt) {
        ("flaky", 1..=2) => Err(FetchError::Status { status: 503 }),
        ("gone", _) => Err(FetchError::Status { status: 404 }),
        ("down", _) => Err(FetchError::Status { status: 500 }),
        _ => Ok(format!("{url}@{attempt}")),
    }
}

#[workflow]
pub async fn fetch_patiently(url: String, policy: Option<Policy>) -> Result<String, FetchError> {
    let policy = Policy { attempts: policy.map_or(3, |p| p.attempts.clamp(1, 5)), ..Policy::default() };
    let mut attempt = 1;
    loop {
        let error = match fetch(&url, attempt).await {
            Ok(body) => return Ok(body),
            Err(error) => error,
        };
        if !error.is_transient() {
            return Err(error);
        }
        if attempt == policy.attempts {
            let last = if let FetchError::Status { status } = error { status } else { 0 };
            return Err(FetchError::GaveUp { attempts: attempt, last });
        }
        sleep(policy.delay(attempt)).await;
        attempt += 1;
    }
}

#[tokio::test]
async fn what_is_transient_is_tried_again() {
    both_ways(fetch_patiently).await;
    let executor = Executor::test().agreeing();
    let ran = executor.run(fetch_patiently("flaky".into(), None)).await;
    assert_eq!((ran.output().unwrap(), ran.elapsed()), ("flaky@3".to_string(), Duration::from_secs(2)));
    for (url, error) in [("gone", "Status"), ("down", "GaveUp")] {
        let ran = executor.run(fetch_patiently(url.into(), None)).await;
        assert_eq!(ran.outcome().error.as_deref(), Some(error));
    }
}

// ---- a cart that is priced: a chain of rules

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Discount {
    Percent { percent: u8 },
    BuyNGetOne { n: u32 },
    Voucher { code: String, cents: i64 },
}

#[pure]
impl Discount {
    fn discount(&self, cents: i64, quantity: i64) -> i64 {
        match self {
            Discount::Percent { percent } => cents * quantity * i64::from(*percent.min(&100)) / 100,
            Discount::BuyNGetOne { n } => quantity / (i64::from(*n) + 1) * cents,
            Discount::Voucher { cents: off, .. } => (*off).min(cents * quantity),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct CartLine {
    sku: String,
    cents: i64,
    quantity: i64,
    #[serde(default)]
    discounts: Vec<Discount>,
}

#[task]
async fn voucher_is_valid(code: &str) -> Answer<bool> {
    Ok(code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()))
}

#[task]
async fn tax_rate(country: &str) -> Answer<f64> {
    Ok(if country == "de" { 0.19 } else { 0.2 })
}

#[pure]
fn largest(rules: &[Discount], cents: i64, quantity: i64) -> i64 {
    rules.iter().map(|rule| rule.discount(cents, quantity)).max().unwrap_or(0)
}

#[workflow]
pub async fn price(lines: Vec<CartLine>, country: String) -> Answer<(i64, i64, Vec<String>)> {
    let mut net = 0;
    let mut invalid = vec![];
    for CartLine { sku, cents, quantity, discounts } in &lines {
        let mut usable = Vec::new();
        for discount in discounts {
            match discount {
                Discount::Voucher { code, .. } if !voucher_is_valid(code).await? => {
                    invalid.push(format!("{sku}/{code}"));
                }
                valid => usable.push(valid.clone()),
            }
        }
        net += cents * quantity - largest(&usable, *cents, *quantity);
    }
    let rate = tax_rate(&country.to_lowercase()).await?;
    let tax = (net as f64 * rate).round() as i64;
    Ok((net, tax, invalid))
}

#[tokio::test]
async fn a_cart_is_priced() {
    both_ways(price).await;
    let line = |discounts| CartLine { sku: "s".into(), cents: 100, quantity: 4, discounts };
    let voucher = |code: &str| Discount::Voucher { code: code.into(), cents: 90 };
    let lines = vec![
        line(vec![Discount::Percent { percent: 10 }, Discount::BuyNGetOne { n: 3 }]),
        line(vec![voucher("A1"), voucher("b2")]),
    ];
    let ran = Executor::test().agreeing().run(price(lines, "DE".into())).await;
    assert_eq!(ran.output().unwrap(), (610, 116, vec!["s/b2".to_string()]));
}

// ---- a builder of a report, in one expression after the other

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Data)]
pub struct Digest {
    title: String,
    sections: Vec<Section>,
    footer: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Section {
    heading: String,
    lines: Vec<String>,
}

#[pure]
impl Digest {
    fn titled(title: String) -> Self {
        Digest { title, ..Default::default() }
    }

    fn section(mut self, heading: &str, lines: Vec<String>) -> Self {
        if !lines.is_empty() {
            self.sections.push(Section { heading: heading.to_string(), lines });
        }
        self
    }

    fn footer(mut self, text: &str) -> Self {
        self.footer = Some(text.into());
        self
    }

    fn render(&self) -> String {
        let mut out = format!("{}\n{}\n", self.title, "=".repeat(self.title.chars().count()));
        for Section { heading, lines } in &self.sections {
            out.push_str(&format!("\n## {heading}\n"));
            for (i, line) in lines.iter().enumerate() {
                out += &format!("{:>3}. {line}\n", i + 1);
            }
        }
        if let Some(footer) = &self.footer {
            out += footer;
        }
        out
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Activity {
    user: String,
    verb: String,
    likes: Option<u32>,
}

#[task]
async fn activities(week: u32) -> Answer<Vec<Activity>> {
    let activity = |user: &str, verb: &str, likes| Activity { user: user.into(), verb: verb.into(), likes };
    Ok(vec![
        activity("ann", "wrote", Some(week)),
        activity("bob", "read", None),
        activity("ann", "read", Some(1)),
    ])
}

#[task]
async fn send_digest(text: String) -> Answer<usize> {
    Ok(text.lines().count())
}

#[workflow]
pub async fn weekly_digest(week: u32) -> Answer<usize> {
    let activities = activities(week).await?;
    let mut by_user: BTreeMap<&str, Vec<&Activity>> = BTreeMap::new();
    for activity in &activities {
        by_user.entry(&activity.user).or_default().push(activity);
    }
    let users = by_user
        .iter()
        .map(|(user, list)| {
            let likes: u32 = list.iter().filter_map(|a| a.likes).sum();
            let verbs: Vec<&str> = list.iter().map(|a| a.verb.as_str()).collect();
            format!("{user} {} ({likes} likes)", verbs.join(" and "))
        })
        .collect();
    let popular = activities
        .iter()
        .filter(|a| a.likes.unwrap_or(0) > 5)
        .map(|a| format!("{}: {}", a.user, a.verb))
        .collect();
    let digest = Digest::titled(format!("Week {week:02}"))
        .section("People", users)
        .section("Popular", popular)
        .footer("-- the team");
    send_digest(digest.render()).await
}

#[tokio::test]
async fn a_digest_is_sent() {
    both_ways(weekly_digest).await;
    assert_eq!(Executor::test().agreeing().run(weekly_digest(9)).await.output().unwrap(), 10);
}

// ---- files of a site that are backed up side by side

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
#[serde(transparent)]
pub struct FilePath(String);

#[pure]
impl FilePath {
    fn extension(&self) -> Option<&str> {
        self.0.rsplit_once('.').map(|(_, extension)| extension)
    }

    fn depth(&self) -> usize {
        self.0.split('/').count() - 1
    }
}

#[task]
async fn list_files(root: Option<&str>) -> Answer<Vec<FilePath>> {
    let root = root.unwrap_or("/srv");
    Ok(["a.html", "img/b.png", "img/old/c.PNG", "README"]
        .iter()
        .map(|f| FilePath(format!("{root}/{f}")))
        .collect())
}

#[task(retry(errors = [ALL], max_attempts = 2))]
async fn upload(path: &FilePath) -> Answer<u64> {
    Ok(path.0.len() as u64)
}

#[workflow]
pub async fn backup(root: String) -> Answer<(u64, BTreeMap<String, (usize, u64)>)> {
    let root = Some(root.trim()).filter(|r| !r.is_empty());
    let files: Vec<FilePath> = list_files(root).await?.into_iter().filter(|f| f.depth() < 6).collect();
    let sizes = map(&files, async |file| upload(file).await).max_concurrency(10).await?;
    let mut by_type: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    for (file, &bytes) in files.iter().zip(sizes.iter()) {
        let kind = file.extension().map_or_else(|| "none".to_string(), |e| e.to_ascii_lowercase());
        let (count, total) = by_type.entry(kind).or_insert((0, 0));
        *count += 1;
        *total += bytes;
    }
    Ok((sizes.iter().sum(), by_type))
}

#[tokio::test]
async fn files_are_backed_up() {
    both_ways(backup).await;
    let (_, by_type) = Executor::test().agreeing().run(backup(" /x ".into())).await.output().unwrap();
    assert_eq!(by_type["png"], (2, 12 + 16));
}
