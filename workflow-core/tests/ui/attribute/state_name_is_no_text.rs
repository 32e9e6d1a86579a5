use workflow_core::prelude::*;

#[task]
async fn charge(cents: u32) -> u32 {
    cents
}

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    #[state = 3]
    let paid = charge(cents).await?;
    Ok(paid)
}

fn main() {}
