//! Time, approvals, polling.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- meter readings in hours: durations and rounding


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Reading {
    taken: Timestamp,
    kwh: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Usage {
    peak: Option<(Timestamp, f64)>,
    average: f64,
    gaps: Vec<TimeSpan>,
    text: String,
}

#[task]
async fn readings(meter: u32) -> Answer<Vec<Reading>> {
    let start = Timestamp::from_millis(1_767_225_600_000);
    let reading = |h: u64, kwh: f64| Reading { taken: start + TimeSpan::from_secs(h * 3600), kwh };
    Ok(vec![reading(0, 1.0), reading(1, 2.5), reading(4, f64::from(meter) + 4.0), reading(5, f64::from(meter) + 4.25)])
}

#[workflow]
async fn usage(meter: u32) -> Answer<Usage> {
    let readings = readings(meter).await?;
    let rates: Vec<(Timestamp, f64)> = readings
        .windows(2)
        .filter(|pair| pair[1].taken > pair[0].taken)
        .map(|pair| {
            let hours = (pair[1].taken - pair[0].taken).as_secs() as f64 / 3600.0;
            (pair[0].taken, (pair[1].kwh - pair[0].kwh) / hours)
        })
        .collect();
    let peak = rates.iter().copied().max_by(|(_, a), (_, b)| a.total_cmp(b));
    let average = if rates.is_empty() { 0.0 } else { rates.iter().map(|(_, rate)| rate).sum::<f64>() / rates.len() as f64 };
    let gaps = readings
        .iter()
        .zip(readings.iter().skip(1))
        .map(|(a, b)| if b.taken > a.taken { b.taken - a.taken } else { TimeSpan::default() })
        .filter(|gap| *gap > TimeSpan::from_secs(2 * 60 * 60))
        .collect::<Vec<_>>();
    let text = peak.map_or_else(|| "no usage".to_string(), |(_, rate)| format!("{rate:>8.2} kW, avg {average:.3}"));
    Ok(Usage { peak, average: (average * 100.0).round() / 100.0, gaps, text })
}

#[tokio::test]
async fn t24_usage() {
    both_ways(usage).await;
    let usage = Executor::test().agreeing().run(usage(3)).await.output().unwrap();
    assert_eq!((usage.text.as_str(), usage.gaps.len()), ("    1.50 kW, avg 1.083", 1));
}
