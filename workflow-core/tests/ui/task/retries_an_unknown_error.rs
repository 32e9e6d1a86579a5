use workflow_core::prelude::*;

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("declined")]
    Declined,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(retry(errors = [Declind]))]
async fn charge(cents: u32) -> Result<u32, PayError> {
    Ok(cents)
}

fn main() {}
