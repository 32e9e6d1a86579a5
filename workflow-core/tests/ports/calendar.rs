//! Time: deadlines, schedules, opening hours, backoff written by hand.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

// ---- tries with a backoff of one's own

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum FetchError {
    #[error("busy, come back in {after} s")]
    Busy { after: u64 },
    #[error("{0} is gone")]
    Gone(String),
    #[error("given up after {attempts}: {last}")]
    GivenUp { attempts: u32, last: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn fetch_feed(url: &str) -> Result<String, FetchError> {
    match url.len() {
        0 => Err(FetchError::Gone("nothing".into())),
        n if n > 12 => Err(FetchError::Busy { after: 7 }),
        _ => Ok(url.to_uppercase()),
    }
}

#[pure]
const fn backoff(attempt: u32) -> u64 {
    let exponential = 2u64.pow(attempt);
    if exponential > 60 { 60 } else { exponential }
}

#[workflow]
pub async fn fetch_with_backoff(url: String) -> Result<(String, u32), FetchError> {
    const ATTEMPTS: u32 = 5;
    let mut attempt = 0;
    let body = loop {
        attempt += 1;
        let error = match fetch_feed(&url).await {
            Ok(body) => break body,
            Err(error @ FetchError::Gone(_)) => return Err(error),
            Err(error) => error,
        };
        if attempt == ATTEMPTS {
            return Err(FetchError::GivenUp { attempts: attempt, last: error.to_string() });
        }
        let wait = if let FetchError::Busy { after } = error { after } else { backoff(attempt) };
        sleep(Duration::from_secs(wait)).await;
    };
    Ok((body, attempt))
}

#[tokio::test]
async fn what_is_busy_is_asked_again() {
    both_ways(fetch_with_backoff).await;
    let ran = Executor::test().agreeing().run(fetch_with_backoff("https://example.com".into())).await;
    assert_eq!(ran.elapsed(), Duration::from_secs(28));
    assert!(matches!(ran.error(), Some(FetchError::GivenUp { attempts: 5, .. })));
}

// ---- a job with a deadline

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "UPPERCASE")]
pub enum JobStatus {
    Queued,
    Running,
    Succeeded,
    Failed,
}

#[pure]
impl JobStatus {
    fn is_terminal(self) -> bool {
        use JobStatus::*;
        match self {
            Queued | Running => false,
            Succeeded | Failed => true,
        }
    }
}

#[task]
async fn job_status(job: &str, polls: u32) -> Answer<JobStatus> {
    Ok(match polls {
        0 => JobStatus::Queued,
        n if (n as usize) < job.len() => JobStatus::Running,
        _ => JobStatus::Succeeded,
    })
}

#[task]
async fn stop_job(job: &str) -> Answer<()> {
    let _ = job;
    Ok(())
}

#[workflow]
pub async fn run_until(job: String, patience_minutes: u8) -> Answer<(JobStatus, u64)> {
    let start = now().await;
    let deadline = start + MINUTE * u32::from(patience_minutes.min(20));
    let mut interval = Duration::from_secs(15);
    let mut polls = 0;
    let mut status = JobStatus::Queued;
    while !status.is_terminal() {
        let at = now().await;
        if at >= deadline {
            stop_job(&job).await?;
            status = JobStatus::Failed;
            break;
        }
        status = job_status(&job, polls).await?;
        polls += 1;
        if !status.is_terminal() {
            sleep(interval).await;
            interval = (interval * 2).min(MINUTE * 2);
        }
    }
    let took = now().await.since(start);
    Ok((status, took.as_secs()))
}

#[tokio::test]
async fn a_job_is_stopped_at_its_deadline() {
    both_ways(run_until).await;
    let ran = Executor::test().agreeing().run(run_until("a long job".into(), 3)).await;
    assert_eq!(ran.output().unwrap(), (JobStatus::Failed, 225));
    let ran = Executor::test().agreeing().run(run_until("ab".into(), 3)).await;
    assert_eq!(ran.output().unwrap(), (JobStatus::Succeeded, 45));
}

// ---- a support ticket, whose level rises

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
pub enum Tier {
    Agent,
    Team,
    Manager,
}

#[pure]
impl Tier {
    const ALL: [Tier; 3] = [Tier::Agent, Tier::Team, Tier::Manager];

    fn next(self) -> Option<Tier> {
        let at = Self::ALL.iter().position(|tier| *tier == self)?;
        Self::ALL.get(at + 1).copied()
    }

    fn patience(&self, urgent: bool) -> Duration {
        let base = match self {
            Self::Agent => HOUR,
            Self::Team => 4 * HOUR,
            Self::Manager => DAY,
        };
        if urgent { base / 4 } else { base }
    }
}

#[task]
async fn is_answered(ticket: &str, tier: Tier) -> Answer<bool> {
    Ok(ticket.len() % 3 == tier as usize)
}

#[workflow]
pub async fn support(ticket: String, urgent: bool) -> Answer<(Option<Tier>, TimeSpan)> {
    let opened = now().await;
    let mut tier = Some(Tier::Agent);
    while let Some(current) = tier {
        if is_answered(&ticket, current).await? {
            break;
        }
        sleep(current.patience(urgent)).await;
        tier = current.next();
    }
    Ok((tier, now().await - opened))
}

#[tokio::test]
async fn a_ticket_rises() {
    both_ways(support).await;
    let ran = Executor::test().agreeing().run(support("xy".into(), true)).await;
    assert_eq!(ran.output().unwrap(), (Some(Tier::Manager), TimeSpan::from_secs(75 * 60)));
}

// ---- reminders before a date

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Appointment {
    with: String,
    starts_at: Timestamp,
    remind_before: Vec<TimeSpan>,
}

#[task]
async fn remind_by_mail(with: &str, left: TimeSpan) -> Answer<()> {
    let _ = (with, left);
    Ok(())
}

#[workflow]
pub async fn reminders(appointment: Appointment) -> Answer<Vec<u64>> {
    let Appointment { with, starts_at, remind_before: mut before } = appointment;
    before.sort();
    before.dedup();
    let mut told = vec![];
    for &left in before.iter().rev() {
        let at = starts_at - left;
        if at <= now().await {
            continue;
        }
        sleep_until(at).await;
        remind_by_mail(&with, left).await?;
        told.push(left.as_secs() / 3600);
    }
    Ok(told)
}

#[tokio::test]
async fn reminders_come_in_time() {
    both_ways(reminders).await;
    let before = [2, 24, 2, 999_999].map(|hours| TimeSpan::from_secs(hours * 3600)).to_vec();
    let starts_at = Timestamp::from_millis(1_900_000_000_000);
    let appointment = Appointment { with: "Ann".into(), starts_at, remind_before: before };
    let ran = Executor::test().agreeing().run(reminders(appointment)).await;
    assert_eq!(ran.output().unwrap(), [24, 2]);
}

// ---- opening hours, computed from milliseconds

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
#[repr(u8)]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

#[pure]
fn weekday(at: Timestamp) -> Weekday {
    let days = at.as_millis().div_euclid(86_400_000);
    WEEK[(days + 3).rem_euclid(7) as usize]
}

#[pure]
fn minute_of_day(at: Timestamp) -> u32 {
    (at.as_millis().rem_euclid(86_400_000) / 60_000) as u32
}

#[pure]
fn opening(day: Weekday) -> Option<(u32, u32)> {
    match day {
        Weekday::Sun => None,
        Weekday::Sat => Some((10 * 60, 14 * 60)),
        _ => Some((9 * 60, 17 * 60 + 30)),
    }
}

#[task]
async fn call_customer(customer: u32, clock: &str) -> Answer<()> {
    let _ = (customer, clock);
    Ok(())
}

#[workflow]
pub async fn call_when_open(customer: u32) -> Answer<String> {
    for _ in 0..200 {
        let at = now().await;
        let minute = minute_of_day(at);
        let open = opening(weekday(at)).is_some_and(|(from, to)| (from..to).contains(&minute));
        if open {
            let clock = format!("{:02}:{:02}", minute / 60, minute % 60);
            call_customer(customer, &clock).await?;
            return Ok(clock);
        }
        sleep(MINUTE * 30).await;
    }
    Ok("never".into())
}

#[tokio::test]
async fn a_customer_is_called_during_opening_hours() {
    both_ways(call_when_open).await;
}

// ---- text such as 1h30m

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum TimerError {
    #[error("`{text}` is no time: {what}")]
    NoTime { text: String, what: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[pure]
fn parse_duration(text: &str) -> Result<u64, TimerError> {
    let bad = |what: &str| TimerError::NoTime { text: text.to_owned(), what: what.to_owned() };
    let mut seconds = 0;
    let mut number = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' => number.push(c),
            'h' | 'm' | 's' => {
                let n: u64 = number.parse().map_err(|_| bad("a number is missing"))?;
                seconds += n * match c {
                    'h' => 3600,
                    'm' => 60,
                    _ => 1,
                };
                number.clear();
            }
            other if other.is_whitespace() => {}
            other => return Err(bad(&format!("what is {other}"))),
        }
    }
    if !number.is_empty() {
        return Err(bad("a unit is missing"));
    }
    Ok(seconds)
}

#[task]
async fn ring(label: &str) -> Answer<()> {
    let _ = label;
    Ok(())
}

#[workflow]
pub async fn egg_timer(text: String, label: Option<String>) -> Result<u64, TimerError> {
    let seconds = parse_duration(&text)?.min(100_000);
    if seconds > 0 {
        sleep(Duration::from_secs(seconds)).await;
    }
    ring(label.as_deref().unwrap_or("egg")).await?;
    Ok(seconds)
}

#[tokio::test]
async fn a_timer_rings() {
    both_ways(egg_timer).await;
    let ran = Executor::test().agreeing().run(egg_timer("1h 30m".into(), None)).await;
    assert_eq!(ran.elapsed(), Duration::from_secs(5400));
    let ran = Executor::test().agreeing().run(egg_timer("1h30".into(), None)).await;
    assert_eq!(ran.error().unwrap().to_string(), "`1h30` is no time: a unit is missing");
}
