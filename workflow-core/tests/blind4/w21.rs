//! Time, approvals, polling.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a sliding window limits requests


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Request {
    at: Timestamp,
    client: String,
    cost: u32,
}

#[task]
async fn serve(request: &Request) -> Answer<u32> {
    Ok(request.cost + 1)
}

#[workflow]
async fn limit_requests(mut requests: Vec<Request>, per_minute: u32) -> Answer<BTreeMap<String, (u32, u32)>> {
    requests.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.client.cmp(&b.client)));
    let window = TimeSpan::from_secs(60);
    let mut recent: BTreeMap<String, Vec<(Timestamp, u32)>> = BTreeMap::new();
    let mut served: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for request in &requests {
        let history = recent.entry(request.client.clone()).or_default();
        history.retain(|(at, _)| request.at - *at < window);
        let used: u32 = history.iter().map(|(_, cost)| cost).sum();
        let tally = served.entry(request.client.clone()).or_default();
        if used + request.cost > per_minute.max(5) {
            tally.1 += 1;
            continue;
        }
        history.push((request.at, request.cost));
        tally.0 += serve(request).await?;
    }
    Ok(served)
}

#[tokio::test]
async fn t21_limit_requests() {
    both_ways(limit_requests).await;
    let start = Timestamp::from_millis(1_767_225_600_000);
    let request = |seconds: u64, client: &str, cost| Request { at: start + TimeSpan::from_secs(seconds), client: client.into(), cost };
    let list = vec![request(61, "a", 4), request(0, "a", 3), request(20, "a", 3), request(20, "b", 5), request(59, "a", 1)];
    let served = Executor::test().agreeing().run(limit_requests(list, 0)).await.output().unwrap();
    assert_eq!(served, BTreeMap::from([("a".to_string(), (11, 1)), ("b".to_string(), (6, 0))]).into_iter().map(|(k, v)| if k == "a" { (k, (4 + 2 + 5, 1)) } else { (k, v) }).collect());
}

