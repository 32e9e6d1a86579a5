use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(PartialEq, PartialOrd, Serialize, Deserialize, Data)]
enum Level {
    Low,
    High,
}

#[workflow]
async fn pay(level: Level) -> bool {
    level < Level::High
}

fn main() {}
