use workflow_core::prelude::*;

#[workflow]
async fn pay(prices: Vec<u32>) -> Vec<u32> {
    prices.iter().step_by(2).cloned().collect()
}

fn main() {}
