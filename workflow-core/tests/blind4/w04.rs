//! Text, JSON and serde.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;
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
async fn t04_triage_logs() {
    both_ways(triage_logs).await;
    let text = "[info] web: started up\nERROR db: gone away\nwhat\nwarn db: slow query took 3s\nfatal web: ignore me\nHMM x y";
    let ran = Executor::test().agreeing().run(triage_logs(text.into())).await;
    assert_eq!(ran.calls(page).len(), 1);
    let report = ran.output().unwrap();
    assert_eq!(report.noisiest, Some(("db".into(), 2)));
    assert_eq!((report.worst, report.unparsed), (Some(Level::Error), vec![3, 6]));
}

