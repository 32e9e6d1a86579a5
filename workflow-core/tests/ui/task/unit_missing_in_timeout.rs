use workflow_core::prelude::*;

#[task(timeout = 30)]
async fn charge(cents: u32) -> u32 {
    cents
}

fn main() {}
