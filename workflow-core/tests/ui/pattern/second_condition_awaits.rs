use workflow_core::prelude::*;

#[task]
async fn charge(cents: u32) -> u32 {
    cents
}

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    if let 1 = cents
        && charge(1).await? > 0
    {
        return Ok(0);
    }
    Ok(cents)
}

fn main() {}
