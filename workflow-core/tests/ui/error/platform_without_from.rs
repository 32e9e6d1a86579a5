use workflow_core::prelude::*;

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("declined")]
    Declined,
    #[error(transparent)]
    Platform(PlatformError),
}

fn main() {}
