use workflow_core::prelude::*;

#[task]
async fn charge(cents: u32) -> u32 {
    cents
}

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    let call = charge(cents).timeout(std::time::Duration::from_secs(1));
    Ok(cents)
}

fn main() {}
