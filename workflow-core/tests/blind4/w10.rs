//! Sagas and errors.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{join, try_join};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- errors of layers are turned into each other


#[derive(Debug, thiserror::Error, WorkflowError)]
enum StoreError {
    #[error("key {key} not found")]
    NotFound { key: String },
    #[error("conflict: expected {expected}, found {found}")]
    Conflict { expected: u32, found: u32 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum ServiceError {
    #[error("404: {0}")]
    Missing(String),
    #[error("409 after {attempts}")]
    TooManyConflicts { attempts: u8 },
    #[error("500: {message}")]
    Internal { message: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[pure]
impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { key } => ServiceError::Missing(key),
            StoreError::Conflict { .. } => ServiceError::TooManyConflicts { attempts: 1 },
            StoreError::Platform(p) => ServiceError::Platform(p),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Doc {
    key: String,
    version: u32,
    words: Vec<String>,
}

#[task]
async fn get_doc(key: &str) -> Result<Doc, StoreError> {
    if key.is_empty() {
        return Err(StoreError::NotFound { key: "''".into() });
    }
    Ok(Doc { key: key.into(), version: key.len() as u32, words: vec![key.to_string()] })
}

#[task]
async fn put_doc(doc: &Doc, attempt: u8) -> Result<u32, StoreError> {
    let stubborn = doc.key.starts_with('!');
    if stubborn || (doc.key.starts_with('?') && attempt < 2) {
        return Err(StoreError::Conflict { expected: doc.version, found: doc.version + 1 });
    }
    Ok(doc.version)
}

#[workflow]
async fn append_word(key: String, word: Option<String>) -> Result<u32, ServiceError> {
    let word = word
        .as_deref()
        .map(str::trim)
        .filter(|w| !w.is_empty())
        .ok_or_else(|| ServiceError::Internal { message: format!("no word for {key}") })?
        .to_owned();
    for attempt in 1..=3u8 {
        let mut doc = get_doc(&key).await.map_err(ServiceError::from)?;
        doc.version += 1;
        doc.words.push(word.clone());
        match put_doc(&doc, attempt).await {
            Err(StoreError::Conflict { expected, found }) if expected < found => {
                sleep(Duration::from_millis(u64::from(attempt) * 1000)).await;
            }
            other => return other.map_err(Into::into),
        }
    }
    Err(ServiceError::TooManyConflicts { attempts: 3 })
}

#[tokio::test]
async fn t10_append_word() {
    both_ways(append_word).await;
    let executor = Executor::test().agreeing();
    assert_eq!(executor.run(append_word("?a".into(), Some(" x ".into()))).await.output().unwrap(), 3);
    for (key, word, error) in [("", Some("x"), "Missing"), ("!", Some("x"), "TooManyConflicts"), ("a", Some(" "), "Internal"), ("a", None, "Internal")] {
        let ran = executor.run(append_word(key.into(), word.map(String::from))).await;
        assert_eq!(ran.outcome().error.as_deref(), Some(error));
    }
}

