use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Order {
    cents: u64,
    notes: Vec<String>,
}

trait Fee {
    fn fee(&self) -> u64;
}

#[pure]
impl Fee for Order {
    fn fee(&self) -> u64 {
        self.cents / 100
    }
}

fn main() {}
