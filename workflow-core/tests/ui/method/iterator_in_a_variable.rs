use workflow_core::prelude::*;

#[workflow]
async fn pay(prices: Vec<u32>) -> bool {
    let mut left = prices.into_iter();
    left.any(|price| price > 3) && left.next().is_some()
}

fn main() {}
