use workflow_core::prelude::*;

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("declined: {reason}")]
    Declined { reason: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn pay(cents: u32) -> Result<u32, PayError> {
    Err(PayError::Declined {})
}

fn main() {}
