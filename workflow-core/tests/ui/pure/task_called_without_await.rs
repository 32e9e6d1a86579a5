use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Order {
    cents: u64,
    notes: Vec<String>,
}

#[task]
async fn look_up(cents: u64) -> u64 {
    cents
}

#[workflow]
async fn run(order: Order) -> Result<u64, PlatformError> {
    let cents = look_up(order.cents);
    Ok(cents + 1)
}

fn main() {}
