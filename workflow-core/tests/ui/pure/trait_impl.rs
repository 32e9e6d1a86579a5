use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Eq, Serialize, Deserialize, Data)]
struct Order {
    cents: u64,
    notes: Vec<String>,
}

#[pure]
impl PartialEq for Order {
    fn eq(&self, other: &Self) -> bool {
        self.cents == other.cents
    }
}

fn main() {}
