use workflow_core::prelude::*;

#[task(retry(errors = [TIMEOUT], jitter = FULL))]
async fn charge(cents: u32) -> u32 {
    cents
}

fn main() {}
