use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    let failed = Err(PlatformError::Timeout("late".to_owned()));
    Ok(cents)
}

fn main() {}
