//! Only comma-separated values have headers.
use workflow_core::prelude::*;

#[task]
async fn double(number: u32) -> u32 {
    number * 2
}

#[workflow]
async fn run(key: String) -> Result<Vec<u32>, PlatformError> {
    let doubled =
        distributed_map(s3_source::json::<u32>("numbers", &key).headers(["number"]), async |number| {
            double(number).await
        })
        .await?;
    Ok(doubled)
}

fn main() {}
