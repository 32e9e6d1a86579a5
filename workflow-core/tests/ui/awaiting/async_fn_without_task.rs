use workflow_core::prelude::*;

async fn double(cents: u32) -> Result<u32, PlatformError> {
    Ok(cents * 2)
}

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    let paid = double(cents).await?;
    Ok(paid)
}

fn main() {}
