//! Many at once: fan-out and fan-in, nested maps, dead letters, priorities.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::program;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Record {
    id: u32,
    kind: Kind,
    payload: Option<Payload>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Insert,
    Update,
    HardDelete,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Payload {
    raw_text: String,
    weight: i32,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum BatchError {
    #[error("record {id} is poison")]
    Poison { id: u32 },
    #[error("the store is busy")]
    Busy,
    #[error("too many failures: {failed} of {total}")]
    TooManyFailures { failed: usize, total: usize },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(retry(errors = [Busy], interval_seconds = 3, max_attempts = 2, backoff_rate = 1.5))]
async fn store(record: &Record) -> Result<String, BatchError> {
    if record.id == 13 {
        return Err(BatchError::Poison { id: record.id });
    }
    Ok(format!("s{}", record.id))
}

#[task]
async fn dead_letter(record: &Record, reason: String) -> Result<(), PlatformError> {
    let _ = (record, reason);
    Ok(())
}

#[task]
async fn report(stored: Vec<String>, failed: u32) -> Result<String, BatchError> {
    Ok(format!("{} stored, {failed} failed", stored.len()))
}

/// A `for` loop with dead letters.
#[workflow]
pub async fn with_dead_letters(records: Vec<Record>) -> Result<String, BatchError> {
    let mut stored = Vec::new();
    let mut failed = 0;
    for record in &records {
        match store(record).await {
            Ok(id) => stored.push(id),
            Err(error @ (BatchError::Poison { .. } | BatchError::Busy)) => {
                dead_letter(record, error.cause()).await?;
                failed += 1;
            }
            Err(error) => return Err(error),
        }
    }
    report(stored, failed).await
}

fn records(ids: &[u32]) -> Vec<Record> {
    ids.iter()
        .map(|id| Record {
            id: *id,
            kind: [Kind::Insert, Kind::Update, Kind::HardDelete][*id as usize % 3],
            payload: (id % 2 == 0)
                .then(|| Payload { raw_text: format!("text {id}"), weight: *id as i32 - 5 }),
        })
        .collect()
}

program!(dead_letters: with_dead_letters [store, dead_letter, report]
    (records(&[1, 2, 13, 4])), (records(&[])), (records(&[13])),
);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub enum Outcome {
    Stored(String),
    Skipped { id: u32 },
    Dead { id: u32, why: String },
}

/// A map whose iterations answer for themselves; then the answers are sorted out.
#[workflow]
pub async fn fan_out(records: Vec<Record>, tolerated: usize) -> Result<BTreeMap<String, usize>, BatchError> {
    let outcomes = map(&records, async |record| {
        if record.kind == Kind::HardDelete && record.payload.is_none() {
            return Ok(Outcome::Skipped { id: record.id });
        }
        let outcome = match store(record).await {
            Ok(id) => Outcome::Stored(id),
            Err(BatchError::Poison { id }) => Outcome::Dead { id, why: "poison".to_string() },
            Err(error) => return Err(error),
        };
        Ok(outcome)
    })
    .max_concurrency(3)
    .await?;
    let dead = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Dead { .. })).count();
    if dead > tolerated {
        return Err(BatchError::TooManyFailures { failed: dead, total: records.len() });
    }
    let mut counts = BTreeMap::new();
    for outcome in outcomes {
        let key = match outcome {
            Outcome::Stored(_) => "stored",
            Outcome::Skipped { .. } => "skipped",
            Outcome::Dead { .. } => "dead",
        };
        *counts.entry(key.to_string()).or_insert(0) += 1;
    }
    Ok(counts)
}

program!(out_and_in: fan_out [store]
    (records(&[1, 2, 5, 13, 4]), 1), (records(&[13, 13]), 1), (records(&[]), 0), (records(&[5]), 0),
);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Region {
    name: String,
    shops: Vec<Shop>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Shop {
    id: u32,
    sales: Vec<u32>,
}

#[task]
async fn audit(region: &str, shop: u32, cents: u32) -> Result<u32, BatchError> {
    let _ = (region, shop);
    Ok(cents + 1)
}

/// A map in a map, which reads what is around both.
#[workflow]
pub async fn nested_maps(regions: Vec<Region>, fee: u32) -> Result<Vec<(String, Vec<u32>, u32)>, BatchError> {
    let totals = map(regions, async |region| {
        let audited = map(&region.shops, async |shop| {
            let sum: u32 = shop.sales.iter().sum();
            let audited = audit(&region.name, shop.id, sum).await?;
            Ok(audited + fee)
        })
        .await?;
        let total = audited.iter().sum();
        Ok((region.name.clone(), audited, total))
    })
    .max_concurrency(2)
    .await?;
    Ok(totals)
}

fn regions() -> Vec<Region> {
    vec![
        Region {
            name: "north".into(),
            shops: vec![Shop { id: 1, sales: vec![5, 6] }, Shop { id: 2, sales: vec![] }],
        },
        Region { name: "south".into(), shops: vec![] },
        Region { name: "east".into(), shops: vec![Shop { id: 3, sales: vec![1] }] },
    ]
}

program!(maps_in_maps: nested_maps [audit]
    (regions(), 5), (vec![], 1), (regions()[2..].to_vec(), 0),
);

/// Chunks of a list, one after the other; within one all at the same time.
#[workflow]
pub async fn in_chunks(numbers: Vec<u32>, size: usize) -> Result<Vec<Vec<u32>>, BatchError> {
    let mut done = Vec::new();
    for chunk in numbers.chunks(size) {
        let audited = map(chunk, async |number| audit("r", 1, *number).await).await?;
        done.push(audited);
    }
    Ok(done)
}

program!(chunks: in_chunks [audit] ((1..8).collect(), 3), (vec![], 2), (vec![9], 2));

/// Each branch its own kind of work; results are a tuple.
#[workflow]
pub async fn parallel_enrichment(record: Record) -> Result<(String, u32, Option<i32>), BatchError> {
    let (stored, audited, weight) = try_join!(
        store(&record),
        async {
            let first = audit("a", record.id, 1).await?;
            let second = audit("b", record.id, first).await?;
            Ok(second)
        },
        async {
            match &record.payload {
                Some(payload) if payload.weight > 0 => Ok(Some(payload.weight)),
                Some(payload) => Ok(Some(-payload.weight)),
                None => Ok(None),
            }
        }
    )?;
    Ok((stored, audited, weight))
}

program!(enrichment: parallel_enrichment [store, audit]
    (records(&[2]).remove(0)), (records(&[7]).remove(0)), (records(&[8]).remove(0)), (records(&[13]).remove(0)),
);

/// `join!`: whatever becomes of each.
#[workflow]
pub async fn best_effort(record: Record) -> Result<Vec<String>, BatchError> {
    let (left, right) = join!(store(&record), audit("x", record.id, 10));
    let mut lines = vec![];
    match left {
        Ok(id) => lines.push(format!("stored as {id}")),
        Err(BatchError::Poison { id }) => lines.push(format!("{id} is poison")),
        Err(error) => lines.push(format!("not stored: {}", error.name())),
    }
    if let Ok(cents) = right {
        lines.push(format!("audited {cents}"));
    }
    if lines.len() < 2 {
        dead_letter(&record, lines.join("; ")).await?;
    }
    Ok(lines)
}

program!(as_good_as_it_gets: best_effort [store, audit, dead_letter]
    (records(&[2]).remove(0)), (records(&[13]).remove(0)),
);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
pub enum Priority {
    Low,
    Normal,
    High,
    Critical,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Ticket {
    id: u32,
    priority: Priority,
    subject: String,
}

#[task]
async fn page_engineer(ticket: &Ticket) -> Result<String, BatchError> {
    Ok(format!("paged for {}", ticket.id))
}

#[task]
async fn enqueue(queue: &str, ticket: u32, delay: Option<u32>) -> Result<String, BatchError> {
    Ok(format!("{queue}:{ticket}:{}", delay.unwrap_or_default()))
}

/// Priority routing.
#[workflow]
pub async fn route_tickets(tickets: Vec<Ticket>) -> Result<Vec<String>, BatchError> {
    let mut log = Vec::with_capacity(tickets.len());
    for ticket in tickets {
        let line = match ticket.priority {
            Priority::Critical => page_engineer(&ticket).await?,
            Priority::High if ticket.subject.to_lowercase().contains("outage") => {
                page_engineer(&ticket).await?
            }
            Priority::High | Priority::Normal => enqueue("fast", ticket.id, None).await?,
            Priority::Low => enqueue("slow", ticket.id, Some(60)).await?,
        };
        log.push(line);
    }
    Ok(log)
}

fn tickets() -> Vec<Ticket> {
    let ticket = |id, priority, subject: &str| Ticket { id, priority, subject: subject.into() };
    vec![
        ticket(1, Priority::Low, "typo"),
        ticket(2, Priority::High, "OUTAGE in EU"),
        ticket(3, Priority::High, "slow"),
        ticket(4, Priority::Critical, ""),
        ticket(5, Priority::Normal, "outage"),
    ]
}

program!(routing: route_tickets [page_engineer, enqueue] (tickets()), (vec![]));

/// The result of one map is the input of the next, and a fold ends it.
#[workflow]
pub async fn map_reduce(words: Vec<String>) -> Result<u32, BatchError> {
    let lengths = map(&words, async |word| audit(word, 0, word.len() as u32).await).await?;
    let squares = map(lengths.iter().enumerate(), async |(index, length)| {
        audit("square", index as u32, length * length).await
    })
    .await?;
    Ok(squares.into_iter().fold(0, |sum, square| sum + square))
}

program!(reduced: map_reduce [audit] (vec!["a".into(), "bcd".into()]), (vec![]), (vec!["é".into()]));
