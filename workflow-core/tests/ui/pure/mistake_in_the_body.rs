use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Order {
    cents: u64,
    notes: Vec<String>,
}

#[pure]
fn fee(order: &Order) -> u64 {
    order.cent + 1
}

#[pure]
impl Order {
    fn fee(&self) -> u64 {
        if self.cents > 1 { self.notes } else { 2 }
    }
}

fn main() {}
