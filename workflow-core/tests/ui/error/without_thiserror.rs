use workflow_core::{PlatformError, WorkflowError};

#[derive(Debug, WorkflowError)]
enum PayError {
    #[error("declined")]
    Declined,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

fn main() {}
