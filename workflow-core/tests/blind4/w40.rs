//! Fan-out, children, state machines, generics.

use std::{collections::BTreeMap, fmt, ops::AddAssign, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a chat assistant's tool calls as JSON, dispatched in parallel


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "role", rename_all = "lowercase")]
enum Message {
    User { content: String },
    Assistant { content: Option<String>, #[serde(default)] tool_calls: Vec<ToolCall> },
    Tool { call_id: String, content: serde_json::Value },
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
        _ => Message::Assistant { content: Some(format!("done after {}", messages.len())), tool_calls: vec![] },
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
                    let sum: i64 = arguments.as_array().into_iter().flatten().filter_map(|v| v.as_i64()).sum();
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
async fn t40_assistant() {
    both_ways(assistant).await;
    let (text, messages) = Executor::test().agreeing().run(assistant("?".into())).await.output().unwrap();
    assert_eq!(text, "done after 5");
    assert_eq!(messages[3], Message::Tool { call_id: "2".into(), content: serde_json::json!({"sum": 6}) });
}
