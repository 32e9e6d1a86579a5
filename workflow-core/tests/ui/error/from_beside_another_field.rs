use workflow_core::{PlatformError, WorkflowError};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("failed")]
    Platform {
        #[from]
        source: PlatformError,
        cents: u32,
    },
}

fn main() {}
