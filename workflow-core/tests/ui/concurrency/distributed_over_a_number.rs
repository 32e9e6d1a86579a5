//! Neither a list nor a source.
use workflow_core::prelude::*;

#[task]
async fn double(number: u32) -> u32 {
    number * 2
}

#[workflow]
async fn run(numbers: u32) -> Result<Vec<u32>, PlatformError> {
    let doubled = distributed_map(numbers, async |number| double(number).await).await?;
    Ok(doubled)
}

fn main() {}
