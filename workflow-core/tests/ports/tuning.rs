//! Cloud chores: tuning, restoring, vending, checking, tearing down.

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- how much memory a function should have: cheapest, fastest or in between

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    #[default]
    Cost,
    Speed,
    Balanced,
}

#[derive(Debug, Clone, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Tuning {
    power_values: Vec<u32>,
    num: u32,
    #[serde(default)]
    strategy: Strategy,
    #[serde(default)]
    balanced_weight: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Data)]
pub struct Measure {
    power: u32,
    cost: f64,
    duration: f64,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum TuningError {
    #[error("no power values")]
    NoValues,
    #[error("the weight is not between 0 and 1")]
    Weight { weight: f64 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn set_power(power: u32) -> Answer<String> {
    Ok(format!("v{power}"))
}

#[task(timeout_seconds = 300)]
async fn invoke_many(alias: &str, num: u32) -> Answer<Vec<f64>> {
    let power: f64 = alias.trim_start_matches('v').parse().unwrap_or(1.0);
    Ok((0..num % 5 + 1).map(|i| 8000.0 / power + f64::from(i)).collect())
}

#[task]
async fn clean_up(aliases: Vec<String>) -> Answer<()> {
    let _ = aliases;
    Ok(())
}

#[pure]
fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// The mean of what is left when a fifth is cut off at both ends.
#[pure]
fn trimmed(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let cut = sorted.len() / 5;
    mean(&sorted[cut..sorted.len() - cut])
}

#[workflow]
pub async fn power_tuning(tuning: Tuning) -> Result<Measure, TuningError> {
    if tuning.power_values.is_empty() {
        return Err(TuningError::NoValues);
    }
    let weight = tuning.balanced_weight.unwrap_or(0.5);
    if !(0.0..=1.0).contains(&weight) {
        return Err(TuningError::Weight { weight });
    }
    let Tuning { power_values, num, strategy, .. } = tuning;
    let measures: Vec<Measure> = map(power_values, async |power| {
        let power = power.clamp(128, 10_240);
        let alias = set_power(power).await?;
        let durations = invoke_many(&alias, num).await?;
        let duration = trimmed(&durations);
        Ok::<_, TuningError>(Measure { power, duration, cost: duration * f64::from(power) * 0.000_000_016 })
    })
    .max_concurrency(3)
    .await?;
    clean_up(measures.iter().map(|m| format!("v{}", m.power)).collect()).await?;
    let max_cost = measures.iter().map(|m| m.cost).fold(0.0, f64::max);
    let max_duration = measures.iter().map(|m| m.duration).fold(0.0_f64, |a, b| a.max(b));
    let score = |m: &Measure| match strategy {
        Strategy::Cost => m.cost,
        Strategy::Speed => m.duration,
        Strategy::Balanced if max_cost > 0.0 && max_duration > 0.0 => {
            weight * m.cost / max_cost + (1.0 - weight) * m.duration / max_duration
        }
        Strategy::Balanced => 0.0,
    };
    measures.iter().copied().min_by(|a, b| score(a).total_cmp(&score(b))).ok_or(TuningError::NoValues)
}

#[tokio::test]
async fn the_best_power_is_found() {
    both_ways(power_tuning).await;
    let tuning =
        |strategy| Tuning { power_values: vec![128, 512, 1024], num: 9, strategy, balanced_weight: None };
    let executor = Executor::test().agreeing();
    assert_eq!(executor.run(power_tuning(tuning(Strategy::Cost))).await.output().unwrap().power, 128);
    assert_eq!(executor.run(power_tuning(tuning(Strategy::Speed))).await.output().unwrap().power, 1024);
}

// ---- objects that are restored from an archive before they are read

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
pub struct Head {
    #[serde(default)]
    storage_class: Option<StorageClass>,
    #[serde(default)]
    restore: Option<String>,
    content_length: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Data)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StorageClass {
    Standard,
    Glacier,
    DeepArchive,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Object {
    bucket: String,
    key: String,
}

#[task]
async fn head_object(object: &Object) -> Answer<Head> {
    let storage_class = match object.key.len() % 3 {
        0 => None,
        1 => Some(StorageClass::Glacier),
        _ => Some(StorageClass::DeepArchive),
    };
    let restore = object.key.starts_with('r').then(|| "ongoing-request=\"false\", expiry".to_string());
    Ok(Head { storage_class, restore, content_length: object.key.len() as u64 })
}

#[task(timeout_seconds = 172_800)]
async fn restore_object(token: TaskToken, bucket: &str, key: &str) -> Answer<Pending<String>> {
    let _ = (bucket, key);
    Ok(token.pending())
}

#[pure]
impl Head {
    fn is_readable(&self) -> bool {
        let archived = matches!(self.storage_class, Some(StorageClass::Glacier | StorageClass::DeepArchive));
        !archived || self.restore.as_ref().is_some_and(|r| r.starts_with("ongoing-request=\"false\""))
    }
}

#[workflow]
pub async fn restore_all(objects: Vec<Object>) -> Answer<(u64, Vec<String>)> {
    let heads = map(&objects, async |object| head_object(object).await).await?;
    let pairs: Vec<(Object, Head)> = objects.into_iter().zip(heads).collect();
    let restored = map(pairs.clone(), async |(Object { bucket, key }, head)| {
        if head.is_readable() {
            return Ok(None);
        }
        let answer = restore_object(&bucket, &key).await?;
        Ok(Some(format!("s3://{bucket}/{key}: {answer}")))
    })
    .await?;
    let bytes = pairs.iter().map(|(_, head)| head.content_length).sum();
    Ok((bytes, restored.into_iter().flatten().collect()))
}

#[tokio::test]
async fn archived_objects_are_restored() {
    both_ways(restore_all).await;
}

// ---- an account that is vended: created, polled, moved, given its baseline

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(tag = "State", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Creation {
    InProgress,
    Succeeded {
        #[serde(rename = "AccountId")]
        account_id: String,
    },
    Failed {
        #[serde(rename = "FailureReason", default)]
        reason: Option<String>,
    },
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum VendingError {
    #[error("creation failed: {reason}")]
    Failed { reason: String },
    #[error("not done after {polls} polls")]
    TooSlow { polls: u32 },
    #[error("{email} is no address")]
    Email { email: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn create_account(name: &str, email: &str) -> Answer<String> {
    Ok(format!("{name}/{email}"))
}

#[task]
async fn creation_status(request: &str, poll: u32) -> Answer<Creation> {
    Ok(match poll {
        0 | 1 => Creation::InProgress,
        2 if request.len() > 30 => Creation::Failed { reason: None },
        _ => Creation::Succeeded { account_id: format!("{:012}", request.len()) },
    })
}

#[task]
async fn move_account(account_id: &str, unit: &str) -> Answer<()> {
    let _ = (account_id, unit);
    Ok(())
}

#[pure]
fn is_email(text: &str) -> bool {
    match text.split('@').collect::<Vec<_>>().as_slice() {
        [user, domain] => !user.is_empty() && domain.contains('.') && !domain.ends_with('.'),
        _ => false,
    }
}

#[workflow]
pub async fn vend_account(
    name: String,
    email: String,
    tags: BTreeMap<String, String>,
) -> Result<String, VendingError> {
    if !is_email(&email) {
        return Err(VendingError::Email { email });
    }
    let request = create_account(&name, &email).await?;
    let mut polls = 0;
    let account_id = loop {
        match creation_status(&request, polls).await? {
            Creation::Succeeded { account_id } => break account_id,
            Creation::Failed { reason } => {
                return Err(VendingError::Failed {
                    reason: reason.unwrap_or_else(|| "no reason given".into()),
                });
            }
            Creation::InProgress if polls >= 5 => return Err(VendingError::TooSlow { polls }),
            Creation::InProgress => {}
        }
        polls += 1;
        let seconds = 10 * 2u64.pow(polls);
        sleep(Duration::from_secs(seconds.min(60))).await;
    };
    let unit = tags
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case("unit"))
        .map_or("sandbox", |(_, value)| value.as_str());
    move_account(&account_id, unit).await?;
    let mut labels: Vec<String> = tags.iter().map(|(k, v)| format!("{k}={v}")).collect();
    labels.push(format!("unit={unit}"));
    Ok(format!("{account_id} [{}]", labels.join("; ")))
}

#[tokio::test]
async fn an_account_is_vended() {
    both_ways(vend_account).await;
    let tags = BTreeMap::from([("Unit".to_string(), "prod".to_string())]);
    let ran = Executor::test().agreeing().run(vend_account("n".into(), "a@b.c".into(), tags)).await;
    assert_eq!(ran.output().unwrap(), "000000000007 [Unit=prod; unit=prod]");
    assert_eq!(ran.elapsed(), Duration::from_secs(20 + 40));
    let ran = Executor::test().agreeing().run(vend_account("n".into(), "a@b".into(), BTreeMap::new())).await;
    assert_eq!(ran.outcome().error.as_deref(), Some("Email"));
}

// ---- stock levels that are checked side by side

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    id: String,
    stock: String,
    threshold: String,
    #[serde(rename = "minPOAmount")]
    min_po_amount: String,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum StockError {
    #[error("`{field}` is no number")]
    NotANumber { field: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn order_more(product: &str, quantity: u32) -> Answer<()> {
    let _ = (product, quantity);
    Ok(())
}

#[task]
async fn set_status(product: &str, status: &str) -> Answer<()> {
    let _ = (product, status);
    Ok(())
}

#[pure]
fn number(field: &str, text: &str) -> Result<u32, StockError> {
    text.trim().parse::<u32>().map_err(|_| StockError::NotANumber { field: field.to_string() })
}

#[workflow]
pub async fn check_stock(product: Product) -> Result<Vec<String>, StockError> {
    let [stock, threshold, minimum] = [
        number("stock", &product.stock)?,
        number("threshold", &product.threshold)?,
        number("minPOAmount", &product.min_po_amount)?,
    ];
    let (ordered, emptied) = try_join!(
        async {
            if stock > threshold {
                return Ok::<_, StockError>(0);
            }
            let quantity = minimum.max(threshold - stock);
            order_more(&product.id, quantity).await?;
            Ok(quantity)
        },
        async {
            let empty = stock == 0;
            if empty {
                set_status(&product.id, "OUT OF STOCK").await?;
            }
            Ok(empty)
        }
    )?;
    let mut notes = Vec::new();
    if ordered > 0 {
        notes.push(format!("{ordered:>5} of {} ordered", product.id));
    }
    if emptied {
        notes.push(String::from("out of stock"));
    }
    Ok(notes)
}

#[tokio::test]
async fn stock_is_ordered() {
    both_ways(check_stock).await;
    let product = |stock: &str| Product {
        id: "p".into(),
        stock: stock.into(),
        threshold: "10".into(),
        min_po_amount: " 4".into(),
    };
    let executor = Executor::test().agreeing();
    let ran = executor.run(check_stock(product("0"))).await;
    assert_eq!(ran.output().unwrap(), ["   10 of p ordered", "out of stock"]);
    let ran = executor.run(check_stock(product("ten"))).await;
    assert_eq!(ran.outcome().error.as_deref(), Some("NotANumber"));
}

// ---- instances by region that are stopped outside of office hours

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Instance {
    id: String,
    region: String,
    tags: BTreeMap<String, String>,
    launched: Timestamp,
}

#[task]
async fn list_instances(page: Option<u32>) -> Answer<(Vec<Instance>, Option<u32>)> {
    let page = page.unwrap_or(0);
    let instance = |n: u32, region: &str| Instance {
        id: format!("i-{n}"),
        region: region.to_string(),
        tags: BTreeMap::from([("keep".to_string(), (n % 2 == 0).to_string())]),
        launched: Timestamp::from_millis(0),
    };
    let next = (page < 2).then_some(page + 1);
    Ok((vec![instance(page, "eu"), instance(page + 1, "us")], next))
}

#[task(retry(errors = [TIMEOUT, TASK_FAILED], max_attempts = 1))]
async fn stop_instances(region: &str, ids: &[String]) -> Answer<usize> {
    Ok(region.len() * 0 + ids.len())
}

#[workflow]
pub async fn stop_idle(min_age_hours: u64) -> Answer<(BTreeMap<String, Vec<String>>, usize)> {
    let started = execution().start_time();
    let min_age = Duration::from_secs(60 * 60 * (min_age_hours % 48));
    let mut by_region: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut page = None;
    loop {
        let (instances, next) = list_instances(page).await?;
        for Instance { id, region, tags, launched } in instances {
            let keep = tags.get("keep").is_some_and(|value| value == "true");
            if keep || started - launched < min_age {
                continue;
            }
            by_region.entry(region).or_insert_with(Vec::new).push(id);
        }
        match next {
            Some(_) => page = next,
            None => break,
        }
    }
    let mut stopped = 0;
    for (region, ids) in by_region.iter() {
        for chunk in ids.chunks(2) {
            stopped += stop_instances(region, chunk).await.unwrap_or_default();
        }
    }
    Ok((by_region, stopped))
}

#[tokio::test]
async fn idle_instances_are_stopped() {
    both_ways(stop_idle).await;
    let (by_region, stopped) = Executor::test().agreeing().run(stop_idle(1)).await.output().unwrap();
    assert_eq!((by_region["eu"].len(), by_region["us"].len(), stopped), (1, 2, 3));
}

// ---- an incident that is contained step by step, by how severe it is

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "CRITICAL",
        };
        write!(f, "{name}")
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Finding {
    id: String,
    score: f64,
    resource: String,
    #[serde(default)]
    labels: Vec<String>,
}

#[pure]
impl From<f64> for Severity {
    fn from(score: f64) -> Self {
        match score {
            s if s >= 9.0 => Severity::Critical,
            s if s >= 7.0 => Severity::High,
            4.0.. => Severity::Medium,
            _ => Severity::Low,
        }
    }
}

#[task]
async fn isolate(resource: &str) -> Answer<String> {
    Ok(format!("sg-{resource}"))
}

#[task]
async fn snapshot(resource: &str) -> Answer<String> {
    Ok(format!("snap-{resource}"))
}

#[task]
async fn page_somebody(message: &str) -> Answer<bool> {
    Ok(message.len() % 2 == 0)
}

#[workflow]
pub async fn contain(finding: Finding) -> Answer<Vec<String>> {
    let severity = Severity::from(finding.score);
    let mut actions = Vec::new();
    if severity >= Severity::High {
        actions.push(isolate(&finding.resource).await?);
    }
    if severity > Severity::Low && finding.labels.iter().any(|label| label.starts_with("data:")) {
        actions.push(snapshot(&finding.resource).await?);
    }
    let message = format!("[{severity}] {} on {}", finding.id, finding.resource);
    if severity != Severity::Low && !page_somebody(&message).await? {
        actions.push(format!("nobody answers: {message}"));
    }
    actions.insert(0, severity.to_string());
    Ok(actions)
}

#[tokio::test]
async fn an_incident_is_contained() {
    both_ways(contain).await;
    let finding =
        Finding { id: "f1".into(), score: 9.5, resource: "i1".into(), labels: vec!["data:pii".into()] };
    let ran = Executor::test().agreeing().run(contain(finding)).await;
    assert_eq!(ran.output().unwrap()[..3], ["CRITICAL", "sg-i1", "snap-i1"]);
}
