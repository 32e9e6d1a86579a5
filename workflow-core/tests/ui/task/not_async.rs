use workflow_core::prelude::*;

#[task]
fn charge(cents: u32) -> u32 {
    cents
}

fn main() {}
