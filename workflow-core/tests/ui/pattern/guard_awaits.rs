use workflow_core::prelude::*;

#[task]
async fn charge(cents: u32) -> u32 {
    cents
}

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    match cents {
        0 if charge(1).await? > 0 => Ok(0),
        _ => Ok(cents),
    }
}

fn main() {}
