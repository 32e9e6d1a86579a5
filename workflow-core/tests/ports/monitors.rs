//! Polling, watching and giving up: sensors, circuit breakers, budgets of retries.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a job that is polled with a backoff that the loop computes

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", tag = "state")]
pub enum JobState {
    Pending,
    Running { percent: u8 },
    Succeeded { rows: u64 },
    Failed { reason: String },
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum PollError {
    #[error("job {id} failed: {reason}")]
    JobFailed { id: String, reason: String },
    #[error("gave up after {polls} polls")]
    TooSlow { polls: u32, last: Option<u8> },
    #[error("throttled")]
    Throttled,
    #[error("closed: {0} failures")]
    Open(u32),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn submit(query: &str) -> Result<String, PollError> {
    Ok(format!("job-{query}"))
}

#[task]
async fn job_state(id: &str, poll: u32) -> Result<JobState, PollError> {
    Ok(match poll {
        0 => JobState::Pending,
        1 | 2 => JobState::Running { percent: poll as u8 * 30 },
        _ if id.ends_with('x') => JobState::Failed { reason: "x".into() },
        _ if id.ends_with('s') => JobState::Running { percent: 99 },
        _ => JobState::Succeeded { rows: u64::from(poll) },
    })
}

#[workflow]
pub async fn poll_job(query: String) -> Result<u64, PollError> {
    let id = submit(&query).await?;
    let mut delay = Duration::from_secs(1);
    let mut last = None;
    let mut polls = 0;
    while polls < 6 {
        match job_state(&id, polls).await? {
            JobState::Succeeded { rows } => return Ok(rows),
            JobState::Failed { reason } => return Err(PollError::JobFailed { id, reason }),
            JobState::Running { percent } => last = Some(percent),
            JobState::Pending => (),
        }
        sleep(delay).await;
        delay = (delay * 2).min(Duration::from_secs(10));
        polls += 1;
    }
    Err(PollError::TooSlow { polls, last })
}

#[tokio::test]
async fn a_slow_job_is_polled_less_and_less() {
    both_ways(poll_job).await;
    let executor = Executor::test().agreeing();
    let ran = executor.run(poll_job("q".into())).await;
    assert_eq!((ran.output().unwrap(), ran.elapsed()), (3, Duration::from_secs(7)));
    let slow = executor.run(poll_job("s".into())).await;
    assert_eq!(slow.outcome().error.as_deref(), Some("TooSlow"));
}

// ---- while let: until there is an answer

#[task]
async fn next_page(cursor: Option<u32>) -> Answer<Option<(Vec<String>, u32)>> {
    let page = cursor.unwrap_or(0);
    Ok((page < 3).then(|| (vec![format!("p{page}")], page + 1)))
}

#[workflow]
pub async fn read_pages(most: usize) -> Answer<Vec<String>> {
    let mut cursor = None;
    let mut all: Vec<String> = Vec::new();
    while let Some((items, next)) = next_page(cursor).await? {
        all.extend(items);
        if all.len() >= most % 5 {
            break;
        }
        cursor = Some(next);
    }
    Ok(all)
}

#[tokio::test]
async fn pages_are_read_to_the_end() {
    both_ways(read_pages).await;
    let ran = Executor::test().agreeing().run(read_pages(4)).await;
    assert_eq!(ran.output().unwrap(), ["p0", "p1", "p2"]);
}

// ---- a circuit breaker around a flaky service, with a budget of retries for all calls

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Data)]
pub enum Breaker {
    Closed { failures: u32 },
    HalfOpen,
    Open { until: Timestamp },
}

#[task]
async fn flaky(n: u32) -> Result<u32, PollError> {
    if n % 3 == 0 { Err(PollError::Throttled) } else { Ok(n) }
}

const THRESHOLD: u32 = 2;
const COOL_DOWN: TimeSpan = TimeSpan::from_secs(30);

#[workflow]
pub async fn guarded(calls: Vec<u32>, budget: u32) -> Result<(Vec<u32>, u32), PollError> {
    let mut breaker = Breaker::Closed { failures: 0 };
    let mut budget = budget.min(5);
    let mut answers = vec![];
    for call in calls {
        if let Breaker::Open { until } = breaker {
            sleep_until(until).await;
            breaker = Breaker::HalfOpen;
        }
        let result = flaky(call).await;
        breaker = match (breaker, &result) {
            (_, Ok(answer)) => {
                answers.push(*answer);
                Breaker::Closed { failures: 0 }
            }
            (Breaker::HalfOpen, Err(_)) => Breaker::Open { until: now().await + COOL_DOWN },
            (Breaker::Closed { failures }, Err(_)) if failures + 1 >= THRESHOLD => {
                Breaker::Open { until: now().await + COOL_DOWN }
            }
            (Breaker::Closed { failures }, Err(_)) => Breaker::Closed { failures: failures + 1 },
            (Breaker::Open { .. }, Err(_)) => return Err(PollError::Open(call)),
        };
        if result.is_err() {
            if budget == 0 {
                return Err(PollError::Open(answers.len() as u32));
            }
            budget -= 1;
        }
    }
    Ok((answers, budget))
}

#[tokio::test]
async fn a_breaker_opens_and_closes() {
    both_ways(guarded).await;
    let ran = Executor::test().agreeing().run(guarded(vec![3, 6, 9, 1], 4)).await;
    assert_eq!(ran.elapsed(), Duration::from_secs(60));
    assert_eq!(ran.output().unwrap(), (vec![1], 1));
}

// ---- a weather monitor that watches until a deadline

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Location {
    city: String,
    phone: Option<String>,
}

#[task(timeout_seconds = 10, retry(errors = [ALL], max_attempts = 2, interval_seconds = 5, backoff_rate = 1.0))]
async fn is_clear(city: &str, hour: u64) -> Answer<bool> {
    Ok(city.len() as u64 <= hour)
}

#[task]
async fn text_message(phone: &str, message: String) -> Answer<()> {
    let _ = (phone, message);
    Ok(())
}

#[workflow]
pub async fn watch_weather(location: Location, hours: u64) -> Answer<Option<u64>> {
    let start = execution().start_time();
    let end = start + Duration::from_secs(hours.min(6) * 3600);
    let mut checks = 0;
    let found = loop {
        if now().await >= end {
            break None;
        }
        if is_clear(&location.city, checks).await? {
            break Some(checks);
        }
        checks += 1;
        sleep_until((now().await + Duration::from_secs(3600)).min(end)).await;
    };
    if let (Some(after), Some(phone)) = (found, location.phone.as_deref()) {
        text_message(phone, format!("It is clear in {} after {after} h", location.city)).await?;
    }
    Ok(found)
}

#[tokio::test]
async fn the_weather_is_watched() {
    both_ways(watch_weather).await;
    let location = Location { city: "Ulm".into(), phone: Some("1".into()) };
    let ran = Executor::test().agreeing().run(watch_weather(location, 9)).await;
    assert_eq!((ran.output().unwrap(), ran.elapsed()), (Some(3), Duration::from_secs(3 * 3600)));
}

// ---- a race: the first of two that answers within its time; else a default

#[task(timeout_seconds = 5)]
async fn primary(key: &str) -> Answer<String> {
    Ok(format!("primary {key}"))
}

#[task(timeout_seconds = 20)]
async fn replica(key: &str) -> Answer<String> {
    Ok(format!("replica {key}"))
}

#[workflow]
pub async fn read_through(key: String, fallback: Option<String>) -> Answer<(String, Vec<String>)> {
    let mut log = Vec::new();
    if let Ok(value) = primary(&key).await {
        return Ok((value, log));
    }
    log.push("primary".to_string());
    match replica(&key).timeout(Duration::from_secs(2)).await {
        Ok(value) => Ok((value, log)),
        Err(error) if matches!(error, PlatformError::Timeout(_)) => {
            log.push(format!("replica: {}", error.name()));
            Ok((fallback.unwrap_or_else(|| "default".into()), log))
        }
        Err(error) => match fallback {
            Some(value) => Ok((value, log)),
            None => Err(error),
        },
    }
}

#[tokio::test]
async fn a_replica_stands_in() {
    both_ways(read_through).await;
}

// ---- each minute for an hour at most, at whole minutes: a cron-like loop

#[task]
async fn tick(at: Timestamp, number: u32) -> Answer<bool> {
    let _ = at;
    Ok(number >= 3)
}

#[workflow]
pub async fn every_minute(start: Timestamp) -> Answer<Vec<Timestamp>> {
    let mut fired = Vec::new();
    let minute: i64 = 60_000;
    let mut next = Timestamp::from_millis((start.as_millis().div_euclid(minute) + 1) * minute);
    for number in 1..=5 {
        sleep_until(next).await;
        fired.push(next);
        if tick(next, number).await? {
            break;
        }
        next = next + TimeSpan::from_millis(minute as u64);
    }
    Ok(fired)
}

#[tokio::test]
async fn it_ticks_at_whole_minutes() {
    both_ways(every_minute).await;
    let ran = Executor::test().agreeing().run(every_minute(Timestamp::from_millis(1_767_225_630_000))).await;
    assert_eq!(ran.output().unwrap()[0], Timestamp::from_millis(1_767_225_660_000));
}
