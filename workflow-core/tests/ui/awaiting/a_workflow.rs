use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    Ok(cents)
}

#[workflow]
async fn order(cents: u32) -> Result<u32, PlatformError> {
    let paid = pay(cents).await?;
    Ok(paid)
}

fn main() {}
