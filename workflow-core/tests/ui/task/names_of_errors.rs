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

#[task(retry(errors = ["Declined"]))]
async fn text(cents: u32) -> Result<u32, PayError> {
    Ok(cents)
}

#[task(retry(errors = ["States.Timeout"]))]
async fn text_of_the_platform(cents: u32) -> Result<u32, PayError> {
    Ok(cents)
}

#[task(retry(errors = [PayError::Declined]))]
async fn with_its_type(cents: u32) -> Result<u32, PayError> {
    Ok(cents)
}

fn main() {}
