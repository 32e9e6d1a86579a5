use workflow_core::{PlatformError, WorkflowError};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("declined")]
    Declined,
    #[error("refused")]
    #[workflow(name = "Declined")]
    Refused,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

fn main() {}
