use workflow_core::{PlatformError, WorkflowError};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("late")]
    Late { at: Moment },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Moment {}

fn main() {}
