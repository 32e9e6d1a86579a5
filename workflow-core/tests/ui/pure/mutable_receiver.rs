use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Order {
    cents: u64,
    notes: Vec<String>,
}

#[pure]
impl Order {
    fn add(&mut self, cents: u64) -> u64 {
        self.cents + cents
    }
}

fn main() {}
