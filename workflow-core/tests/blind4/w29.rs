//! Iterators and data.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- two inventories are compared


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "op", rename_all = "camelCase")]
enum Change {
    Add { sku: String, count: i64 },
    Remove { sku: String },
    Set { sku: String, from: i64, to: i64 },
}

#[task]
async fn count_stock(place: &str) -> Answer<BTreeMap<String, i64>> {
    Ok(place.split(',').filter_map(|p| p.split_once('=')).map(|(k, v)| (k.to_string(), v.len() as i64)).collect())
}

#[task]
async fn apply_changes(changes: &[Change]) -> Answer<usize> {
    Ok(changes.len())
}

#[workflow]
async fn sync_stock(left: String, right: String) -> Answer<(Vec<Change>, usize, i64)> {
    let (old, new) = tokio::try_join!(count_stock(&left), count_stock(&right))?;
    let before: BTreeSet<&String> = old.keys().collect();
    let after: BTreeSet<&String> = new.keys().collect();
    let removed = before.difference(&after).map(|sku| Change::Remove { sku: sku.to_string() });
    let added = after.difference(&before).map(|sku| Change::Add { sku: sku.to_string(), count: new[*sku] });
    let changed = before.intersection(&after).filter_map(|sku| {
        let (from, to) = (old[*sku], new[*sku]);
        (from != to).then(|| Change::Set { sku: sku.to_string(), from, to })
    });
    let changes: Vec<Change> = removed.chain(added).chain(changed).collect();
    let mut applied = 0;
    for group in changes.chunks(2) {
        applied += apply_changes(group).await?;
    }
    let delta = changes.iter().fold(0, |sum, change| match change {
        Change::Add { count, .. } => sum + count,
        Change::Remove { sku } => sum - old.get(sku).unwrap_or(&0),
        Change::Set { from, to, .. } => sum + (to - from).signum(),
    });
    Ok((changes, applied, delta))
}

#[tokio::test]
async fn t29_sync_stock() {
    both_ways(sync_stock).await;
    let ran = Executor::test().agreeing().run(sync_stock("a=x,b=xx,c=x".into(), "b=xxxxx,c=x,d=xxx".into())).await;
    let (changes, applied, delta) = ran.output().unwrap();
    assert_eq!((changes.len(), applied, delta), (3, 3, 3));
    assert_eq!(changes[0], Change::Remove { sku: "a".into() });
}

