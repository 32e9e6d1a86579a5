//! Iterators and data.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- shifts are given out in turns


#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Data)]
struct Shift {
    day: u32,
    name: String,
    worker: Option<String>,
}

const SHIFTS: [&str; 3] = ["early", "late", "night"];

#[task]
async fn is_available(worker: &str, day: u32) -> Answer<bool> {
    Ok((worker.len() as u32 + day) % 4 != 0)
}

#[workflow]
async fn roster(workers: Vec<String>, days: u32) -> Answer<(Vec<Shift>, BTreeMap<String, usize>)> {
    let slots: Vec<(u32, &str)> =
        (1..=days.min(3)).flat_map(|day| SHIFTS.iter().map(move |name| (day, *name))).collect();
    let turns: Vec<String> = workers.iter().cycle().take(slots.len()).cloned().collect();
    let mut shifts: Vec<Shift> = Vec::new();
    for ((day, name), worker) in slots.iter().zip(turns) {
        let free = is_available(&worker, *day).await?;
        let previous = shifts.last().and_then(|s| s.worker.as_deref());
        let worker = if free && previous != Some(worker.as_str()) { Some(worker) } else { None };
        shifts.push(Shift { day: *day, name: name.to_string(), worker });
    }
    let mut load = workers.iter().map(|w| (w.clone(), 0)).collect::<BTreeMap<_, _>>();
    shifts.iter().filter_map(|s| s.worker.as_ref()).for_each(|worker| {
        load.entry(worker.clone()).and_modify(|n| *n += 1).or_insert(1);
    });
    Ok((shifts, load))
}

#[tokio::test]
async fn t28_roster() {
    both_ways(roster).await;
    let (shifts, load) = Executor::test().agreeing().run(roster(vec!["ann".into(), "bobby".into()], 2)).await.output().unwrap();
    assert_eq!(shifts.len(), 6);
    assert_eq!(load, BTreeMap::from([("ann".to_string(), 1), ("bobby".to_string(), 3)]));
}

