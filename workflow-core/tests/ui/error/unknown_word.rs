use workflow_core::{PlatformError, WorkflowError};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("declined")]
    #[workflow(code = "Declined")]
    Declined,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

fn main() {}
