use workflow_core::prelude::*;

#[workflow]
async fn child(cents: u32) -> Result<u32, PlatformError> {
    Ok(cents)
}

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    child(cents).start();
    Ok(cents)
}

fn main() {}
