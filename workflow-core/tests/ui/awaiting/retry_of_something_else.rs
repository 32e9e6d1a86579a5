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

// How often, and not what.
#[workflow]
async fn a_number(cents: u32) -> Result<u32, PayError> {
    charge(cents).retry(3).await
}

// The same, with a function that there is not.
#[workflow]
async fn new(cents: u32) -> Result<u32, PayError> {
    charge(cents).retry(Retry::new(3)).await
}

// The name as text.
#[workflow]
async fn text(cents: u32) -> Result<u32, PayError> {
    charge(cents).retry(Retry::on(["Declined"])).await
}

// The variant itself.
#[workflow]
async fn a_variant(cents: u32) -> Result<u32, PayError> {
    charge(cents).retry(Retry::on([PayError::Declined])).await
}

// After the call was awaited.
#[workflow]
async fn afterwards(cents: u32) -> Result<u32, PayError> {
    charge(cents).await.retry(Retry::on([PayError::DECLINED]))
}

fn main() {}
