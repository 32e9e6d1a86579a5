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

#[workflow]
async fn pay(cents: u32) -> Result<u32, PayError> {
    match charge(cents).await {
        Ok(0) | Err(PayError::Declined) if charge(1).await? > 0 => Ok(0),
        Ok(paid) => Ok(paid),
        Err(error) => Err(error),
    }
}

fn main() {}
