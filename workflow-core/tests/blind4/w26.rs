//! Iterators and data.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

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
    Some(Stats { count: sorted.len(), min, max, median, p90: percentile(&sorted, 90)?, mode, spread: max.abs_diff(min) })
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
async fn t26_latencies() {
    both_ways(latencies).await;
    let rows = Executor::test().agreeing().run(latencies(vec!["a".into()], 11)).await.output().unwrap();
    let stats = rows[0].1.clone().unwrap();
    assert_eq!((stats.median, stats.p90, stats.mode, stats.spread), (4.0, 8, Some(1), 9));
}

