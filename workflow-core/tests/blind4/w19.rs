//! Time, approvals, polling.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a deployment is polled with backoff until a deadline


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "status", content = "detail")]
enum Deployment {
    Queued,
    Running { percent: u8, eta: Option<TimeSpan> },
    Done(String),
    Broken(Vec<String>),
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum DeployError {
    #[error("not done at {deadline}, last seen at {percent}%")]
    Deadline { deadline: Timestamp, percent: u8 },
    #[error("{} errors, first: {first}", count)]
    Broken { count: usize, first: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn deployment(id: &str, poll: u32) -> Answer<Deployment> {
    Ok(match (id, poll) {
        (_, 0) => Deployment::Queued,
        ("broken", _) => Deployment::Broken(vec!["e1".into(), "e2".into()]),
        ("slow", poll) => Deployment::Running { percent: poll as u8, eta: None },
        (_, poll @ 1..=2) => Deployment::Running { percent: 40 * poll as u8, eta: Some(TimeSpan::from_secs(20)) },
        (id, _) => Deployment::Done(id.to_uppercase()),
    })
}

#[workflow]
async fn await_deployment(id: String, patience: TimeSpan) -> Result<(String, u32), DeployError> {
    let started = now().await;
    let deadline = started + patience.max(TimeSpan::from_secs(60));
    let mut wait = TimeSpan::from_secs(5);
    let mut seen = 0u8;
    let mut polls = 0;
    loop {
        let state = deployment(&id, polls).await?;
        polls += 1;
        wait = match state {
            Deployment::Done(url) => break Ok((url, polls)),
            Deployment::Broken(errors) => {
                let first = errors.first().map_or("none", |e| e.as_str()).to_string();
                break Err(DeployError::Broken { count: errors.len(), first });
            }
            Deployment::Running { percent, eta } => {
                seen = seen.max(percent);
                eta.map(|eta| eta / 2).unwrap_or(wait * 2)
            }
            Deployment::Queued => wait,
        }
        .min(TimeSpan::from_secs(30));
        let current = now().await;
        if current + wait > deadline {
            return Err(DeployError::Deadline { deadline, percent: seen });
        }
        sleep(wait).await;
    }
}

#[tokio::test]
async fn t19_await_deployment() {
    both_ways(await_deployment).await;
    let executor = Executor::test().agreeing();
    let ran = executor.run(await_deployment("x".into(), TimeSpan::from_secs(1))).await;
    assert_eq!((ran.elapsed(), ran.output().unwrap()), (Duration::from_secs(25), ("X".to_string(), 4)));
    for (id, error) in [("slow", "Deadline"), ("broken", "Broken")] {
        let ran = executor.run(await_deployment(id.into(), TimeSpan::from_secs(1))).await;
        assert_eq!(ran.outcome().error.as_deref(), Some(error));
    }
}

