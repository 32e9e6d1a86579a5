//! Iterators and data.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a ranked-choice election


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
enum Election {
    Winner { name: String, votes: usize, rounds: u32 },
    Tie(BTreeSet<String>),
    NoVotes,
}

#[task]
async fn announce_out(name: &str, votes: usize) -> Answer<()> {
    let _ = (name, votes);
    Ok(())
}

#[workflow]
async fn elect(mut ballots: Vec<Vec<String>>) -> Answer<Election> {
    let mut rounds = 0;
    loop {
        rounds += 1;
        let mut tally: BTreeMap<String, usize> =
            ballots.iter().flatten().map(|name| (name.clone(), 0)).collect();
        for first in ballots.iter().filter_map(|ballot| ballot.first()) {
            if let Some(count) = tally.get_mut(first) {
                *count += 1;
            }
        }
        let cast: usize = tally.values().sum();
        let Some((best, &most)) = tally.iter().max_by_key(|(_, votes)| **votes) else {
            return Ok(Election::NoVotes);
        };
        if most * 2 > cast {
            return Ok(Election::Winner { name: best.to_owned(), votes: most, rounds });
        }
        let fewest = tally.values().min().copied().unwrap_or(0);
        if fewest == most {
            return Ok(Election::Tie(tally.into_keys().collect()));
        }
        let out: Vec<&String> = tally.iter().filter(|(_, v)| **v == fewest).map(|(name, _)| name).collect();
        for name in &out {
            announce_out(name, fewest).await?;
        }
        for ballot in ballots.iter_mut() {
            ballot.retain(|name| !out.contains(&name));
        }
        ballots.retain(|ballot| !ballot.is_empty());
    }
}

#[tokio::test]
async fn t27_elect() {
    both_ways(elect).await;
    let executor = Executor::test().agreeing();
    let ballots = |list: &[&str]| list.iter().map(|b| b.split_whitespace().map(String::from).collect()).collect::<Vec<Vec<String>>>();
    let ran = executor.run(elect(ballots(&["a b", "a c", "b c", "b a", "c b"]))).await;
    assert_eq!(ran.output().unwrap(), Election::Winner { name: "b".into(), votes: 3, rounds: 2 });
    let ran = executor.run(elect(ballots(&["a b", "b a"]))).await;
    assert_eq!(ran.output().unwrap(), Election::Tie(BTreeSet::from(["a".to_string(), "b".to_string()])));
}

