use workflow_core::prelude::*;

#[task(timeout_seconds = 1, timeout_seconds = 2)]
async fn charge(cents: u32) -> u32 {
    cents
}

fn main() {}
