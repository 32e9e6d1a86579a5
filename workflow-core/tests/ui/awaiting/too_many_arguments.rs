use workflow_core::prelude::*;

#[task]
async fn charge(cents: u32) -> u32 {
    cents
}

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    charge(cents, 1).await
}

fn main() {}
