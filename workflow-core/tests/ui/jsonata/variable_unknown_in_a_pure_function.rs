use workflow_core::prelude::*;

#[pure]
fn total(prices: &[u64]) -> u64 {
    jsonata!("$sum($price)")
}

fn main() {}
