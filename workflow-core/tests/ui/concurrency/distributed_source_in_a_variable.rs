//! A source is kept in a variable.
use workflow_core::prelude::*;

#[task]
async fn double(number: u32) -> u32 {
    number * 2
}

#[workflow]
async fn run(key: String) -> Result<Vec<u32>, PlatformError> {
    let numbers = s3_source::json::<u32>("numbers", &key);
    let doubled = distributed_map(numbers, async |number| double(number).await).await?;
    Ok(doubled)
}

fn main() {}
