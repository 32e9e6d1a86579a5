use workflow_core::prelude::*;

#[workflow]
async fn child(cents: u32) -> Result<u32, PlatformError> {
    Ok(cents)
}

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    child(cents).retry(Retry::on([PlatformError::ALL])).await
}

fn main() {}
