use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Order {
    cents: u64,
    notes: Vec<String>,
}

impl Order {
    fn fee(cents: u64) -> u64 {
        cents / 100
    }
}

#[workflow]
async fn run(order: Order) -> Result<u64, PlatformError> {
    Ok(Order::fee(order.cents))
}

fn main() {}
