use workflow_core::prelude::*;

#[workflow]
async fn pay(prices: Vec<u32>) -> Option<u32> {
    let mut left = prices.into_iter();
    left.next()
}

fn main() {}
