use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    let text = std::fs::read_to_string("prices.txt");
    cents
}

fn main() {}
