//! The closure fails as the function around it does, and that cannot.
use workflow_core::prelude::*;

#[task]
async fn double(number: u32) -> u32 {
    number * 2
}

#[workflow]
async fn run(numbers: Vec<u32>) -> u32 {
    match distributed_map(&numbers, async |number| double(*number).await).await {
        Ok(doubled) => doubled.iter().sum(),
        Err(_) => 0,
    }
}

fn main() {}
