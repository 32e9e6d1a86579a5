use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    Err(PlatformError::Late)
}

fn main() {}
