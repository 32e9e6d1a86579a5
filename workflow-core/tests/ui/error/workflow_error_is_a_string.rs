use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> Result<u32, String> {
    Ok(cents)
}

fn main() {}
