use workflow_core::prelude::*;

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("declined")]
    Declined,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn charge(cents: u32) -> Result<u32, PayError> {
    Ok(cents)
}

#[workflow]
async fn a_literal(cents: u32) -> Result<u32, PayError> {
    if cents == 0 {
        return Err("nothing to pay".into());
    }
    charge(cents).await
}

#[workflow]
async fn a_format(cents: u32) -> Result<u32, PayError> {
    if cents == 0 {
        return Err(format!("{cents} is nothing to pay").into());
    }
    charge(cents).await
}

fn main() {}
