use workflow_core::prelude::*;

#[workflow]
async fn pay(prices: Vec<u32>) -> Vec<u32> {
    prices.iter().scan(0, |sum, price| { *sum += price; Some(*sum) }).collect()
}

fn main() {}
