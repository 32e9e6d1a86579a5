//! Fan-out, children, state machines, generics.

use std::{collections::BTreeMap, fmt, ops::AddAssign, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a sync with cursors, checkpoints and duplicates


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    items: Vec<T>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Record {
    id: u64,
    changed: Timestamp,
    deleted: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Data)]
struct SyncTally {
    pages: u32,
    written: usize,
    deleted: usize,
    duplicates: usize,
}

#[pure]
impl AddAssign for SyncTally {
    fn add_assign(&mut self, other: Self) {
        self.pages += other.pages;
        self.written += other.written;
        self.deleted += other.deleted;
        self.duplicates += other.duplicates;
    }
}

#[task(retry(errors = [TIMEOUT, TASK_FAILED], interval_seconds = 1, max_attempts = 3), timeout_seconds = 10)]
async fn list_records(cursor: Option<&str>, limit: u32) -> Answer<Page<Record>> {
    let start = Timestamp::from_millis(1_767_225_600_000);
    let page: u64 = cursor.map_or(0, |c| c.parse().unwrap_or(9));
    let items = (0..u64::from(limit))
        .map(|i| Record { id: page + i, changed: start + TimeSpan::from_secs(page * 10 + i), deleted: i == 1 })
        .collect();
    Ok(Page { items, next_cursor: (page < 2).then(|| (page + 1).to_string()) })
}

#[task]
async fn write_records(records: &[Record]) -> Answer<()> {
    let _ = records;
    Ok(())
}

#[workflow]
async fn sync_records(cursor: Option<String>, since: Option<Timestamp>) -> Answer<(SyncTally, Option<Timestamp>)> {
    let mut tally = SyncTally::default();
    let mut newest = since;
    let mut seen: Vec<u64> = vec![];
    let mut cursor = cursor;
    loop {
        let page = list_records(cursor.as_deref(), 3).await?;
        let fresh: Vec<Record> = page
            .items
            .iter()
            .filter(|r| since.is_none_or(|s| r.changed > s))
            .filter(|r| !seen.contains(&r.id))
            .cloned()
            .collect();
        let deleted = fresh.iter().filter(|r| r.deleted).count();
        tally += SyncTally {
            pages: 1,
            written: fresh.len() - deleted,
            deleted,
            duplicates: page.items.len() - fresh.len(),
        };
        newest = fresh.iter().map(|r| r.changed).max().max(newest);
        seen.extend(fresh.iter().map(|r| r.id));
        if !fresh.is_empty() {
            write_records(&fresh).await?;
        }
        match page.next_cursor {
            Some(next) if tally.pages < 5 && Some(&next) != cursor.as_ref() => cursor = Some(next),
            _ => break,
        }
    }
    Ok((tally, newest))
}

#[tokio::test]
async fn t36_sync_records() {
    both_ways(sync_records).await;
    let (tally, newest) = Executor::test().agreeing().run(sync_records(None, None)).await.output().unwrap();
    assert_eq!(tally, SyncTally { pages: 3, written: 4, deleted: 1, duplicates: 4 });
    assert_eq!(newest.unwrap().to_string(), "2026-01-01T00:00:22.000Z");
}

