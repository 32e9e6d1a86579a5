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

#[derive(Debug, thiserror::Error, WorkflowError)]
enum OrderError {
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn order(cents: u32) -> Result<u32, OrderError> {
    let paid = charge(cents).await?;
    Ok(paid)
}

fn main() {}
