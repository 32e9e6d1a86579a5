use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    cents += 1;
    cents
}

fn main() {}
