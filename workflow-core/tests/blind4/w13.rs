//! Sagas and errors.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{join, try_join};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- providers are tried one after the other, each a few times


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct Provider {
    name: String,
    #[serde(default = "three")]
    tries: u8,
    disabled: bool,
}

fn three() -> u8 {
    3
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum SmsError {
    #[error("throttled for {seconds}s")]
    Throttled { seconds: u64 },
    #[error("blocked")]
    Blocked,
    #[error("all providers failed: {0}")]
    Exhausted(String),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn send_sms(provider: &str, number: &str, attempt: u8) -> Result<String, SmsError> {
    match (provider, attempt) {
        ("slow", 1 | 2) => Err(SmsError::Throttled { seconds: 7 }),
        ("never", _) => Err(SmsError::Blocked),
        _ => Ok(format!("{provider}>{number}")),
    }
}

#[workflow]
async fn send_sms_somehow(number: String, providers: Vec<Provider>) -> Result<(String, u32), SmsError> {
    let mut failures = Vec::new();
    let mut calls = 0_u32;
    let sent = 'providers: {
        for Provider { name, tries, .. } in providers.iter().filter(|p| !p.disabled) {
            let mut attempt = 0;
            'tries: while attempt < *tries.min(&4) {
                attempt += 1;
                calls += 1;
                match send_sms(name, &number, attempt).await {
                    Ok(id) => break 'providers Some(id),
                    Err(SmsError::Throttled { seconds }) => sleep(Duration::from_secs(seconds)).await,
                    Err(SmsError::Blocked) => {
                        failures.push(format!("{name} blocked"));
                        break 'tries;
                    }
                    Err(other) => failures.push(format!("{name}: {other}")),
                }
            }
        }
        None
    };
    sent.map(|id| (id, calls)).ok_or(SmsError::Exhausted(failures.join("; ")))
}

#[tokio::test]
async fn t13_send_sms_somehow() {
    both_ways(send_sms_somehow).await;
    let executor = Executor::test().agreeing();
    let provider = |name: &str, disabled| Provider { name: name.into(), tries: 3, disabled };
    let ran = executor.run(send_sms_somehow("1".into(), vec![provider("x", true), provider("never", false), provider("slow", false)])).await;
    assert_eq!(ran.output().unwrap(), ("slow>1".to_string(), 4));
    let ran = executor.run(send_sms_somehow("1".into(), vec![provider("never", false)])).await;
    assert_eq!(ran.outcome().error.as_deref(), Some("Exhausted"));
}

