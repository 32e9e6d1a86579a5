use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    let paid = cents.charge().await?;
    Ok(paid)
}

fn main() {}
