use workflow_core::prelude::*;

#[task]
async fn charge(cents: u32) -> u32 {
    cents
}

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    #[state = "Sum"]
    let sum = cents + 1;
    let paid = charge(sum).await?;
    Ok(paid)
}

fn main() {}
