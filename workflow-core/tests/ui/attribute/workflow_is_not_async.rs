use workflow_core::prelude::*;

#[workflow]
fn pay(cents: u32) -> u32 {
    cents
}

fn main() {}
