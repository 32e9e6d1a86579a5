//! A child execution sets a variable of its parent.
use workflow_core::prelude::*;

#[task]
async fn double(number: u32) -> u32 {
    number * 2
}

#[workflow]
async fn run(numbers: Vec<u32>) -> Result<u32, PlatformError> {
    let mut total = 0;
    distributed_map(&numbers, async |number| {
        total += double(*number).await?;
        Ok(())
    })
    .await?;
    Ok(total)
}

fn main() {}
