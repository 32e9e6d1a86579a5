use workflow_core::{PlatformError, WorkflowError};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("declined")]
    #[workflow(name = "")]
    Declined,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

fn main() {}
