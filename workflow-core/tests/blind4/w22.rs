//! Time, approvals, polling.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a heartbeat chain: a service is watched, and continues as new


#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Data)]
#[serde(default)]
struct WatchState {
    generation: u32,
    missed: u32,
    last_seen: Option<Timestamp>,
    incidents: Vec<Incident>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Incident {
    at: Timestamp,
    lasted: TimeSpan,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
enum Watched {
    Again(WatchState),
    Stopped(WatchState),
}

#[task]
async fn beat(service: &str, count: u32) -> Answer<bool> {
    Ok((service.len() as u32 + count) % 3 != 0)
}

#[workflow]
async fn watch_once(service: String, state: WatchState) -> Answer<Watched> {
    let mut state = WatchState { generation: state.generation + 1, ..state };
    for count in 0..3 {
        sleep(Duration::from_secs(30)).await;
        let at = now().await;
        let alive = beat(&service, count + state.generation).await.unwrap_or(false);
        state.missed = if alive { 0 } else { state.missed + 1 };
        if !alive {
            continue;
        }
        if let Some(last) = state.last_seen.replace(at) {
            let lasted = at - last;
            if lasted > TimeSpan::from_secs(45) {
                state.incidents.push(Incident { at, lasted });
            }
        }
    }
    if state.missed >= 3 || state.incidents.len() > 5 {
        return Ok(Watched::Stopped(state));
    }
    Ok(Watched::Again(state))
}

#[workflow]
async fn watch_service(service: String, most: u32) -> Answer<WatchState> {
    let mut state = WatchState::default();
    loop {
        match watch_once(service.clone(), state).await? {
            Watched::Stopped(last) => return Ok(last),
            Watched::Again(next) if next.generation >= most.min(4) => return Ok(next),
            Watched::Again(next) => state = next,
        }
    }
}

#[tokio::test]
async fn t22_watch_service() {
    both_ways(watch_service).await;
    let ran = Executor::test().agreeing().run(watch_service("ab".into(), 3)).await;
    let state = ran.output().unwrap();
    assert_eq!((state.generation, state.incidents.len()), (3, 2));
}

