use workflow_core::prelude::*;

#[task]
async fn charge(_cents: u32) {}

#[workflow]
async fn pay(prices: Vec<u32>) -> Result<bool, PlatformError> {
    Ok(prices.iter().any(|cents| charge(*cents).await.is_ok()))
}

fn main() {}
