use workflow_core::prelude::*;

#[pure(always)]
fn fee(cents: u64) -> u64 {
    cents / 100
}

fn main() {}
