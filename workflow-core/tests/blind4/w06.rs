//! Text, JSON and serde.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- quoted csv


#[pure]
fn split_csv(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                if let Some(field) = fields.last_mut() {
                    field.push('"');
                }
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => {
                if let Some(field) = fields.last_mut() {
                    field.push(other);
                }
            }
        }
    }
    fields
}

#[task]
async fn store_rows(rows: &[BTreeMap<String, String>]) -> Answer<usize> {
    Ok(rows.len())
}

#[workflow]
pub async fn load_csv(text: String, batch: usize) -> Answer<Vec<usize>> {
    let mut lines = text.lines().map(|line| line.trim()).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let Some(header) = lines.next() else { return Ok(vec![]) };
    let header = split_csv(header);
    let rows: Vec<BTreeMap<String, String>> = lines
        .map(|line| header.iter().cloned().zip(split_csv(line)).collect())
        .collect();
    let mut stored = vec![];
    for chunk in rows.chunks(batch.max(1)) {
        stored.push(store_rows(chunk).await?);
    }
    Ok(stored)
}

#[tokio::test]
async fn t06_load_csv() {
    both_ways(load_csv).await;
    let text = "a,b\n# no\n1,\"x, \"\"y\"\"\"\n\n2,3\n4";
    let ran = Executor::test().agreeing().run(load_csv(text.into(), 2)).await;
    assert_eq!(ran.output().unwrap(), [2, 1]);
}

