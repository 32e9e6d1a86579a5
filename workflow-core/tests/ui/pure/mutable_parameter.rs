use workflow_core::prelude::*;

#[pure]
fn fee(mut cents: u64) -> u64 {
    cents
}

fn main() {}
