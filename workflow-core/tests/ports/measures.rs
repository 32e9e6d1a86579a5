//! Figures under keys: logs, latencies, a season.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- log triage

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

#[pure]
impl Level {
    fn parse(word: &str) -> Option<Level> {
        Some(match word.trim_matches(['[', ']']).to_ascii_uppercase().as_str() {
            "DEBUG" | "TRACE" => Level::Debug,
            "INFO" => Level::Info,
            "WARN" | "WARNING" => Level::Warn,
            "ERROR" | "FATAL" => Level::Error,
            _ => return None,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct LogReport {
    by_level: BTreeMap<Level, usize>,
    noisiest: Option<(String, usize)>,
    worst: Option<Level>,
    unparsed: Vec<usize>,
}

#[task]
async fn page(service: &str, message: &str) -> Answer<()> {
    let _ = (service, message);
    Ok(())
}

#[workflow]
pub async fn triage_logs(text: String) -> Answer<LogReport> {
    let mut unparsed = Vec::new();
    let mut lines: Vec<(Level, String, String)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut parts = line.splitn(3, ' ');
        let (Some(level), Some(service), Some(message)) = (parts.next(), parts.next(), parts.next()) else {
            unparsed.push(number + 1);
            continue;
        };
        let Some(level) = Level::parse(level) else {
            unparsed.push(number + 1);
            continue;
        };
        lines.push((level, service.trim_end_matches(':').to_string(), message.to_string()));
    }
    let mut by_level = BTreeMap::new();
    let mut by_service: BTreeMap<String, usize> = BTreeMap::new();
    for (level, service, message) in &lines {
        *by_level.entry(*level).or_insert(0) += 1;
        *by_service.entry(service.clone()).or_default() += 1;
        if *level == Level::Error && !message.contains("ignore") {
            page(service, message).await?;
        }
    }
    let noisiest = by_service.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
    let worst = lines.iter().map(|(level, ..)| *level).max();
    Ok(LogReport { by_level, noisiest, worst, unparsed })
}

#[tokio::test]
async fn logs_are_read() {
    both_ways(triage_logs).await;
    let text = "[info] web: started up\nERROR db: gone away\nwhat\nwarn db: slow query took 3s\nfatal web: ignore me\nHMM x y";
    let ran = Executor::test().agreeing().run(triage_logs(text.into())).await;
    assert_eq!(ran.calls(page).len(), 1);
    let report = ran.output().unwrap();
    assert_eq!(report.noisiest, Some(("db".into(), 2)));
    assert_eq!((report.worst, report.unparsed), (Some(Level::Error), vec![3, 6]));
}

// ---- percentiles of latencies

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Stats {
    count: usize,
    min: u32,
    max: u32,
    median: f64,
    p90: u32,
    mode: Option<u32>,
    spread: u32,
}

#[pure]
fn percentile(sorted: &[u32], percent: usize) -> Option<u32> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[pure]
fn stats(values: &[u32]) -> Option<Stats> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let (&min, &max) = (sorted.first()?, sorted.last()?);
    let mid = sorted.len() / 2;
    let median = match sorted.len() % 2 {
        0 => f64::from(sorted[mid - 1] + sorted[mid]) / 2.0,
        _ => f64::from(sorted[mid]),
    };
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for v in &sorted {
        *counts.entry(*v).or_insert(0) += 1;
    }
    let mode = counts.iter().max_by_key(|&(v, n)| (n, Reverse(v))).filter(|(_, n)| **n > 1).map(|(v, _)| *v);
    Some(Stats {
        count: sorted.len(),
        min,
        max,
        median,
        p90: percentile(&sorted, 90)?,
        mode,
        spread: max.abs_diff(min),
    })
}

#[task]
async fn probe(host: &str, times: u32) -> Answer<Vec<u32>> {
    Ok((0..times).map(|i| (i * 7 + host.len() as u32) % 10).collect())
}

#[workflow]
async fn latencies(hosts: Vec<String>, times: u32) -> Answer<Vec<(String, Option<Stats>)>> {
    let probed = map(hosts.iter().enumerate(), async |(i, host)| {
        let values = probe(host, times + i as u32).await?;
        Ok((host.clone(), stats(&values)))
    })
    .await?;
    Ok(probed)
}

#[tokio::test]
async fn latencies_are_summed_up() {
    both_ways(latencies).await;
    let rows = Executor::test().agreeing().run(latencies(vec!["a".into()], 11)).await.output().unwrap();
    let stats = rows[0].1.clone().unwrap();
    assert_eq!((stats.median, stats.p90, stats.mode, stats.spread), (4.0, 8, Some(1), 9));
}

// ---- chess clocks, scores and xor: small integer work

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Match {
    home: u8,
    away: u8,
    result: Option<(u32, u32)>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Data)]
struct Row {
    points: u32,
    goals: i32,
    played: u32,
}

#[task]
async fn play_match(home: u8, away: u8) -> Answer<(u32, u32)> {
    Ok((u32::from(home % 4), u32::from(away % 3)))
}

#[workflow]
async fn season(teams: u8, known: Vec<Match>) -> Answer<Vec<(u8, Row)>> {
    let teams = teams.clamp(2, 4);
    let mut table: BTreeMap<u8, Row> = (1..=teams).map(|t| (t, Row::default())).collect();
    for home in 1..=teams {
        for away in (1..=teams).filter(|away| *away != home) {
            let found = known.iter().find(|m| (m.home, m.away) == (home, away)).and_then(|m| m.result);
            let (scored, conceded) = match found {
                Some((a, b)) => (a.min(20), b.min(20)),
                None => play_match(home, away).await?,
            };
            let (home_points, away_points) = match scored.cmp(&conceded) {
                std::cmp::Ordering::Greater => (3, 0),
                std::cmp::Ordering::Equal => (1, 1),
                std::cmp::Ordering::Less => (0, 3),
            };
            let difference = scored as i32 - conceded as i32;
            for (team, points, goals) in [(home, home_points, difference), (away, away_points, -difference)] {
                let row = table.entry(team).or_default();
                row.points += points;
                row.goals += goals;
                row.played += 1;
            }
        }
    }
    let mut table: Vec<(u8, Row)> = table.into_iter().collect();
    table.sort_by(|(a, x), (b, y)| {
        y.points.cmp(&x.points).then_with(|| y.goals.cmp(&x.goals)).then_with(|| a.cmp(b))
    });
    Ok(table)
}

#[tokio::test]
async fn a_season_is_played() {
    both_ways(season).await;
    let known =
        vec![Match { home: 1, away: 2, result: Some((0, 5)) }, Match { home: 2, away: 1, result: None }];
    let table = Executor::test().agreeing().run(season(2, known)).await.output().unwrap();
    assert_eq!(
        table,
        [(2, Row { points: 6, goals: 6, played: 2 }), (1, Row { points: 0, goals: -6, played: 2 })]
    );
}

// ---- generic helpers and a trait over shapes

trait Area {
    fn area(&self) -> f64;

    fn describe(&self) -> String {
        format!("{:.1} m²", self.area())
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "shape", rename_all = "lowercase")]
enum Shape {
    Rectangle { width: f64, height: f64 },
    Circle { radius: f64 },
    Compound { parts: Vec<Square> },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Data)]
struct Square(f64);

#[pure]
impl Area for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}

#[pure]
impl Area for Shape {
    fn area(&self) -> f64 {
        match self {
            Shape::Rectangle { width, height } => width * height,
            Shape::Circle { radius } => std::f64::consts::PI * radius * radius,
            Shape::Compound { parts } => parts.iter().map(|p| p.area()).sum::<f64>() + 0.0,
        }
    }

    fn describe(&self) -> String {
        let kind = match self {
            Self::Rectangle { width, height } if width == height => "square",
            Self::Rectangle { .. } => "rectangle",
            Self::Circle { .. } => "circle",
            Self::Compound { parts } if parts.len() == 1 => "one square",
            Self::Compound { .. } => "squares",
        };
        format!("{kind} of {:.1}", self.area())
    }
}

#[pure]
fn split_at_most<T: Data + Clone>(items: &[T], most: usize) -> (Vec<T>, Vec<T>) {
    let at = most.min(items.len());
    let (left, right) = items.split_at(at);
    (left.to_vec(), right.to_vec())
}

#[task]
async fn paint(what: String, litres: u32) -> Answer<u32> {
    Ok(litres * what.len() as u32)
}

#[workflow]
async fn paint_shapes(shapes: Vec<Shape>, cans: u32) -> Answer<(u32, Vec<String>)> {
    let (now_painted, later) = split_at_most(&shapes, 3);
    let mut cost = 0;
    for shape in &now_painted {
        let litres = (shape.area() / 7.5).ceil().max(1.0).min(f64::from(cans)) as u32;
        cost += paint(shape.describe(), litres).await?;
    }
    let mut left: Vec<String> = later.iter().map(Area::describe).collect();
    if let Some(biggest) = later.iter().max_by(|a, b| a.area().total_cmp(&b.area())) {
        left.insert(0, biggest.describe());
    }
    Ok((cost, left))
}

#[tokio::test]
async fn shapes_are_painted() {
    both_ways(paint_shapes).await;
    let shapes = vec![
        Shape::Rectangle { width: 2.0, height: 2.0 },
        Shape::Circle { radius: 2.0 },
        Shape::Compound { parts: vec![Square(3.0)] },
        Shape::Rectangle { width: 1.0, height: 2.0 },
        Shape::Compound { parts: vec![Square(1.0), Square(2.0)] },
    ];
    let ran = Executor::test().agreeing().run(paint_shapes(shapes, 9)).await;
    assert_eq!(
        ran.output().unwrap(),
        (
            13 + 28 + 34,
            vec!["squares of 5.0".to_string(), "rectangle of 2.0".into(), "squares of 5.0".into()]
        )
    );
}
