use workflow_core::prelude::*;

#[workflow]
async fn pay(prices: Vec<u32>) -> usize {
    prices.clone().sort();
    prices.len()
}

fn main() {}
