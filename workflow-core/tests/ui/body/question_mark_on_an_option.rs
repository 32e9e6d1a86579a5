use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: Option<u32>) -> Result<u32, PlatformError> {
    let cents = cents?;
    Ok(cents)
}

fn main() {}
