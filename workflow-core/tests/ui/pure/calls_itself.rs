use workflow_core::prelude::*;

#[pure]
fn sum(cents: u64) -> u64 {
    if cents == 0 { 0 } else { 1 + sum(cents - 1) }
}

fn main() {}
