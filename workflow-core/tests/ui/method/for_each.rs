use workflow_core::prelude::*;

#[workflow]
async fn pay(prices: Vec<u32>) -> u32 {
    let mut sum = 0;
    prices.iter().for_each(|price| sum += price);
    sum
}

fn main() {}
