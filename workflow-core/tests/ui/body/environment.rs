use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    let currency = std::env::var("CURRENCY");
    cents
}

fn main() {}
