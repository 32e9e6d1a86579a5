use workflow_core::prelude::*;

fn large(cents: &u32) -> bool {
    *cents > 100
}

#[workflow]
async fn pay(prices: Vec<u32>) -> bool {
    prices.iter().all(large)
}

fn main() {}
