use workflow_core::prelude::*;

#[task(retry(errors = [TIMEOUT], jitter, jitter))]
async fn charge(cents: u32) -> u32 {
    cents
}

fn main() {}
