use workflow_core::prelude::*;

#[pure]
unsafe fn fee(cents: u64) -> u64 {
    cents / 100
}

fn main() {}
