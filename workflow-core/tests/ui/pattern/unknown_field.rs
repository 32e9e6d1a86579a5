use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Serialize, Deserialize, Data)]
struct Order {
    cents: u32,
}

#[workflow]
async fn pay(order: Order) -> u32 {
    let Order { cent } = order;
    cent
}

fn main() {}
