use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> Result<Timestamp, PlatformError> {
    let time = now().await?;
    Ok(time)
}

fn main() {}
