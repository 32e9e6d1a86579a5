use workflow_core::{PlatformError, WorkflowError};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("declined")]
    #[workflow(name = "A", name = "B")]
    Declined,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

fn main() {}
