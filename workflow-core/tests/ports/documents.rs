//! JSON of any form: events, settings, the calls of a model.

use std::collections::BTreeMap;

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
            let title =
                event.get("issue").and_then(|i| i.get("title")).and_then(Value::as_str).unwrap_or("untitled");
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
async fn events_are_routed() {
    both_ways(route_webhook).await;
    let executor = Executor::test().agreeing();
    let event = serde_json::json!({"type": "issue.opened", "repository": {"full_name": "a/b"}, "issue": {"title": "T", "labels": [{"name": "x"}, {"no": 1}]}});
    assert_eq!(executor.run(route_webhook(event)).await.output().unwrap(), "opened #5");
    let event = serde_json::json!({"type": "push", "ref": "refs/heads/dev", "commits": [1, 2]});
    assert_eq!(executor.run(route_webhook(event)).await.output().unwrap(), "dev:2");
    let event = serde_json::json!({"type": "star"});
    assert_eq!(executor.run(route_webhook(event)).await.outcome().error.as_deref(), Some("Unknown"));
}

// ---- json merge patch of settings

#[task]
async fn fetch_settings(layer: &str) -> Answer<BTreeMap<String, Value>> {
    let value = serde_json::json!({"theme": layer, "size": layer.len(), "tags": [layer], "off": null});
    Ok(serde_json::from_value(value).unwrap())
}

#[workflow]
pub async fn effective_settings(layers: Vec<String>) -> Answer<(BTreeMap<String, Value>, Vec<String>)> {
    let mut merged: BTreeMap<String, Value> = BTreeMap::new();
    let mut log = Vec::new();
    for layer in layers.iter().take(4) {
        for (key, value) in fetch_settings(layer).await? {
            match (merged.get(&key), value) {
                (_, Value::Null) => {
                    merged.remove(&key);
                }
                (Some(old), new) if *old == new => {}
                (Some(old), new) if old.is_number() && new.is_number() => {
                    log.push(format!(
                        "{key}: {} -> {}",
                        old.as_i64().unwrap_or(0),
                        new.as_i64().unwrap_or(0)
                    ));
                    merged.insert(key, new);
                }
                (_, new) => {
                    merged.insert(key, new);
                }
            }
        }
    }
    Ok((merged, log))
}

#[tokio::test]
async fn settings_are_merged() {
    both_ways(effective_settings).await;
    let (merged, log) = Executor::test()
        .agreeing()
        .run(effective_settings(vec!["a".into(), "bb".into()]))
        .await
        .output()
        .unwrap();
    assert_eq!(log, ["size: 1 -> 2"]);
    assert_eq!(merged["theme"], "bb");
}

// ---- a chat assistant's tool calls as JSON, dispatched in parallel

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "role", rename_all = "lowercase")]
enum Message {
    User {
        content: String,
    },
    Assistant {
        content: Option<String>,
        #[serde(default)]
        tool_calls: Vec<ToolCall>,
    },
    Tool {
        call_id: String,
        content: serde_json::Value,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct ToolCall {
    id: String,
    name: String,
    arguments: serde_json::Value,
}

#[task]
async fn complete_chat(messages: &[Message]) -> Answer<Message> {
    let turns = messages.iter().filter(|m| matches!(m, Message::Assistant { .. })).count();
    let call = |id: &str, name: &str, arguments| ToolCall { id: id.into(), name: name.into(), arguments };
    Ok(match turns {
        0 => Message::Assistant {
            content: None,
            tool_calls: vec![
                call("1", "weather", serde_json::json!({"city": "Oslo", "days": 2})),
                call("2", "add", serde_json::json!([1, 2, 3])),
                call("3", "fly", serde_json::json!(null)),
            ],
        },
        _ => {
            Message::Assistant { content: Some(format!("done after {}", messages.len())), tool_calls: vec![] }
        }
    })
}

#[task]
async fn forecast_city(city: &str, days: u64) -> Answer<serde_json::Value> {
    Ok(serde_json::json!({"city": city, "sun": days}))
}

#[workflow]
async fn assistant(question: String) -> Answer<(String, Vec<Message>)> {
    let mut messages = vec![Message::User { content: question }];
    for _turn in 0..4 {
        let answer = complete_chat(&messages).await?;
        messages.push(answer.clone());
        let Message::Assistant { content, tool_calls } = answer else {
            continue;
        };
        if tool_calls.is_empty() {
            return Ok((content.unwrap_or_default(), messages));
        }
        let results = map(tool_calls, async |ToolCall { id, name, arguments }| {
            let content = match name.as_str() {
                "weather" => {
                    let city = arguments["city"].as_str().unwrap_or("nowhere");
                    let days = arguments.get("days").and_then(|d| d.as_u64()).unwrap_or(1);
                    forecast_city(city, days).await.unwrap_or_else(|e| serde_json::json!({"error": e.name()}))
                }
                "add" => {
                    let sum: i64 =
                        arguments.as_array().into_iter().flatten().filter_map(|v| v.as_i64()).sum();
                    serde_json::json!({ "sum": sum })
                }
                other => serde_json::json!({"error": format!("no tool {other}")}),
            };
            Ok(Message::Tool { call_id: id, content })
        })
        .await?;
        messages.extend(results);
    }
    Ok((String::from("gave up"), messages))
}

#[tokio::test]
async fn tools_are_called() {
    both_ways(assistant).await;
    let (text, messages) = Executor::test().agreeing().run(assistant("?".into())).await.output().unwrap();
    assert_eq!(text, "done after 5");
    assert_eq!(messages[3], Message::Tool { call_id: "2".into(), content: serde_json::json!({"sum": 6}) });
}
