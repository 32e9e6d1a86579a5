//! Text, JSON and serde.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

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
                    log.push(format!("{key}: {} -> {}", old.as_i64().unwrap_or(0), new.as_i64().unwrap_or(0)));
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
async fn t08_effective_settings() {
    both_ways(effective_settings).await;
    let (merged, log) = Executor::test().agreeing().run(effective_settings(vec!["a".into(), "bb".into()])).await.output().unwrap();
    assert_eq!(log, ["size: 1 -> 2"]);
    assert_eq!(merged["theme"], "bb");
}
