use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Order {
    cents: u64,
    notes: Vec<String>,
}

fn fee(cents: u64) -> u64 {
    cents / 100
}

#[workflow]
async fn run(order: Order) -> Result<u64, PlatformError> {
    let text = format!("{}", fee(order.cents));
    Ok(if text.is_empty() { 1 } else { 2 })
}

fn main() {}
