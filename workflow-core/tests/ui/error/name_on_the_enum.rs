use workflow_core::{PlatformError, WorkflowError};

#[derive(Debug, thiserror::Error, WorkflowError)]
#[workflow(name = "PayError")]
enum PayError {
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

fn main() {}
