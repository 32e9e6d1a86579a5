//! Cases that people and rules decide: claims, loans, leave, hiring, returns.

use std::{borrow::Cow, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a claim goes from state to state

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Claim {
    Submitted { amount: u32, documents: Vec<String> },
    Assessing { amount: u32, round: u8 },
    AwaitingDocuments { amount: u32, missing: Vec<String>, round: u8 },
    Approved { amount: u32 },
    Denied { reason: String },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub enum Assessment {
    Accept(u32),
    Missing(Vec<String>),
    Reject(String),
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum ClaimError {
    #[error("too many rounds ({0})")]
    Rounds(u8),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn assess(amount: u32, round: u8) -> Answer<Assessment> {
    Ok(match (amount, round) {
        (0, _) => Assessment::Reject("nothing".to_string()),
        (a, 0) if a > 1000 => Assessment::Missing(vec!["invoice".to_string()]),
        (a, _) => Assessment::Accept(a.min(5000)),
    })
}

#[task(timeout_seconds = 604_800)]
async fn request_documents(token: TaskToken, missing: &[String]) -> Answer<Pending<usize>> {
    let _ = missing;
    Ok(token.pending())
}

#[pure]
impl Claim {
    fn is_final(&self) -> bool {
        matches!(self, Self::Approved { .. } | Self::Denied { .. })
    }
}

#[workflow]
pub async fn handle_claim(claim: Claim) -> Result<Claim, ClaimError> {
    let mut state = claim;
    while !state.is_final() {
        state = match state {
            Claim::Submitted { documents, .. } if documents.is_empty() => {
                Claim::Denied { reason: "no documents".to_owned() }
            }
            Claim::Submitted { amount, .. } => Claim::Assessing { amount, round: 0 },
            Claim::Assessing { round: 3.., .. } => return Err(ClaimError::Rounds(3)),
            Claim::Assessing { amount, round } => match assess(amount, round).await? {
                Assessment::Accept(amount) => Claim::Approved { amount },
                Assessment::Missing(missing) => Claim::AwaitingDocuments { amount, missing, round },
                Assessment::Reject(reason) => Claim::Denied { reason },
            },
            Claim::AwaitingDocuments { amount, missing, round } => match request_documents(&missing).await {
                Ok(sent) if sent >= missing.len() => Claim::Assessing { amount, round: round + 1 },
                Ok(sent) => Claim::Denied { reason: format!("{} missing", missing.len() - sent) },
                Err(PlatformError::Timeout(_)) => Claim::Denied { reason: "silence".into() },
                Err(error) => return Err(error.into()),
            },
            done @ (Claim::Approved { .. } | Claim::Denied { .. }) => done,
        };
    }
    Ok(state)
}

#[tokio::test]
async fn a_claim_is_handled() {
    both_ways(handle_claim).await;
    let executor = Executor::test().agreeing();
    let claim = |amount| Claim::Submitted { amount, documents: vec!["photo".into()] };
    assert_eq!(executor.run(handle_claim(claim(7))).await.output().unwrap(), Claim::Approved { amount: 7 });
}

// ---- a loan by scores, with tiers in a table

#[derive(Debug, Clone, Serialize, Deserialize, Data)]
pub struct Applicant {
    name: String,
    income: u32,
    debts: Vec<Debt>,
    employed_since: Option<Timestamp>,
    co_signer: Option<Box<Applicant>>,
}

#[derive(Debug, Clone, Serialize, Deserialize, Data)]
pub struct Debt {
    monthly: u32,
    #[serde(default)]
    overdue: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Data)]
pub struct Offer {
    amount: u32,
    rate: f64,
    months: u16,
}

#[derive(Clone, Copy, Serialize, Deserialize, Data)]
struct Tier {
    min_score: i32,
    rate: f64,
    factor: u32,
}

static TIERS: [Tier; 3] = [
    Tier { min_score: 750, rate: 3.5, factor: 10 },
    Tier { min_score: 650, rate: 5.25, factor: 6 },
    Tier { min_score: 550, rate: 9.0, factor: 3 },
];

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum LoanError {
    #[error("declined: {reasons}")]
    Declined { reasons: String },
    #[error("the bureau does not know {name}")]
    Unknown { name: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(retry(errors = [TIMEOUT], max_attempts = 2), timeout_seconds = 20)]
async fn credit_score(name: &str) -> Result<i32, LoanError> {
    match name {
        "" => Err(LoanError::Unknown { name: name.to_string() }),
        n => Ok(500 + n.len() as i32 * 50),
    }
}

#[pure]
impl Applicant {
    fn debt_share(&self) -> f64 {
        let monthly: u32 = self.debts.iter().map(|debt| debt.monthly).sum();
        f64::from(monthly) * 12.0 / f64::from(self.income.max(1))
    }

    fn concerns(&self, now: Timestamp) -> Vec<String> {
        let mut concerns = Vec::new();
        if self.debt_share() > 0.4 {
            concerns.push("debts".to_string());
        }
        let overdue = self.debts.iter().filter(|d| d.overdue).count();
        if overdue > 0 {
            concerns.push(format!("{overdue} overdue"));
        }
        match self.employed_since {
            None => concerns.push("no job".to_string()),
            Some(since) if now - since < Duration::from_secs(180 * 86_400) => concerns.push("new job".into()),
            Some(_) => {}
        }
        concerns
    }
}

#[workflow]
pub async fn decide_loan(applicant: Applicant, amount: u32, months: u16) -> Result<Offer, LoanError> {
    let today = now().await;
    let mut reasons = applicant.concerns(today);
    let mut score = credit_score(&applicant.name).await?;
    if let Some(co_signer) = &applicant.co_signer {
        let other = match credit_score(&co_signer.name).await {
            Ok(other) => other,
            Err(LoanError::Unknown { .. }) => 0,
            Err(error) => return Err(error),
        };
        score = score.max((score + other) / 2);
        reasons.retain(|reason| !reason.ends_with("job"));
    }
    score -= 40 * reasons.len() as i32;
    let Some(tier) = TIERS.iter().find(|tier| score >= tier.min_score) else {
        reasons.push(format!("score {score}"));
        return Err(LoanError::Declined { reasons: reasons.join(", ") });
    };
    let most = applicant.income / 12 * tier.factor;
    Ok(Offer { amount: amount.min(most), rate: tier.rate, months: months.clamp(12, 84) })
}

#[tokio::test]
async fn loans_are_decided() {
    both_ways(decide_loan).await;
    let applicant = |name: &str, debts| Applicant {
        name: name.into(),
        income: 48_000,
        debts,
        employed_since: Some(Timestamp::from_millis(0)),
        co_signer: None,
    };
    let executor = Executor::test().agreeing();
    let offer = executor.run(decide_loan(applicant("quinn", vec![]), 90_000, 120)).await.output().unwrap();
    assert_eq!(offer, Offer { amount: 40_000, rate: 3.5, months: 84 });
    let overdue = vec![Debt { monthly: 2000, overdue: true }];
    let ran = executor.run(decide_loan(applicant("bo", overdue), 1, 1)).await;
    let cause = ran.outcome().cause.clone().unwrap();
    assert!(cause.contains("declined: debts, 1 overdue, score 520"), "{cause}");
}

// ---- leave: working days without holidays, balances that carry over

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
pub struct Day(u32);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct LeaveRequest {
    employee: String,
    first: Day,
    last: Day,
    half_days: Vec<Day>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Balance {
    carried: f64,
    current: f64,
}

#[task]
async fn holidays(from: Day, to: Day) -> Answer<Vec<Day>> {
    Ok((from.0..=to.0).filter(|d| d % 30 == 0).take(3).map(Day).collect())
}

#[task]
async fn balance_of(employee: &str) -> Answer<Balance> {
    Ok(Balance { carried: 1.5, current: employee.len() as f64 })
}

#[task]
async fn save_balance(employee: &str, balance: &Balance) -> Answer<()> {
    let _ = (employee, balance);
    Ok(())
}

#[pure]
impl Day {
    const fn is_weekend(self) -> bool {
        self.0 % 7 >= 5
    }
}

#[workflow]
pub async fn request_leave(request: LeaveRequest) -> Answer<Result<f64, String>> {
    let LeaveRequest { employee, first, last, half_days } = request;
    if last < first {
        return Ok(Err(format!("{} is before {}", last.0, first.0)));
    }
    if last.0 - first.0 > 60 {
        return Ok(Err("too long".to_string()));
    }
    let free = holidays(first, last).await?;
    let days = (first.0..=last.0)
        .map(Day)
        .filter(|day| !day.is_weekend() && !free.contains(day))
        .map(|day| if half_days.contains(&day) { 0.5 } else { 1.0 })
        .sum::<f64>();
    let mut balance = balance_of(&employee).await?;
    if balance.carried + balance.current < days {
        return Ok(Err(format!("{days:.1} days, {:.1} left", balance.carried + balance.current)));
    }
    let from_carried = days.min(balance.carried);
    balance.carried -= from_carried;
    balance.current -= days - from_carried;
    save_balance(&employee, &balance).await?;
    Ok(Ok(balance.current))
}

#[tokio::test]
async fn leave_is_counted_in_working_days() {
    both_ways(request_leave).await;
    let request = LeaveRequest {
        employee: "ferdinand".into(),
        first: Day(28),
        last: Day(36),
        half_days: vec![Day(29)],
    };
    let ran = Executor::test().agreeing().run(request_leave(request)).await;
    assert_eq!(ran.output().unwrap(), Ok(9.0 + 1.5 - 5.5));
}

// ---- goods that come back: what is refunded depends on what and when

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Return {
    order: String,
    items: Vec<ReturnItem>,
    delivered: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct ReturnItem {
    sku: String,
    cents: u64,
    condition: Condition,
    #[serde(default)]
    photos: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    AsNew,
    Opened,
    Damaged,
    NotReceived,
}

impl Condition {
    const REFUND_PERCENT: &'static [(Condition, u64)] =
        &[(Condition::AsNew, 100), (Condition::Opened, 80), (Condition::Damaged, 30)];
}

#[task]
async fn inspect(sku: &str, photos: usize) -> Answer<Condition> {
    Ok(if photos > 1 || sku.is_empty() { Condition::Damaged } else { Condition::Opened })
}

#[task]
async fn refund(order: &str, cents: u64) -> Answer<String> {
    Ok(format!("{order}:{cents}"))
}

#[pure]
fn refundable(item: &ReturnItem, late: bool) -> u64 {
    let percent = Condition::REFUND_PERCENT
        .iter()
        .find_map(|&(condition, percent)| (condition == item.condition).then_some(percent))
        .unwrap_or_default();
    let percent = if late { percent / 2 } else { percent };
    item.cents * percent / 100
}

#[workflow]
pub async fn take_back(request: Return) -> Answer<(u64, Vec<(Condition, u32)>, Cow<'static, str>)> {
    let late = now().await - request.delivered > Duration::from_secs(30 * 24 * 3600);
    let mut total = 0;
    let mut seen: Vec<(Condition, u32)> = Vec::new();
    for mut item in request.items {
        if item.condition == Condition::Opened && !item.photos.is_empty() {
            item.condition = inspect(&item.sku, item.photos.len()).await?.max(item.condition);
        }
        match seen.iter().position(|(condition, _)| *condition == item.condition) {
            Some(place) => seen[place].1 += 1,
            None => seen.push((item.condition, 1)),
        }
        total += refundable(&item, late);
    }
    let text = match total {
        0 => Cow::Borrowed("nothing"),
        cents => Cow::Owned(refund(&request.order, cents).await?),
    };
    Ok((total, seen, text))
}

#[tokio::test]
async fn goods_come_back() {
    both_ways(take_back).await;
    let item = |cents, condition| ReturnItem { sku: "s".into(), cents, condition, photos: vec!["p".into()] };
    let request = Return {
        order: "o".into(),
        items: vec![item(1000, Condition::AsNew), item(500, Condition::Opened)],
        delivered: Timestamp::from_millis(4_000_000_000_000),
    };
    let (total, seen, text) = Executor::test().agreeing().run(take_back(request)).await.output().unwrap();
    assert_eq!((total, seen.len(), text.as_ref()), (1400, 2, "o:1400"));
}

// ---- applicants in rounds, of whom the best go on

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Candidate {
    name: String,
    scores: Vec<u8>,
}

#[task]
async fn interview(candidate: &str, round: usize) -> Answer<Option<u8>> {
    Ok((candidate.len() != round).then(|| (candidate.len() * 7 % 10) as u8 + 1))
}

#[pure]
fn median(scores: &[u8]) -> Option<f64> {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(f64::from(sorted[middle])),
        _ => Some((f64::from(sorted[middle - 1]) + f64::from(sorted[middle])) / 2.0),
    }
}

#[workflow]
pub async fn hire(names: Vec<String>, rounds: usize) -> Answer<Vec<Candidate>> {
    let mut candidates: Vec<Candidate> =
        names.into_iter().map(|name| Candidate { name, scores: Vec::new() }).collect();
    for round in 1..=rounds.min(3) {
        let scores = map(&candidates, async |candidate| interview(&candidate.name, round).await).await?;
        for (candidate, score) in candidates.iter_mut().zip(&scores) {
            if let Some(score) = score {
                candidate.scores.push(*score);
            }
        }
        candidates.retain(|c| c.scores.len() == round);
        candidates.sort_by(|a, b| {
            let (left, right) = (median(&a.scores).unwrap_or(0.0), median(&b.scores).unwrap_or(0.0));
            right.total_cmp(&left).then_with(|| a.name.cmp(&b.name))
        });
        let keep = candidates.len().div_ceil(2);
        candidates.truncate(keep);
        if candidates.len() <= 1 {
            break;
        }
    }
    Ok(candidates)
}

#[tokio::test]
async fn the_best_go_on() {
    both_ways(hire).await;
    let names = ["ann", "bob", "christa", "x"].map(String::from).to_vec();
    let hired = Executor::test().agreeing().run(hire(names, 2)).await.output().unwrap();
    assert_eq!(hired.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["christa"]);
}

// ---- a ticket that is escalated by its age and its customer

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Ticket {
    id: u64,
    customer: Plan,
    opened: Timestamp,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
pub enum Plan {
    Free,
    Pro { seats: u16 },
    Enterprise,
}

#[pure]
impl Plan {
    fn response_time(&self) -> TimeSpan {
        let hours = match *self {
            Plan::Free => 72,
            Plan::Pro { seats } if seats >= 50 => 8,
            Plan::Pro { .. } => 24,
            Plan::Enterprise => 1,
        };
        TimeSpan::from_secs(hours * 3600)
    }
}

#[task]
async fn answered(ticket: u64, level: u8) -> Answer<bool> {
    Ok(ticket % 4 < u64::from(level))
}

#[task]
async fn assign(ticket: u64, team: &str) -> Answer<()> {
    let _ = (ticket, team);
    Ok(())
}

const TEAMS: &[&str] = &["support", "engineering", "management"];

#[workflow]
pub async fn escalate(ticket: Ticket) -> Answer<Option<(String, u64)>> {
    let urgent = ["down", "outage", "data loss"].iter().any(|word| ticket.text.to_lowercase().contains(word));
    let hours = ticket.customer.response_time().as_secs() / if urgent { 7200 } else { 3600 };
    let response = Duration::from_secs(hours * 3600);
    let mut deadline = ticket.opened.max(execution().start_time()) + response;
    for (level, team) in TEAMS.iter().enumerate() {
        assign(ticket.id, team).await?;
        sleep_until(deadline).await;
        if answered(ticket.id, level as u8 + 1).await? {
            let waited = deadline - ticket.opened;
            return Ok(Some((team.to_string(), waited.as_secs() / 60)));
        }
        deadline = deadline + Duration::from_secs(hours * 1800);
    }
    Ok(None)
}

#[tokio::test]
async fn a_ticket_climbs() {
    both_ways(escalate).await;
}
