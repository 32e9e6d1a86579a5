use workflow_core::{PlatformError, WorkflowError};

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error(fmt = text)]
    Declined,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

fn text(_: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    Ok(())
}

fn main() {}
