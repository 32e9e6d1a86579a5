use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    let paid = Ok(cents);
    Ok(0)
}

fn main() {}
