use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    while cents > 0 {}
    cents
}

fn main() {}
