use workflow_core::{PlatformError, WorkflowError};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("declined: {}", reason.len())]
    Declined { reason: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

fn main() {}
