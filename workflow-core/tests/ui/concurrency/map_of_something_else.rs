use workflow_core::prelude::*;

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("declined")]
    Declined,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn charge(cents: u32) -> Result<u32, PayError> {
    Ok(cents)
}

// The name of the task for a closure.
#[workflow]
async fn a_name(prices: Vec<u32>) -> Result<Vec<u32>, PayError> {
    map(prices, charge).await
}

// An iterator's `map` with blocks that nobody awaits.
#[workflow]
async fn blocks(prices: Vec<u32>) -> Result<u32, PayError> {
    let calls: Vec<_> = prices.iter().map(|cents| async move { charge(*cents).await }).collect();
    Ok(calls.len() as u32)
}

fn main() {}
