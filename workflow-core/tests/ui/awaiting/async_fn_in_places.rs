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

async fn double(cents: u32) -> u32 {
    cents * 2
}

// What it gives is used.
#[workflow]
async fn kept(cents: u32) -> Result<u32, PayError> {
    let twice = double(cents).await;
    Ok(twice)
}

// As a branch.
#[workflow]
async fn as_a_branch(cents: u32) -> Result<u32, PayError> {
    let (_, paid) = join!(double(cents), charge(cents));
    paid
}

// In an iteration.
#[workflow]
async fn in_an_iteration(prices: Vec<u32>) -> Result<Vec<u32>, PayError> {
    map(prices, async |cents| Ok(double(cents).await)).await
}

fn main() {}
