use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    let total: u64 = cents;
    cents
}

fn main() {}
