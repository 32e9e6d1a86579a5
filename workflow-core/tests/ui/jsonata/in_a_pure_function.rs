use workflow_core::prelude::*;

#[pure]
fn first(prices: &[u64]) -> u64 {
    jsonata!("$first($prices)")
}

fn main() {}
