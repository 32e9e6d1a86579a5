use workflow_core::prelude::*;

#[task]
async fn approve(cents: u32) -> Result<Pending<bool>, PlatformError> {
    Ok(Pending::default())
}

fn main() {}
