use workflow_core::prelude::*;

#[workflow(retries = 3)]
async fn pay(cents: u32) -> u32 {
    cents
}

fn main() {}
