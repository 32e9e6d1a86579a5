//! Text, JSON and serde.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- percentage rollouts of feature flags


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Rule {
    Always(bool),
    Percent(u32),
    Users(Vec<String>),
    Between { from: Timestamp, to: Option<Timestamp> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Flag {
    name: String,
    rules: Vec<Rule>,
}

#[pure]
fn bucket(key: &str) -> u32 {
    key.bytes().fold(17u32, |hash, byte| (hash * 31 + u32::from(byte)) % 65_521) % 100
}

#[pure]
impl Flag {
    fn is_on(&self, user: &str, at: Timestamp) -> bool {
        self.rules.iter().any(|rule| match rule {
            Rule::Always(on) => *on,
            Rule::Percent(percent) => bucket(&format!("{}:{user}", self.name)) < *percent,
            Rule::Users(users) => users.iter().any(|u| u.eq_ignore_ascii_case(user)),
            Rule::Between { from, to } => *from <= at && to.is_none_or(|to| at < to),
        })
    }
}

#[task]
async fn load_flags(app: &str) -> Answer<Vec<Flag>> {
    Ok(vec![
        Flag { name: "dark".into(), rules: vec![Rule::Percent(50), Rule::Users(vec!["ANN".into()])] },
        Flag { name: app.into(), rules: vec![Rule::Always(false)] },
    ])
}

#[workflow]
pub async fn flags_of(app: String, user: String) -> Answer<BTreeMap<String, bool>> {
    let at = now().await;
    let flags = load_flags(&app).await?;
    Ok(flags.into_iter().map(|flag| (flag.name.clone(), flag.is_on(&user, at))).collect())
}

#[tokio::test]
async fn t07_flags_of() {
    both_ways(flags_of).await;
    let flags = Executor::test().agreeing().run(flags_of("app".into(), "ann".into())).await.output().unwrap();
    assert_eq!((flags["dark"], flags["app"]), (true, false));
}

