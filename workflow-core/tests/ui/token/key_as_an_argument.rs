use workflow_core::prelude::*;

#[task]
async fn charge(key: IdempotencyKey, cents: u32) -> u32 {
    cents
}

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    let key = uuid().await;
    charge(key, cents).await
}

fn main() {}
