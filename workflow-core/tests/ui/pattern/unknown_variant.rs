use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(PartialEq, PartialOrd, Serialize, Deserialize, Data)]
enum Level {
    Low,
    High,
}

#[workflow]
async fn pay(level: Level) -> u32 {
    match level {
        Level::Lo => 0,
        Level::High => 1,
    }
}

fn main() {}
