use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Order {
    cents: u64,
    notes: Vec<String>,
}

use std::cmp::max;

#[workflow]
async fn run(order: Order) -> Result<u64, PlatformError> {
    Ok(max(order.cents, 3))
}

fn main() {}
