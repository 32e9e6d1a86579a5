use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Order {
    cents: u64,
    notes: Vec<String>,
}

#[pure]
fn fee(order: &mut Order) -> u64 {
    order.cents
}

fn main() {}
