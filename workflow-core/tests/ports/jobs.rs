//! Batches, queues, dependency graphs and what limits them.

use std::{cmp::Reverse, collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- batches of records, of which the bad ones go elsewhere

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Record {
    id: u32,
    group: String,
    weight: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Loaded {
    batches: usize,
    records: usize,
    skipped: Vec<u32>,
    weight: f64,
}

#[task(retry(errors = [TIMEOUT], max_attempts = 2))]
async fn load(batch: Vec<Record>, number: usize) -> Answer<usize> {
    Ok(batch.len() + number * 0)
}

const BATCH: usize = 3;

#[workflow]
pub async fn load_all(records: Vec<Record>) -> Answer<Loaded> {
    let (good, bad): (Vec<Record>, Vec<Record>) =
        records.into_iter().partition(|r| r.weight >= 0.0 && r.id != 0);
    let batches: Vec<Vec<Record>> = good.chunks(BATCH).map(|chunk| chunk.to_vec()).collect();
    let mut loaded = 0;
    for (number, batch) in batches.iter().enumerate() {
        if number > 0 {
            sleep(Duration::from_millis(500)).await;
        }
        loaded += load(batch.clone(), number).await?;
    }
    Ok(Loaded {
        batches: batches.len(),
        records: loaded,
        skipped: bad.iter().map(|r| r.id).collect(),
        weight: good.iter().map(|r| r.weight).sum::<f64>(),
    })
}

#[tokio::test]
async fn records_are_loaded_in_batches() {
    both_ways(load_all).await;
    let records = (0..8).map(|id| Record { id, group: "g".into(), weight: 1.5 }).collect();
    let ran = Executor::test().agreeing().run(load_all(records)).await;
    assert_eq!(ran.output().unwrap(), Loaded { batches: 3, records: 7, skipped: vec![0], weight: 10.5 });
}

// ---- records grouped, each group summed up

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Summary {
    group: String,
    count: usize,
    mean: f64,
    heaviest: u32,
}

#[task]
async fn report(summary: &Summary) -> Answer<bool> {
    Ok(summary.count > 1)
}

#[workflow]
pub async fn summarize(records: Vec<Record>) -> Answer<Vec<Summary>> {
    let mut groups: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for record in &records {
        groups.entry(record.group.clone()).or_default().push(record.clone());
    }
    let mut summaries = Vec::new();
    for (group, members) in &groups {
        let total = members.iter().fold(0.0, |sum, r| sum + r.weight);
        let (heaviest, _) = members
            .iter()
            .fold((0, f64::MIN), |(id, most), r| if r.weight > most { (r.id, r.weight) } else { (id, most) });
        let summary = Summary {
            group: group.clone(),
            count: members.len(),
            mean: total / members.len() as f64,
            heaviest,
        };
        if report(&summary).await? {
            summaries.push(summary);
        }
    }
    summaries.sort_by_key(|summary| Reverse(summary.count));
    Ok(summaries)
}

#[tokio::test]
async fn groups_are_summed_up() {
    both_ways(summarize).await;
}

// ---- a priority queue: the most urgent first, of equals the oldest

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    Low,
    Normal,
    Urgent,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Job {
    name: String,
    priority: Priority,
    submitted: Timestamp,
    #[serde(default)]
    needs: Vec<String>,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum JobError {
    #[error("{name} failed: {code}")]
    Failed { name: String, code: i32 },
    #[error("{count} jobs wait for each other")]
    Cycle { count: usize, names: Vec<String> },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(timeout_seconds = 600, retry(errors = [Failed], max_attempts = 1, interval_seconds = 10))]
async fn run_job(name: &str) -> Result<u32, JobError> {
    if name.contains('!') {
        Err(JobError::Failed { name: name.to_string(), code: 3 })
    } else {
        Ok(name.len() as u32)
    }
}

#[workflow]
pub async fn drain(jobs: Vec<Job>, budget: u32) -> Result<(Vec<String>, u32), JobError> {
    let mut queue = jobs;
    queue.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.submitted.cmp(&b.submitted)));
    let mut done = vec![];
    let mut failures_left = budget % 4;
    let mut spent = 0;
    for job in &queue {
        match run_job(&job.name).await {
            Ok(seconds) => {
                spent += seconds;
                done.push(job.name.clone());
            }
            Err(JobError::Failed { code, .. }) if failures_left > 0 && job.priority < Priority::Urgent => {
                failures_left -= 1;
                done.push(format!("{} ({code})", job.name));
            }
            Err(error) => return Err(error),
        }
    }
    Ok((done, spent))
}

#[tokio::test]
async fn the_most_urgent_job_is_first() {
    both_ways(drain).await;
    let job = |name: &str, priority, at| Job {
        name: name.into(),
        priority,
        submitted: Timestamp::from_millis(at),
        needs: vec![],
    };
    let jobs = vec![
        job("a", Priority::Low, 1),
        job("b", Priority::Urgent, 3),
        job("c!", Priority::Normal, 2),
        job("d", Priority::Urgent, 2),
    ];
    let ran = Executor::test().agreeing().run(drain(jobs, 1)).await;
    assert_eq!(ran.output().unwrap().0, ["d", "b", "c! (3)", "a"]);
}

// ---- a graph of jobs: waves of those whose needs are met

#[workflow]
pub async fn waves(jobs: Vec<Job>) -> Result<Vec<Vec<String>>, JobError> {
    let mut waves: Vec<Vec<String>> = vec![];
    let mut done: Vec<String> = vec![];
    let mut waiting = jobs;
    while !waiting.is_empty() {
        let ready: Vec<String> = waiting
            .iter()
            .filter(|job| job.needs.iter().all(|need| done.contains(need)))
            .map(|job| job.name.clone())
            .collect();
        if ready.is_empty() {
            let names: Vec<String> = waiting.into_iter().map(|job| job.name).collect();
            return Err(JobError::Cycle { count: names.len(), names });
        }
        map(&ready, async |name| run_job(name).await).max_concurrency(2).await?;
        waiting = waiting.into_iter().filter(|job| !ready.contains(&job.name)).collect();
        done = done.into_iter().chain(ready.clone()).collect();
        waves.push(ready);
    }
    Ok(waves)
}

#[tokio::test]
async fn jobs_run_when_their_needs_are_met() {
    both_ways(waves).await;
    let job = |name: &str, needs: &[&str]| Job {
        name: name.into(),
        priority: Priority::Low,
        submitted: Timestamp::from_millis(0),
        needs: needs.iter().map(|n| (*n).to_string()).collect(),
    };
    let diamond = vec![job("d", &["b", "c"]), job("a", &[]), job("b", &["a"]), job("c", &["a"])];
    let ran = Executor::test().agreeing().run(waves(diamond)).await;
    assert_eq!(ran.output().unwrap(), [vec!["a"], vec!["b", "c"], vec!["d"]]);
    let cycle = Executor::test().agreeing().run(waves(vec![job("x", &["y"]), job("y", &["x"])])).await;
    assert_eq!(cycle.outcome().error.as_deref(), Some("Cycle"));
}

// ---- duplicates are dropped, the rest is sent with a rate

#[task]
async fn send(message: &str) -> Answer<()> {
    let _ = message;
    Ok(())
}

#[workflow]
pub async fn trickle(messages: Vec<String>, per_second: u32) -> Answer<usize> {
    let mut seen: Vec<String> = Vec::new();
    let rate = per_second.clamp(1, 5);
    let mut window = now().await;
    let mut in_window = 0;
    for message in messages {
        let message = message.trim().to_lowercase();
        if seen.iter().any(|s| s == &message) {
            continue;
        }
        if in_window >= rate {
            sleep_until(window + Duration::from_secs(1)).await;
            window = now().await;
            in_window = 0;
        }
        send(&message).await?;
        seen.push(message);
        in_window += 1;
    }
    Ok(seen.len())
}

#[tokio::test]
async fn messages_trickle() {
    both_ways(trickle).await;
    let messages = ["a", "b", "A ", "c"].map(String::from).to_vec();
    let ran = Executor::test().agreeing().run(trickle(messages, 1)).await;
    assert_eq!((ran.elapsed(), ran.output().unwrap()), (Duration::from_secs(2), 3));
}

// ---- windows: where readings rise, and a moving mean

#[task]
async fn alert(at: usize, rise: f64) -> Answer<()> {
    let _ = (at, rise);
    Ok(())
}

#[workflow]
pub async fn rises(readings: Vec<f64>) -> Answer<(Vec<usize>, Vec<f64>)> {
    let mut places = vec![];
    for (i, pair) in readings.windows(2).enumerate() {
        let rise = pair[1] - pair[0];
        if rise > 10.0 {
            alert(i + 1, rise).await?;
            places.push(i + 1);
        }
    }
    let means = readings.windows(3).map(|w| (w.iter().sum::<f64>() / 3.0).floor()).collect();
    Ok((places, means))
}

#[tokio::test]
async fn a_rise_is_told() {
    both_ways(rises).await;
}

// ---- zip and rev, a checksum, and a comparison of two lists

#[workflow]
pub async fn checksum(digits: Vec<u8>, other: Vec<u8>) -> Answer<(u32, bool, Option<usize>)> {
    let weighted: u32 =
        digits.iter().rev().enumerate().map(|(i, d)| (i as u32 % 2 + 1) * u32::from(*d)).sum();
    let differing = digits.iter().zip(other.iter()).position(|(a, b)| a != b);
    let most = std::cmp::max(digits.len(), other.len());
    for i in (0..most.min(3)).rev() {
        send(&format!("{i}:{:02x}", digits.get(i).copied().unwrap_or_default())).await?;
    }
    Ok((weighted % 10, digits == other, differing))
}

#[tokio::test]
async fn a_checksum_is_computed() {
    both_ways(checksum).await;
    let ran = Executor::test().agreeing().run(checksum(vec![1, 2, 3], vec![1, 2])).await;
    assert_eq!(ran.output().unwrap(), (8, false, None));
}
