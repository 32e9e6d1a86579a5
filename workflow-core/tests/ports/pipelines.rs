//! Pipelines of data: branches, trigger rules, dynamic fan-out, sub-workflows, exit handlers.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum StepError {
    #[error("{step} exited with {code}")]
    Exit { step: String, code: i32 },
    #[error("nothing to do")]
    Empty,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
pub enum Outcome {
    Success,
    Skipped,
    Failed,
}

#[task(retry(errors = [Exit], interval_seconds = 1, max_attempts = 2, backoff_rate = 2.0, max_delay_seconds = 60))]
async fn step(name: &str, input: i64) -> Result<i64, StepError> {
    if input < 0 {
        Err(StepError::Exit { step: name.to_owned(), code: input as i32 })
    } else {
        Ok(input + name.len() as i64)
    }
}

#[task]
async fn notify(channel: &str, outcome: Outcome, details: BTreeMap<String, i64>) -> Answer<()> {
    let _ = (channel, outcome, details);
    Ok(())
}

// ---- a diamond, whose join runs whatever became of its branches

#[workflow]
pub async fn diamond(input: i64, skip_b: bool) -> Result<(Outcome, i64), StepError> {
    let a = step("a", input).await?;
    let (b, c) = join!(
        async {
            if skip_b {
                return Ok::<Option<i64>, StepError>(None);
            }
            step("b", a - 4).await.map(Some)
        },
        step("c", a),
    );
    let outcome = match (&b, &c) {
        (Ok(Some(_)), Ok(_)) => Outcome::Success,
        (Ok(None), Ok(_)) => Outcome::Skipped,
        (Err(_), _) | (_, Err(_)) => Outcome::Failed,
    };
    let total = b.ok().flatten().unwrap_or(0) + c.unwrap_or(-1);
    let details = BTreeMap::from([("total".to_string(), total), ("input".to_string(), input)]);
    notify("#etl", outcome, details).await?;
    Ok((outcome, total))
}

#[tokio::test]
async fn the_join_runs_in_any_case() {
    both_ways(diamond).await;
    let executor = Executor::test().agreeing();
    assert_eq!(executor.run(diamond(5, false)).await.output().unwrap(), (Outcome::Success, 10));
    assert_eq!(executor.run(diamond(1, false)).await.output().unwrap(), (Outcome::Failed, 3));
    assert_eq!(executor.run(diamond(1, true)).await.output().unwrap(), (Outcome::Skipped, 3));
}

// ---- an exit handler, which sees how it ended

#[workflow]
pub async fn with_exit_handler(numbers: Vec<i64>) -> Result<i64, StepError> {
    let body: Result<i64, StepError> = async {
        let first = numbers.first().copied().ok_or(StepError::Empty)?;
        let mut sum = step("first", first).await?;
        for (i, n) in numbers.iter().enumerate().skip(1) {
            sum += step(&format!("step-{i}"), *n).await?;
        }
        Ok(sum)
    }
    .await;
    let outcome = match &body {
        Ok(_) => Outcome::Success,
        Err(StepError::Empty) => Outcome::Skipped,
        Err(_) => Outcome::Failed,
    };
    notify("#exit", outcome, BTreeMap::new()).await?;
    body
}

#[tokio::test]
async fn the_exit_handler_sees_the_outcome() {
    both_ways(with_exit_handler).await;
    let ran = Executor::test().agreeing().run(with_exit_handler(vec![1, -2])).await;
    assert_eq!(ran.outcome().error.as_deref(), Some("Exit"));
    assert_eq!(ran.calls(notify).len(), 1);
}

// ---- a dynamic fan-out in a fan-out, each with its own limit

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Region {
    name: String,
    shards: Vec<i64>,
}

#[workflow]
pub async fn nested_maps(regions: Vec<Region>) -> Result<BTreeMap<String, i64>, StepError> {
    let sums =
        map(regions.iter().filter(|r| !r.shards.is_empty()).cloned().collect::<Vec<_>>(), async |region| {
            let parts = map(region.shards.iter().enumerate(), async |(place, shard)| {
                step(&region.name, *shard + place as i64).await
            })
            .max_concurrency(2)
            .await?;
            Ok((region.name, parts.iter().sum::<i64>()))
        })
        .max_concurrency(1)
        .await?;
    Ok(sums.into_iter().collect())
}

#[tokio::test]
async fn shards_of_regions_are_summed() {
    both_ways(nested_maps).await;
}

// ---- a decision table, a sub-workflow for each of its rows

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Application {
    amount: u64,
    score: u16,
    employed: bool,
    history: Vec<Payment>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Payment {
    late_days: u16,
    #[serde(rename = "amt")]
    amount: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub enum Verdict {
    Approved { rate: Decimal<2> },
    Review(Vec<String>),
    Declined,
}

#[pure]
impl Application {
    fn late(&self) -> usize {
        self.history.iter().filter(|payment| payment.late_days > 30).count()
    }

    fn concerns(&self) -> Vec<String> {
        let late = self.late();
        let checks = [
            (late > 0, format!("{late} late payments")),
            (!self.employed, "unemployed".to_string()),
            (self.amount > 50_000, format!("{} is much", self.amount)),
        ];
        checks.into_iter().filter(|(holds, _)| *holds).map(|(_, text)| text).collect()
    }

    fn verdict(&self) -> Verdict {
        match (self.score, self.employed, self.late()) {
            (0..=299, _, _) => Verdict::Declined,
            (750.., true, 0) => Verdict::Approved { rate: Decimal::from_units(299) },
            (600..=749, true, late) if late < 2 => Verdict::Approved { rate: Decimal::from_units(499) },
            _ => Verdict::Review(self.concerns()),
        }
    }
}

#[workflow]
pub async fn ask_underwriter(concerns: Vec<String>) -> Result<bool, StepError> {
    let mut weight = 0;
    for concern in &concerns {
        weight += step(concern, 1).await?;
    }
    Ok(weight < 30)
}

#[workflow]
pub async fn loan(application: Application) -> Result<Verdict, StepError> {
    Ok(match application.verdict() {
        Verdict::Review(concerns) if concerns.is_empty() => {
            Verdict::Approved { rate: Decimal::from_units(599) }
        }
        Verdict::Review(concerns) => {
            if ask_underwriter(concerns).await? {
                Verdict::Approved { rate: Decimal::from_units(899) }
            } else {
                Verdict::Declined
            }
        }
        decided => decided,
    })
}

#[tokio::test]
async fn a_loan_is_decided_by_a_table() {
    both_ways(loan).await;
    let application = Application { amount: 5, score: 800, employed: true, history: vec![] };
    let ran = Executor::test().agreeing().run(loan(application.clone())).await;
    assert_eq!(ran.output().unwrap(), Verdict::Approved { rate: Decimal::from_units(299) });
    let ran = Executor::test().agreeing().run(loan(Application { employed: false, ..application })).await;
    assert_eq!(ran.output().unwrap(), Verdict::Approved { rate: Decimal::from_units(899) });
}

// ---- a nightly run: what is locked is unlocked, what fails is told, and it fails

#[task]
async fn lock(name: &str) -> Answer<u64> {
    Ok(name.len() as u64)
}

#[task]
async fn unlock(token: u64) -> Answer<()> {
    let _ = token;
    Ok(())
}

#[workflow]
pub async fn nightly(day: String, tables: Vec<String>) -> Result<BTreeMap<String, i64>, StepError> {
    let token = lock(&day).await?;
    defer! { unlock(token).await?; }
    let mut rows = BTreeMap::new();
    'tables: for table in &tables {
        let mut tries = 0;
        let count = loop {
            tries += 1;
            match step(table, 10 - tries).await {
                Ok(count) => break count,
                Err(StepError::Exit { code, .. }) if code == -1 => continue 'tables,
                Err(StepError::Exit { .. }) if tries < 3 => {
                    sleep(Duration::from_secs(60 * tries as u64)).await
                }
                Err(error) => {
                    notify(&format!("#{day}"), Outcome::Failed, rows.clone()).await?;
                    return Err(error);
                }
            }
        };
        rows.insert(table.to_lowercase(), count);
    }
    Ok(rows)
}

#[tokio::test]
async fn the_lock_is_given_back() {
    both_ways(nightly).await;
    let ran = Executor::test().agreeing().run(nightly("mon".into(), vec!["A".into(), "B".into()])).await;
    assert_eq!(ran.output().unwrap()["b"], 10);
    assert_eq!(ran.calls(unlock).len(), 1);
}

// ---- two stages that are tried again together, after a side branch

#[workflow]
pub async fn stages(input: i64) -> Result<Vec<i64>, StepError> {
    let (warm, result) = try_join!(
        async {
            sleep(Duration::from_secs(2)).await;
            step("warm", 1).await
        },
        attempt(async || {
            let staged = step("stage", input).await?;
            let [low, high] = [staged.min(10), staged.max(10)];
            let merged = step("merge", high - low).await?;
            Ok(merged)
        })
        .retry(Retry::on([StepError::EXIT]).max_attempts(1).interval(Duration::from_secs(3))),
    )?;
    let all = vec![warm, result];
    if let [first, .., last] = all.as_slice()
        && first == last
    {
        return Err(StepError::Empty);
    } else if let Some(small) = all.iter().find(|n| **n < 3) {
        return Ok(vec![*small]);
    }
    Ok(all)
}

#[tokio::test]
async fn stages_are_tried_again_together() {
    both_ways(stages).await;
}

// ---- the versions of a package: parsed, compared, the newest compatible taken

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
pub struct Version(u16, u16, u16);

#[pure]
fn parse_version(text: &str) -> Option<Version> {
    let parts: Vec<u16> =
        text.trim_start_matches('v').split('.').filter_map(|part| part.parse().ok()).collect();
    let [major, minor, patch] = parts.as_slice() else { return None };
    Some(Version(*major, *minor, *patch))
}

#[task]
async fn releases(package: &str) -> Answer<Vec<String>> {
    Ok(vec!["v1.2.3".into(), "1.10.0".into(), "2.0.0".into(), package.to_string()])
}

#[workflow]
pub async fn newest(package: String, wanted: String) -> Result<Option<String>, StepError> {
    let Some(Version(major, ..)) = parse_version(&wanted) else { return Err(StepError::Empty) };
    let best = releases(&package)
        .await?
        .iter()
        .filter_map(|text| parse_version(text))
        .filter(|version| version.0 == major)
        .max_by_key(|version| (version.1, version.2));
    Ok(best.map(|Version(major, minor, patch)| format!("{major}.{minor}.{patch}")))
}

#[tokio::test]
async fn the_newest_compatible_version_is_found() {
    both_ways(newest).await;
    let ran = Executor::test().agreeing().run(newest("1.2".into(), "1.0.0".into())).await;
    assert_eq!(ran.output().unwrap().as_deref(), Some("1.10.0"));
}
