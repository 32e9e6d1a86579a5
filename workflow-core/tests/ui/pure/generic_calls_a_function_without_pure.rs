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
fn total<T: Data + Clone>(orders: &[T], cents: u64) -> Vec<T> {
    if fee(cents) > 1 { vec![] } else { orders.iter().cloned().collect() }
}

fn main() {}
