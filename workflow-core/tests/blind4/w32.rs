//! Iterators and data.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a queue of print jobs, and a grid that is walked


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct PrintJob {
    id: u32,
    priority: u8,
    pages: u32,
}

#[task]
async fn print_pages(id: u32, pages: u32) -> Answer<u32> {
    Ok(if id == 13 { pages / 2 } else { pages })
}

#[workflow]
async fn print_queue(jobs: Vec<PrintJob>, quantum: u32) -> Answer<Vec<(u32, u32)>> {
    let quantum = quantum.clamp(1, 10);
    let mut jobs: Vec<PrintJob> = jobs.into_iter().filter(|j| j.pages > 0 && j.pages < 30).take(5).collect();
    jobs.sort_by_key(|job| std::cmp::Reverse(job.priority));
    let mut queue = VecDeque::from(jobs);
    let mut finished: Vec<(u32, u32)> = Vec::new();
    let mut clock = 0;
    while let Some(mut job) = queue.pop_front() {
        let printed = print_pages(job.id, job.pages.min(quantum)).await?;
        clock += quantum;
        job.pages = job.pages.checked_sub(printed.max(1)).unwrap_or(0);
        if job.pages == 0 {
            finished.push((job.id, clock));
        } else {
            queue.push_back(job);
        }
    }
    finished.sort_by(|(a, x), (b, y)| x.cmp(y).reverse().then_with(|| a.cmp(b)));
    Ok(finished)
}

#[tokio::test]
async fn t32_print_queue() {
    both_ways(print_queue).await;
    let job = |id, priority, pages| PrintJob { id, priority, pages };
    let ran = Executor::test().agreeing().run(print_queue(vec![job(1, 1, 5), job(2, 3, 12), job(13, 2, 3)], 5)).await;
    assert_eq!(ran.output().unwrap(), [(2, 35), (13, 25), (1, 15)]);
}

