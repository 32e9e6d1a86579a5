use workflow_core::prelude::*;

#[workflow(timeout_seconds = 0)]
async fn pay(cents: u32) -> u32 {
    cents
}

fn main() {}
