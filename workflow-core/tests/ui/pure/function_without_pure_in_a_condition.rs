use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Order {
    cents: u64,
    notes: Vec<String>,
}

fn large(cents: u64) -> bool {
    cents > 100
}

#[workflow]
async fn run(order: Order) -> Result<u64, PlatformError> {
    match order.cents {
        cents if large(cents) => Ok(1),
        _ => Ok(2),
    }
}

fn main() {}
