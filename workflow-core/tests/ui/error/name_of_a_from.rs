use workflow_core::{PlatformError, WorkflowError};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error(transparent)]
    #[workflow(name = "Platform")]
    Platform(#[from] PlatformError),
}

fn main() {}
