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

// At the end of the workflow.
#[workflow]
async fn at_the_end(cents: u32) -> Result<u32, PayError> {
    charge(cents)
}

// What is matched.
#[workflow]
async fn matched(cents: u32) -> Result<u32, PayError> {
    match charge(cents) {
        Ok(paid) => Ok(paid),
        Err(PayError::Declined) => Ok(0),
        Err(other) => Err(other),
    }
}

// In a condition, and in the pattern of one.
#[workflow]
async fn in_a_condition(cents: u32) -> Result<u32, PayError> {
    if charge(cents) > 3 {
        return Ok(1);
    }
    if let Ok(paid) = charge(cents) {
        return Ok(paid);
    }
    Ok(0)
}

// In a closure over the elements of a list.
#[workflow]
async fn in_a_closure(prices: Vec<u32>) -> Result<Vec<u32>, PayError> {
    Ok(prices.iter().map(|cents| charge(*cents)).collect())
}

fn main() {}
