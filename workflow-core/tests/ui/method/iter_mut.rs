use workflow_core::prelude::*;

#[workflow]
async fn pay(prices: Vec<u32>) -> Vec<u32> {
    let mut prices = prices;
    for price in prices.iter_mut() {
        *price += 1;
    }
    prices
}

fn main() {}
