use workflow_core::prelude::*;

#[pure]
fn fee(cents: u64) -> u64 {
    let mut fee = cents / 100;
    if fee > 100 {
        fee = 100;
    }
    fee
}

fn main() {}
