use workflow_core::{PlatformError, WorkflowError};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error(transparent)]
    Io(std::fmt::Error),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

fn main() {}
