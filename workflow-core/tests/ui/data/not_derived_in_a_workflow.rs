use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Serialize, Deserialize)]
struct Order {
    cents: u32,
}

#[workflow]
async fn pay(order: Order) -> u32 {
    order.cents
}

fn main() {}
