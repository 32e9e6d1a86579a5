use workflow_core::prelude::*;

#[task]
async fn charge(key: IdempotencyKey, other: IdempotencyKey, cents: u32) -> u32 {
    cents
}

fn main() {}
