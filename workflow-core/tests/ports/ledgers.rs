//! Money and stock: dispensers, ledgers, quorums, limits.

use std::{cmp::Ordering, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a dispenser of notes, the largest first

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
pub struct Notes {
    value: u32,
    count: u32,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum AtmError {
    #[error("{0} cannot be paid out")]
    Rest(u32),
    #[error("the drawer of {value} is jammed")]
    Jammed { value: u32 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(retry(errors = [Jammed], interval_seconds = 2, max_attempts = 3, backoff_rate = 2.0))]
async fn dispense(notes: Notes) -> Result<(), AtmError> {
    if notes.count > 40 { Err(AtmError::Jammed { value: notes.value }) } else { Ok(()) }
}

impl Notes {
    const VALUES: [u32; 4] = [50, 20, 10, 1];
}

#[pure]
impl Notes {
    fn total(&self) -> u32 {
        self.value * self.count
    }
}

#[workflow]
pub async fn withdraw(amount: u32, largest: Option<u32>) -> Result<Vec<Notes>, AtmError> {
    let mut rest = amount;
    let mut paid = vec![];
    let values = Notes::VALUES.iter().copied().filter(|v| *v <= largest.unwrap_or(u32::MAX));
    for value in values {
        let (count, left) = (rest / value, rest % value);
        if count == 0 {
            continue;
        }
        let notes = Notes { value, count };
        dispense(notes).await?;
        paid.push(notes);
        rest = left;
    }
    if rest != 0 {
        return Err(AtmError::Rest(rest));
    }
    if paid.iter().map(Notes::total).sum::<u32>() != amount {
        return Err(AtmError::Rest(amount));
    }
    Ok(paid)
}

#[tokio::test]
async fn notes_are_dispensed() {
    both_ways(withdraw).await;
    let ran = Executor::test().agreeing().run(withdraw(183, None)).await;
    let counts: Vec<u32> = ran.output().unwrap().iter().map(|n| n.count).collect();
    assert_eq!(counts, [3, 1, 1, 3]);
}

// ---- a quorum of votes

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
#[serde(rename_all = "lowercase")]
pub enum Vote {
    Yes,
    No,
    Abstain,
}

#[task(timeout_seconds = 15)]
async fn ask_replica(replica: usize, proposal: &str) -> Answer<Vote> {
    Ok(match (replica + proposal.len()) % 3 {
        0 => Vote::Yes,
        1 => Vote::No,
        _ => Vote::Abstain,
    })
}

#[workflow]
pub async fn quorum(proposal: String, needed: usize) -> Answer<Option<bool>> {
    let (a, b, c) = join!(ask_replica(0, &proposal), ask_replica(1, &proposal), ask_replica(2, &proposal));
    let votes: Vec<Vote> = [a, b, c].into_iter().filter_map(Result::ok).collect();
    let count = |wanted: Vote| votes.iter().filter(|&&vote| vote == wanted).count();
    let (yes, no) = (count(Vote::Yes), count(Vote::No));
    Ok(match yes.cmp(&no) {
        Ordering::Greater if yes >= needed => Some(true),
        Ordering::Less if no >= needed => Some(false),
        Ordering::Equal | Ordering::Greater | Ordering::Less => None,
    })
}

#[tokio::test]
async fn a_quorum_decides() {
    both_ways(quorum).await;
    let ran = Executor::test().agreeing().run(quorum("x".into(), 1)).await;
    assert_eq!(ran.output().unwrap(), None);
}

// ---- an account as the sum of its events

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "type", content = "data")]
pub enum AccountEvent {
    Opened { owner: String, limit: i64 },
    Deposited(i64),
    Withdrawn(i64),
    Closed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Account {
    None,
    Open { owner: String, balance: i64, limit: i64, version: u32 },
    Closed { owner: String },
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum LedgerError {
    #[error("event {at} does not fit: {why}")]
    Inconsistent { at: usize, why: String },
    #[error("{missing} short")]
    Overdrawn { missing: i64 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn load_events(id: &str, after: usize) -> Answer<Vec<AccountEvent>> {
    Ok(match id {
        "a" => vec![
            AccountEvent::Opened { owner: "ann".into(), limit: 50 },
            AccountEvent::Deposited(100),
            AccountEvent::Withdrawn(120),
        ],
        _ => vec![AccountEvent::Closed; after + 1],
    })
}

#[task]
async fn append_event(id: &str, event: &AccountEvent, expected: u32) -> Answer<u32> {
    let _ = (id, event);
    Ok(expected + 1)
}

#[pure]
impl Account {
    fn apply(self, event: &AccountEvent) -> Result<Account, &'static str> {
        match (self, event) {
            (Account::None, AccountEvent::Opened { owner, limit }) => {
                Ok(Account::Open { owner: owner.clone(), balance: 0, limit: *limit, version: 1 })
            }
            (Account::Open { owner, balance, limit, version }, AccountEvent::Deposited(amount)) => {
                Ok(Account::Open { owner, balance: balance + amount, limit, version: version + 1 })
            }
            (Account::Open { owner, balance, limit, version }, AccountEvent::Withdrawn(amount)) => {
                if balance - amount < -limit {
                    return Err("over the limit");
                }
                Ok(Account::Open { owner, balance: balance - amount, limit, version: version + 1 })
            }
            (Account::Open { owner, .. }, AccountEvent::Closed) => Ok(Account::Closed { owner }),
            (Account::None, _) => Err("not open"),
            (_, AccountEvent::Opened { .. }) => Err("open"),
            (Account::Closed { .. }, _) => Err("closed"),
        }
    }
}

#[workflow]
pub async fn withdraw_from(id: String, amount: u32) -> Result<i64, LedgerError> {
    let events = load_events(&id, 0).await?;
    let account = events.iter().enumerate().try_fold(Account::None, |account, (at, event)| {
        account.apply(event).map_err(|why| LedgerError::Inconsistent { at, why: why.to_string() })
    })?;
    let Account::Open { balance, limit, version, .. } = account else {
        return Err(LedgerError::Inconsistent { at: events.len(), why: "not open".into() });
    };
    let amount = i64::from(amount);
    if balance + limit < amount {
        return Err(LedgerError::Overdrawn { missing: amount - balance - limit });
    }
    append_event(&id, &AccountEvent::Withdrawn(amount), version).await?;
    Ok(balance - amount)
}

#[tokio::test]
async fn an_account_is_the_sum_of_its_events() {
    both_ways(withdraw_from).await;
    let executor = Executor::test().agreeing();
    assert_eq!(executor.run(withdraw_from("a".into(), 20)).await.output().unwrap(), -40);
    let ran = executor.run(withdraw_from("a".into(), 31)).await;
    assert_eq!(ran.outcome().error.as_deref(), Some("Overdrawn"));
    let ran = executor.run(withdraw_from("b".into(), 1)).await;
    assert_eq!(ran.outcome().error.as_deref(), Some("Inconsistent"));
}

// ---- stock that is reserved from several warehouses, the nearest first

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Warehouse {
    name: String,
    distance_km: f64,
    stock: BTreeMap<String, u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Allocation {
    warehouse: String,
    sku: String,
    quantity: u32,
}

#[task]
async fn reserve(allocation: &Allocation) -> Answer<bool> {
    Ok(allocation.quantity < 100)
}

#[workflow]
pub async fn allocate(
    mut warehouses: Vec<Warehouse>,
    wanted: BTreeMap<String, u32>,
) -> Answer<(Vec<Allocation>, BTreeMap<String, u32>)> {
    warehouses.sort_by(|a, b| a.distance_km.total_cmp(&b.distance_km).then_with(|| a.name.cmp(&b.name)));
    let mut allocations = Vec::new();
    let mut missing = BTreeMap::new();
    for (sku, quantity) in &wanted {
        let mut left = *quantity;
        for warehouse in warehouses.iter_mut() {
            if left == 0 {
                break;
            }
            let Some(available) = warehouse.stock.get_mut(sku) else { continue };
            let taken = left.min(*available);
            if taken > 0 {
                let allocation =
                    Allocation { warehouse: warehouse.name.clone(), sku: sku.clone(), quantity: taken };
                if reserve(&allocation).await? {
                    *available -= taken;
                    left -= taken;
                    allocations.push(allocation);
                }
            }
        }
        if left > 0 {
            missing.insert(sku.clone(), left);
        }
    }
    Ok((allocations, missing))
}

#[tokio::test]
async fn the_nearest_warehouse_is_first() {
    both_ways(allocate).await;
    let warehouse = |name: &str, distance_km, stock| Warehouse {
        name: name.into(),
        distance_km,
        stock: BTreeMap::from([("s".to_string(), stock)]),
    };
    let ran = Executor::test()
        .agreeing()
        .run(allocate(
            vec![warehouse("far", 9.5, 10), warehouse("near", 1.5, 3)],
            BTreeMap::from([("s".to_string(), 5), ("t".to_string(), 1)]),
        ))
        .await;
    let (allocations, missing) = ran.output().unwrap();
    let quantities: Vec<u32> = allocations.iter().map(|a| a.quantity).collect();
    assert_eq!((quantities, missing.len()), (vec![3, 2], 1));
}

// ---- tokens in a bucket: who is too fast waits

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Data)]
pub struct Limiter {
    per_second: f64,
    burst: f64,
    tokens: f64,
    last: Timestamp,
}

#[pure]
impl Limiter {
    fn advance(&self, now: Timestamp) -> f64 {
        let elapsed = (now - self.last).as_millis() as f64 / 1000.0;
        (self.tokens + elapsed * self.per_second).min(self.burst)
    }

    fn wait_for(&self, tokens: f64) -> Option<TimeSpan> {
        if self.per_second <= 0.0 {
            return None;
        }
        let missing = (0.0 - tokens).max(0.0);
        Some(TimeSpan::from_secs((missing / self.per_second).ceil() as u64))
    }
}

#[task]
async fn send_request(number: usize) -> Answer<()> {
    let _ = number;
    Ok(())
}

#[workflow]
pub async fn limited(requests: Vec<u8>, burst: u8) -> Answer<(usize, Vec<u64>)> {
    let mut limiter =
        Limiter { per_second: 0.5, burst: f64::from(burst), tokens: f64::from(burst), last: now().await };
    let mut waits = Vec::new();
    let mut refused = 0;
    for (number, weight) in requests.iter().map(|w| f64::from(w % 4)).enumerate() {
        let at = now().await;
        let left = limiter.advance(at) - weight;
        let Some(wait) = limiter.wait_for(left).filter(|wait| *wait <= TimeSpan::from_secs(5)) else {
            refused += 1;
            continue;
        };
        limiter.tokens = left;
        limiter.last = at;
        if wait.as_secs() > 0 {
            sleep(wait).await;
        }
        waits.push(wait.as_secs());
        send_request(number).await?;
    }
    Ok((refused, waits))
}

#[tokio::test]
async fn who_is_too_fast_waits() {
    both_ways(limited).await;
    let ran = Executor::test().agreeing().run(limited(vec![1, 1, 1, 3], 2)).await;
    assert_eq!(ran.output().unwrap(), (1, vec![0, 0, 2]));
}

// ---- a transfer between accounts under limits of a day

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
pub struct Iban(String);

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum IbanError {
    #[error("too short: {0}")]
    Short(usize),
    #[error("check digits of {iban} are wrong")]
    Check { iban: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

#[pure]
impl Iban {
    fn parse(text: &str) -> Result<Iban, IbanError> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if compact.len() < 8 {
            return Err(IbanError::Short(compact.len()));
        }
        let upper = compact.to_ascii_uppercase();
        let turned = upper.chars().skip(4).chain(upper.chars().take(4));
        let mut rest = 0;
        for c in turned {
            rest = match LETTERS.find(c) {
                Some(place) => (rest * 100 + place + 10) % 97,
                None => (rest * 10 + c.to_digit(10).unwrap_or(0) as usize) % 97,
            };
        }
        if rest == 1 { Ok(Iban(upper)) } else { Err(IbanError::Check { iban: upper }) }
    }

    fn masked(&self) -> String {
        let shown = self.0.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect::<String>();
        let country: String = self.0.chars().take(2).collect();
        format!("{country}…{shown}")
    }
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum TransferError {
    #[error("bad IBAN")]
    Iban(#[from] IbanError),
    #[error("the limit of the day is reached")]
    Limit,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn sent_today(from: &Iban) -> Answer<Vec<u32>> {
    Ok(vec![from.0.len() as u32])
}

#[task]
async fn transfer(from: &Iban, to: &Iban, cents: u32) -> Answer<String> {
    Ok(format!("{}>{}:{cents}", from.0, to.0))
}

#[workflow]
pub async fn send_money(from: String, to: String, cents: u32) -> Result<String, TransferError> {
    let from = Iban::parse(&from)?;
    let to = Iban::parse(&to)?;
    let sent: u32 = sent_today(&from).await?.iter().sum();
    if sent.saturating_add(cents) > 100_000 {
        return Err(TransferError::Limit);
    }
    let reference = transfer(&from, &to, cents).await?;
    Ok(format!("{} -> {}: {}.{:0>2} ({reference})", from.masked(), to.masked(), cents / 100, cents % 100))
}

#[tokio::test]
async fn check_digits_are_checked() {
    both_ways(send_money).await;
    let executor = Executor::test().agreeing();
    let ran = executor
        .run(send_money("GB82 WEST 1234 5698 7654 32".into(), "DE89370400440532013000".into(), 1205))
        .await;
    assert!(ran.output().unwrap().starts_with("GB…5432 -> DE…3000: 12.05"));
    let ran = executor.run(send_money("GB83 WEST 1234 5698 7654 32".into(), "x".into(), 1)).await;
    assert_eq!(ran.outcome().error.as_deref(), Some("Check"));
}
