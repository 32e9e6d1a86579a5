use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Copy, Serialize, Deserialize, Data)]
enum Tier {
    First,
    Second,
}

#[workflow]
async fn pay(tier: Tier) -> u8 {
    tier as u8
}

fn main() {}
