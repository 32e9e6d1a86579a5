use workflow_core::prelude::*;

#[workflow]
async fn pay(prices: Vec<u32>) -> u32 {
    prices[0]
}

fn main() {}
