//! Rounds: batches, windows, tournaments, pages, and the loops of other compilers' tests.

use std::{cmp::Reverse, collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a batcher: what comes in is sent on when it is many or old

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Item {
    at_seconds: u64,
    payload: String,
}

#[task]
async fn flush(batch: &[String]) -> Answer<usize> {
    Ok(batch.iter().map(|s| s.len()).sum())
}

const MAX_BATCH: usize = 3;
const MAX_AGE: u64 = 10;

#[workflow]
pub async fn batcher(mut items: Vec<Item>) -> Answer<Vec<usize>> {
    items.sort_by_key(|item| item.at_seconds);
    let mut batch: Vec<String> = Vec::new();
    let mut since: Option<u64> = None;
    let mut sizes = Vec::new();
    for (place, Item { at_seconds, payload }) in items.iter().cloned().enumerate() {
        let first = *since.get_or_insert(at_seconds);
        batch.push(payload);
        let next_is_late = items.get(place + 1).is_none_or(|next| next.at_seconds - first > MAX_AGE);
        if batch.len() >= MAX_BATCH || next_is_late {
            sizes.push(flush(&batch).await?);
            batch.clear();
            since = None;
        }
    }
    Ok(sizes)
}

#[tokio::test]
async fn what_is_many_or_old_is_sent_on() {
    both_ways(batcher).await;
    let items = [(0, "a"), (2, "bb"), (3, "ccc"), (4, "d"), (20, "ee")];
    let items = items.map(|(at_seconds, payload)| Item { at_seconds, payload: payload.into() }).to_vec();
    assert_eq!(Executor::test().agreeing().run(batcher(items)).await.output().unwrap(), [6, 1, 2]);
}

// ---- a counter over windows of time

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Data)]
pub struct Bucket {
    count: u32,
    errors: u32,
}

#[task]
async fn raise_alarm(window: &str, share: u32) -> Answer<()> {
    let _ = (window, share);
    Ok(())
}

#[workflow]
pub async fn windows(events: Vec<(Timestamp, bool)>, window: TimeSpan) -> Answer<BTreeMap<String, Bucket>> {
    let width = (window.as_millis() as i64).clamp(1_000, 3_600_000);
    let mut buckets: BTreeMap<String, Bucket> = BTreeMap::new();
    for (at, ok) in events.iter() {
        let bucket = buckets.entry(format!("{:020}", at.as_millis() / width)).or_default();
        bucket.count += 1;
        if !ok {
            bucket.errors += 1;
        }
    }
    for (window, Bucket { count, errors }) in &buckets {
        let share = errors * 100 / count;
        if share > 50 && *count >= 2 {
            raise_alarm(window, share).await?;
        }
    }
    buckets.retain(|_, bucket| bucket.errors > 0);
    Ok(buckets)
}

#[tokio::test]
async fn errors_are_counted_by_window() {
    both_ways(windows).await;
    let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
    let events = vec![(at(1), true), (at(2), false), (at(3), false), (at(61), true)];
    let ran = Executor::test().agreeing().run(windows(events, TimeSpan::from_secs(60))).await;
    assert_eq!(ran.calls(raise_alarm).len(), 1);
    assert_eq!(
        ran.output().unwrap(),
        BTreeMap::from([(format!("{:020}", 0), Bucket { count: 3, errors: 2 })])
    );
}

// ---- a tournament

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Data)]
pub struct Match {
    home: String,
    away: String,
}

#[task]
async fn play(fixture: &Match) -> Answer<(u8, u8)> {
    Ok((fixture.home.len() as u8, fixture.away.len() as u8))
}

#[workflow]
pub async fn tournament(teams: Vec<String>) -> Answer<Vec<(String, u32, i32)>> {
    let mut table: BTreeMap<String, (u32, i32)> = teams.iter().map(|t| (t.clone(), (0, 0))).collect();
    for (i, home) in teams.iter().enumerate().take(4) {
        for away in &teams[i + 1..] {
            if home == away {
                continue;
            }
            let (scored, conceded) = play(&Match { home: home.clone(), away: away.clone() }).await?;
            let (home_points, away_points) = match scored.cmp(&conceded) {
                std::cmp::Ordering::Greater => (3, 0),
                std::cmp::Ordering::Equal => (1, 1),
                std::cmp::Ordering::Less => (0, 3),
            };
            let difference = i32::from(scored) - i32::from(conceded);
            for (team, points, goals) in [(home, home_points, difference), (away, away_points, -difference)] {
                let entry = table.entry(team.to_string()).or_insert((0, 0));
                entry.0 += points;
                entry.1 += goals;
            }
        }
    }
    let mut ranking: Vec<_> =
        table.into_iter().map(|(team, (points, goals))| (team, points, goals)).collect();
    ranking.sort_by_key(|(team, points, goals)| (Reverse(*points), Reverse(*goals), team.clone()));
    Ok(ranking)
}

#[tokio::test]
async fn the_best_team_is_first() {
    let teams = ["a", "bbb", "cc"].map(String::from).to_vec();
    let ran = Executor::test().agreeing().run(tournament(teams)).await;
    assert_eq!(ran.output().unwrap()[0], ("bbb".to_string(), 6, 3));
    both_ways(tournament).await;
}

// ---- pages by token, until there is none or enough

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct QueryPage {
    rows: Vec<Row>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    page_token: Option<String>,
    total_rows: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Row {
    f: Vec<Cell>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Cell {
    v: Option<String>,
}

#[task]
async fn query_results(job: &str, page_token: Option<&str>) -> Answer<QueryPage> {
    let cell = |v: &str| Cell { v: (!v.is_empty()).then(|| v.to_string()) };
    let rows = vec![Row { f: vec![cell(job), cell("12")] }, Row { f: vec![cell("x"), cell("")] }];
    let page_token = match page_token {
        None => Some("2".to_string()),
        Some("2") => Some(String::new()),
        Some(_) => None,
    };
    Ok(QueryPage { rows, page_token, total_rows: "4".into() })
}

#[workflow]
pub async fn all_pages(job: String) -> Answer<(BTreeMap<String, u64>, usize)> {
    let mut totals = BTreeMap::new();
    let mut page_token: Option<String> = None;
    let mut pages = 0usize;
    let mut seen = 0usize;
    loop {
        let page = query_results(&job, page_token.as_deref()).await?;
        pages += 1;
        seen += page.rows.len();
        for row in page.rows {
            let [name, number] = row.f.as_slice() else { continue };
            let (Some(name), Some(number)) = (&name.v, &number.v) else { continue };
            if let Ok(number) = number.parse::<u64>() {
                totals.entry(name.clone()).and_modify(|total| *total += number).or_insert(number);
            }
        }
        let total: usize = page.total_rows.parse().unwrap_or(0);
        page_token = page.page_token.filter(|token| !token.is_empty());
        if page_token.is_none() || seen >= total || pages == 5 {
            break Ok((totals, pages));
        }
    }
}

#[tokio::test]
async fn pages_are_read_to_the_last() {
    both_ways(all_pages).await;
    let ran = Executor::test().agreeing().run(all_pages("j".into())).await;
    assert_eq!(ran.output().unwrap(), (BTreeMap::from([("j".to_string(), 24)]), 2));
}

// ---- the shortest way through a graph, with a heap

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Road {
    to: String,
    km: u32,
}

#[task]
async fn roads_from(place: &str) -> Answer<Vec<Road>> {
    let road = |to: &str, km| Road { to: to.into(), km };
    Ok(match place {
        "a" => vec![road("b", 7), road("c", 2)],
        "c" => vec![road("b", 3), road("d", 9)],
        "b" => vec![road("d", 1)],
        _ => vec![],
    })
}

#[workflow]
pub async fn shortest_way(from: String, to: String) -> Answer<Option<u32>> {
    let mut heap: Vec<(u32, String)> = Vec::new();
    let mut best: BTreeMap<String, u32> = BTreeMap::new();
    heap.push((0, from));
    while let Some((km, place)) = heap.pop() {
        if place == to {
            return Ok(Some(km));
        }
        if best.get(&place).is_some_and(|known| *known <= km) || best.len() > 6 {
            continue;
        }
        best.insert(place.clone(), km);
        for road in roads_from(&place).await? {
            heap.push((km + road.km % 1000, road.to));
        }
        heap.sort_by_key(|(km, _)| Reverse(*km));
    }
    Ok(None)
}

#[tokio::test]
async fn the_shortest_way_is_found() {
    both_ways(shortest_way).await;
    let ran = Executor::test().agreeing().run(shortest_way("a".into(), "d".into())).await;
    assert_eq!(ran.output().unwrap(), Some(6));
}

// ---- tries within tries, and what is done in any case

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum Wat {
    #[error("wat: {0}")]
    Wat(String),
    #[error("inner {inner} in {outer}")]
    Nested { outer: u8, inner: u8 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn wat(text: &str) -> Result<u32, Wat> {
    if text.len() > 4 { Err(Wat::Wat(text.to_string())) } else { Ok(text.len() as u32) }
}

#[workflow]
pub async fn nested_tries(words: Vec<String>) -> Result<String, Wat> {
    let mut log = String::new();
    'outer: for (outer, word) in words.iter().enumerate() {
        let caught = async {
            for (inner, part) in word.split('-').enumerate() {
                let length = match wat(part).await {
                    Ok(length) => length,
                    Err(Wat::Wat(_)) if inner == 0 => {
                        return Err(Wat::Nested { outer: outer as u8, inner: inner as u8 });
                    }
                    Err(error) => return Err(error),
                };
                log += &format!("{length}");
            }
            Ok::<bool, Wat>(word.contains('-'))
        }
        .await;
        match caught {
            Ok(true) => log.push('!'),
            Ok(false) => log.push_str(", "),
            Err(Wat::Nested { outer, inner: 0 }) if outer < 2 => {
                log += "nested;";
                continue 'outer;
            }
            Err(Wat::Wat(text)) => {
                log.push_str(&format!("<{text}>"));
                break 'outer;
            }
            Err(error) => {
                wat("fin").await?;
                return Err(error);
            }
        }
        log = log.trim_end_matches(',').to_string();
    }
    Ok(log)
}

#[tokio::test]
async fn tries_are_nested() {
    both_ways(nested_tries).await;
    let words = ["ab", "too long", "c-dd", "e-too long", "f"].map(String::from).to_vec();
    let ran = Executor::test().agreeing().run(nested_tries(words)).await;
    assert_eq!(ran.output().unwrap(), "2, nested;12!1<too long>");
}

// ---- parcels put into vans, the largest first

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Van {
    number: usize,
    parcels: Vec<u32>,
    free: u32,
}

#[task]
async fn dispatch(van: &Van) -> Answer<String> {
    Ok(format!("#{:02}: {}", van.number, van.parcels.len()))
}

#[workflow]
pub async fn pack(weights: Vec<u32>, capacity: u32) -> Answer<(Vec<String>, u32)> {
    let capacity = capacity.max(10);
    let (mut fitting, too_heavy): (Vec<u32>, Vec<u32>) = weights.into_iter().partition(|w| *w <= capacity);
    fitting.sort_unstable_by(|a, b| b.cmp(a));
    let mut vans: Vec<Van> = Vec::new();
    for weight in fitting {
        if let Some(van) = vans.iter_mut().find(|van| van.free >= weight) {
            van.free -= weight;
            van.parcels.push(weight);
        } else {
            vans.push(Van { number: vans.len() + 1, parcels: vec![weight], free: capacity - weight });
        }
    }
    let sent = map(&vans, async |van| dispatch(van).await).await?;
    Ok((sent, too_heavy.iter().sum()))
}

#[tokio::test]
async fn parcels_are_packed() {
    both_ways(pack).await;
    let ran = Executor::test().agreeing().run(pack(vec![6, 5, 40, 4, 5], 10)).await;
    assert_eq!(ran.output().unwrap(), (vec!["#01: 2".to_string(), "#02: 2".to_string()], 40));
}

// ---- a card number, checked, and text packed by runs

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum CardError {
    #[error("{0} is no digit")]
    NoDigit(char),
    #[error("the sum is {0}")]
    Sum(u32),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[pure]
fn luhn(number: &str) -> Result<u32, CardError> {
    let digits = number
        .chars()
        .filter(|c| *c != ' ')
        .map(|c| c.to_digit(10).ok_or(CardError::NoDigit(c)))
        .collect::<Result<Vec<u32>, CardError>>()?;
    let sum = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &d)| match (i % 2, d * 2) {
            (0, _) => d,
            (_, doubled @ 10..) => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum::<u32>();
    if sum % 10 == 0 { Ok(sum) } else { Err(CardError::Sum(sum)) }
}

#[pure]
fn runs(text: &str) -> Vec<(char, usize)> {
    let mut runs: Vec<(char, usize)> = Vec::new();
    for letter in text.chars() {
        match runs.last_mut() {
            Some((last, count)) if *last == letter => *count += 1,
            _ => runs.push((letter, 1)),
        }
    }
    runs
}

#[task]
async fn charge_card(number: &str, packed: String) -> Answer<bool> {
    Ok(number.len() > packed.len())
}

#[workflow]
pub async fn check_card(number: String) -> Result<(u32, bool), CardError> {
    let sum = luhn(&number)?;
    let packed =
        runs(&number).iter().map(|(c, n)| if *n > 1 { format!("{c}{n}") } else { c.to_string() }).collect();
    let charged = charge_card(&number, packed).await?;
    Ok((sum, charged))
}

#[tokio::test]
async fn cards_are_checked() {
    both_ways(check_card).await;
    let executor = Executor::test().agreeing();
    assert_eq!(executor.run(check_card("4539 1488 0343 6467".into())).await.output().unwrap().0, 80);
    assert_eq!(executor.run(check_card("12x".into())).await.outcome().error.as_deref(), Some("NoDigit"));
}

// ---- a rollout in steps, watched, rolled back when errors rise

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Data)]
pub struct Metrics {
    requests: u64,
    errors: u64,
    p99_ms: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub enum Phase {
    Canary { percent: u8 },
    Full,
    RolledBack { at: u8, why: String },
}

#[task]
async fn shift_traffic(version: &str, percent: u8) -> Answer<()> {
    let _ = (version, percent);
    Ok(())
}

#[task]
async fn metrics(version: &str, minutes: u32) -> Answer<Metrics> {
    let errors = if version.contains("bad") { 9 } else { 0 };
    Ok(Metrics { requests: 100, errors, p99_ms: 12.5 * f64::from(minutes) })
}

#[pure]
impl Metrics {
    fn error_rate(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.errors as f64 / self.requests as f64)
    }

    fn complaint(&self) -> Option<String> {
        match self.error_rate() {
            Some(rate) if rate > 0.05 => Some(format!("{:.1}% errors", rate * 100.0)),
            Some(_) if self.p99_ms > 500.0 => Some(format!("p99 {:.0} ms", self.p99_ms)),
            Some(_) => None,
            None => Some("no traffic".into()),
        }
    }
}

#[workflow]
pub async fn roll_out(version: String, steps: Vec<u8>) -> Answer<(Phase, Vec<u8>)> {
    let mut history = vec![];
    let mut phase = Phase::Canary { percent: 0 };
    let mut steps: Vec<u8> =
        steps.into_iter().map(|step| step.min(100)).filter(|step| *step > 0).rev().collect();
    while let Phase::Canary { percent } = phase {
        history.push(percent);
        phase = match steps.pop() {
            Some(next) if next > percent => {
                shift_traffic(&version, next).await?;
                sleep(Duration::from_secs(5 * 60)).await;
                match metrics(&version, 5).await?.complaint() {
                    Some(why) => {
                        shift_traffic(&version, 0).await?;
                        Phase::RolledBack { at: next, why }
                    }
                    None => Phase::Canary { percent: next },
                }
            }
            Some(_) => continue,
            None if percent == 100 => Phase::Full,
            None => {
                shift_traffic(&version, 100).await?;
                Phase::Full
            }
        };
    }
    Ok((phase, history))
}

#[tokio::test]
async fn a_rollout_is_rolled_back() {
    both_ways(roll_out).await;
    let executor = Executor::test().agreeing();
    let (phase, history) = executor.run(roll_out("v2".into(), vec![10, 50])).await.output().unwrap();
    assert_eq!((phase, history), (Phase::Full, vec![0, 10, 50]));
    let (phase, _) = executor.run(roll_out("bad".into(), vec![10])).await.output().unwrap();
    assert_eq!(phase, Phase::RolledBack { at: 10, why: "9.0% errors".into() });
}
