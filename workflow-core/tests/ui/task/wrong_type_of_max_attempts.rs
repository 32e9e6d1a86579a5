use workflow_core::prelude::*;

#[task(retry(errors = [TIMEOUT], max_attempts = "3"))]
async fn charge(cents: u32) -> u32 {
    cents
}

fn main() {}
