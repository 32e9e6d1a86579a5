use workflow_core::prelude::*;

#[task]
async fn charge(_cents: u32) {}

#[workflow]
async fn pay(bills: Vec<u32>) -> Result<(), PlatformError> {
    for cents in bills.iter().skip(1) {
        charge(*cents).await?;
    }
    Ok(())
}

fn main() {}
