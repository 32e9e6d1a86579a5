//! Text, JSON and serde.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a cron expression


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub enum CronField {
    Any,
    Every(u8),
    Range { from: u8, to: u8 },
    List(Vec<u8>),
}

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
pub enum CronError {
    #[error("expected 5 fields, found {found}")]
    Fields { found: usize },
    #[error("`{field}` is no {what}")]
    Bad { field: String, what: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[pure]
fn cron_number(text: &str) -> Result<u8, CronError> {
    text.parse::<u8>().map_err(|_| CronError::Bad { field: text.to_owned(), what: "number".into() })
}

#[pure]
impl FromStr for CronField {
    type Err = CronError;

    fn from_str(s: &str) -> Result<Self, CronError> {
        if s == "*" {
            return Ok(CronField::Any);
        }
        if let Some(step) = s.strip_prefix("*/") {
            let step = cron_number(step)?;
            return if step == 0 {
                Err(CronError::Bad { field: s.to_string(), what: "step".to_string() })
            } else {
                Ok(CronField::Every(step))
            };
        }
        if let Some((from, to)) = s.split_once('-') {
            let (from, to) = (cron_number(from)?, cron_number(to)?);
            return Ok(CronField::Range { from: from.min(to), to: from.max(to) });
        }
        s.split(',').map(cron_number).collect::<Result<Vec<_>, _>>().map(CronField::List)
    }
}

#[pure]
impl CronField {
    fn matches(&self, value: u8) -> bool {
        match self {
            Self::Any => true,
            Self::Every(step) => value % step == 0,
            Self::Range { from, to } => (*from..=*to).contains(&value),
            Self::List(values) => values.contains(&value),
        }
    }
}

#[task]
async fn fire(minute: u8, hour: u8) -> Answer<String> {
    Ok(format!("{hour:02}:{minute:02}"))
}

#[workflow]
pub async fn run_cron(spec: String, hours: u8) -> Result<Vec<String>, CronError> {
    let fields = spec.split_whitespace().map(|f| f.parse()).collect::<Result<Vec<CronField>, CronError>>()?;
    let [minute, hour, _day, _month, _weekday] = fields.as_slice() else {
        return Err(CronError::Fields { found: fields.len() });
    };
    let mut fired = Vec::new();
    'hours: for h in 0..hours.min(24) {
        if !hour.matches(h) {
            continue;
        }
        for m in (0..60).step_by(15).filter(|m| minute.matches(*m)) {
            fired.push(fire(m, h).await?);
            if fired.len() == 6 {
                break 'hours;
            }
        }
    }
    Ok(fired)
}

#[tokio::test]
async fn t03_run_cron() {
    both_ways(run_cron).await;
    let executor = Executor::test().agreeing();
    let ran = executor.run(run_cron("*/30 9-17 * * 1,2".into(), 11)).await;
    assert_eq!(ran.output().unwrap(), ["09:00", "09:30", "10:00", "10:30"]);
    for (spec, error) in [("* *", "Fields"), ("x * * * *", "Bad"), ("*/0 * * * *", "Bad")] {
        assert_eq!(executor.run(run_cron(spec.into(), 2)).await.outcome().error.as_deref(), Some(error));
    }
}

