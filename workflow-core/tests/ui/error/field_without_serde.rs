use workflow_core::{PlatformError, WorkflowError};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("late")]
    Late { at: std::time::Instant },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

fn main() {}
