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

#[pure]
fn total(order: &Order) -> u64 {
    order.cents + fee(order.cents)
}

fn main() {}
