//! Text, JSON and serde.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- webhook routing


#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum HookError {
    #[error("no type in the event")]
    NoType,
    #[error("unknown event type {0}")]
    Unknown(String),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn open_issue(repo: &str, title: &str, labels: Vec<String>) -> Answer<u64> {
    Ok((repo.len() + title.len() + labels.len()) as u64)
}

#[task]
async fn run_ci(branch: &str, commits: usize) -> Answer<String> {
    Ok(format!("{branch}:{commits}"))
}

#[workflow]
pub async fn route_webhook(event: Value) -> Result<String, HookError> {
    let kind = event["type"].as_str().ok_or(HookError::NoType)?;
    let repo = event["repository"]["full_name"].as_str().unwrap_or("unknown/unknown");
    match kind.split_once('.') {
        Some(("issue", action @ ("opened" | "reopened"))) => {
            let labels = event["issue"]["labels"]
                .as_array()
                .map(|labels| {
                    labels.iter().filter_map(|l| l["name"].as_str()).map(str::to_owned).collect::<Vec<_>>()
                })
                .unwrap_or_default();
            let title = event.get("issue").and_then(|i| i.get("title")).and_then(Value::as_str).unwrap_or("untitled");
            let id = open_issue(repo, title, labels).await?;
            Ok(format!("{action} #{id}"))
        }
        Some(("issue", other)) => Ok(format!("ignored {other}")),
        None if kind == "push" => {
            let branch = event["ref"].as_str().and_then(|r| r.strip_prefix("refs/heads/")).unwrap_or("main");
            let commits = event["commits"].as_array().map_or(0, |c| c.len());
            if commits == 0 {
                return Ok("nothing".to_string());
            }
            run_ci(branch, commits).await.map_err(HookError::from)
        }
        _ => Err(HookError::Unknown(kind.to_string())),
    }
}

#[tokio::test]
async fn t01_route_webhook() {
    both_ways(route_webhook).await;
    let executor = Executor::test().agreeing();
    let event = serde_json::json!({"type": "issue.opened", "repository": {"full_name": "a/b"}, "issue": {"title": "T", "labels": [{"name": "x"}, {"no": 1}]}});
    assert_eq!(executor.run(route_webhook(event)).await.output().unwrap(), "opened #5");
    let event = serde_json::json!({"type": "push", "ref": "refs/heads/dev", "commits": [1, 2]});
    assert_eq!(executor.run(route_webhook(event)).await.output().unwrap(), "dev:2");
    let event = serde_json::json!({"type": "star"});
    assert_eq!(executor.run(route_webhook(event)).await.outcome().error.as_deref(), Some("Unknown"));
}

