use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Order {
    cents: u64,
    notes: Vec<String>,
}

impl Order {
    #[pure]
    fn of(cents: u64) -> Self {
        Self { cents, notes: Vec::new() }
    }

    #[pure]
    fn fee(&self) -> u64 {
        self.cents / 100
    }
}

fn main() {}
