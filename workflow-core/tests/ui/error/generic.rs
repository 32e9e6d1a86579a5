use workflow_core::{PlatformError, WorkflowError};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError<T> {
    #[error("declined: {0}")]
    Declined(T),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

fn main() {}
