//! What the list of outputs holds for a failed child is nowhere said.
use workflow_core::prelude::*;

#[task]
async fn double(number: u32) -> u32 {
    number * 2
}

#[workflow]
async fn run(numbers: Vec<u32>) -> Result<Vec<u32>, PlatformError> {
    let doubled = distributed_map(&numbers, async |number| double(*number).await)
        .tolerated_failure_count(3)
        .await?;
    Ok(doubled)
}

fn main() {}
