use workflow_core::prelude::*;

#[workflow]
async fn pay(prices: Vec<u32>) -> Vec<u32> {
    let mut sum = 0;
    prices.iter().map(|price| { sum += price; sum }).collect()
}

fn main() {}
