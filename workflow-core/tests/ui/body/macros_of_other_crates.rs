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
async fn bails(cents: u32) -> Result<u32, PayError> {
    if cents == 0 {
        bail!("nothing to pay");
    }
    charge(cents).await
}

#[workflow]
async fn debug_assertion(cents: u32) -> u32 {
    debug_assert!(cents > 0);
    cents
}

#[workflow]
async fn writes(cents: u32) -> String {
    let mut text = String::new();
    write!(text, "{cents}");
    text
}

#[workflow]
async fn when_compiled(cents: u32) -> String {
    env!("CARGO_PKG_NAME").to_string()
}

fn main() {}
