use workflow_core::prelude::*;

#[workflow]
async fn pay(prices: Vec<Option<u32>>) -> Option<Vec<bool>> {
    prices.iter().map(|price| Some(prices.len() > 3 && (*price)? > 2)).collect()
}

fn main() {}
