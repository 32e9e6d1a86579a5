use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(PartialEq, PartialOrd, Serialize, Deserialize, Data)]
enum Level {
    Low,
    Above(u32),
}

#[workflow]
async fn pay(level: Level) -> bool {
    level < Level::Above(3)
}

fn main() {}
