use workflow_core::prelude::*;

#[task]
async fn charge(cents: u32) -> u32 {
    cents
}

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    match charge(cents).await {
        Ok(paid) => Ok(paid),
        Err(PlatformError::TimeOut(_)) => Ok(0),
        Err(error) => Err(error),
    }
}

fn main() {}
