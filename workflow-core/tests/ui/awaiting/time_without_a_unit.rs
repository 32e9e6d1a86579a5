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

// Seconds as a number.
#[workflow]
async fn waits(cents: u32) -> u32 {
    sleep(30).await;
    cents
}

// A part of a second as a number.
#[workflow]
async fn waits_shortly(cents: u32) -> u32 {
    sleep(1.5).await;
    cents
}

// The interval of a retrier as a number.
#[workflow]
async fn retries(cents: u32) -> Result<u32, PayError> {
    charge(cents).retry(Retry::on([PayError::DECLINED]).interval(2)).await
}

fn main() {}
