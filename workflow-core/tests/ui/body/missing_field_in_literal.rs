use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Serialize, Deserialize, Data)]
struct Order {
    cents: u32,
}

#[workflow]
async fn pay(cents: u32) -> Order {
    Order {}
}

fn main() {}
