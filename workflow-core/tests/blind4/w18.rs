//! Time, approvals, polling.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- an approval that escalates through managers


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
enum Verdict {
    Approved { by: String },
    Rejected { by: String, reason: Option<String> },
    Delegated(String),
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum ApprovalError {
    #[error("rejected by {by}: {reason}")]
    Rejected { by: String, reason: String },
    #[error("nobody answered: {asked}")]
    NobodyAnswered { asked: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(timeout_seconds = 3600)]
async fn ask_manager(token: TaskToken, manager: &str, amount: u64) -> Result<Pending<Verdict>, ApprovalError> {
    let _ = (manager, amount);
    Ok(token.pending())
}

const CHAIN: &[(&str, u64)] = &[("lead", 1_000), ("head", 10_000), ("cfo", 1_000_000)];

#[workflow]
async fn approve_purchase(amount: u64) -> Result<String, ApprovalError> {
    let mut asked: Vec<String> = Vec::new();
    let mut queue: Vec<String> =
        CHAIN.iter().rev().take_while(|(_, limit)| *limit >= amount).map(|(who, _)| who.to_string()).collect();
    while let Some(manager) = queue.pop() {
        if asked.contains(&manager) {
            continue;
        }
        asked.push(manager.clone());
        match ask_manager(&manager, amount).timeout(Duration::from_secs(600)).await {
            Ok(Verdict::Approved { by }) if by == manager => return Ok(by),
            Ok(Verdict::Approved { by }) => return Ok(format!("{by} for {manager}")),
            Ok(Verdict::Rejected { by, reason }) => {
                let reason = reason.unwrap_or_else(|| String::from("no reason"));
                return Err(ApprovalError::Rejected { by, reason });
            }
            Ok(Verdict::Delegated(to)) => queue.push(to),
            Err(ApprovalError::Platform(PlatformError::Timeout(_))) => continue,
            Err(e) => return Err(e),
        }
    }
    Err(ApprovalError::NobodyAnswered { asked: asked.join(" -> ") })
}

#[tokio::test]
async fn t18_approve_purchase() {
    both_ways(approve_purchase).await;
    let executor = Executor::test().agreeing().mock(
        ask_manager,
        Mock::sequence([
            Mock::hangs(),
            Mock::value(Verdict::Delegated("temp".into())),
            Mock::value(Verdict::Approved { by: "boss".into() }),
        ]),
    );
    let ran = executor.run(approve_purchase(5_000)).await;
    assert_eq!(ran.elapsed(), Duration::from_secs(600));
    assert_eq!(ran.output().unwrap(), "boss for temp");
}

