use workflow_core::prelude::*;

#[task]
async fn charge(cents: u32) -> Result<u32, String> {
    Ok(cents)
}

fn main() {}
