//! No such method.
use workflow_core::prelude::*;

#[task]
async fn double(number: u32) -> u32 {
    number * 2
}

#[workflow]
async fn run(numbers: Vec<u32>) -> Result<Vec<u32>, PlatformError> {
    let doubled = distributed_map(&numbers, async |number| double(*number).await).concurrency(3).await?;
    Ok(doubled)
}

fn main() {}
