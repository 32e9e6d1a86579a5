use workflow_core::prelude::*;

#[derive(Debug, thiserror::Error, WorkflowError)]
enum ChildError {
    #[error("no")]
    No,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn child(cents: u32) -> Result<u32, ChildError> {
    if cents == 0 {
        return Err(ChildError::No);
    }
    Ok(cents)
}

#[workflow]
async fn pay(cents: u32) -> Result<u32, PlatformError> {
    let paid = child(cents).await?;
    Ok(paid)
}

fn main() {}
