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

// A timeout of tokio's.
#[workflow]
async fn timeout(cents: u32) -> Result<u32, PayError> {
    match tokio::time::timeout(std::time::Duration::from_secs(3), charge(cents)).await {
        Ok(paid) => paid,
        Err(_) => Ok(0),
    }
}

// A client of something on the network.
#[workflow]
async fn client(url: String) -> Result<u32, PayError> {
    let page = Client::new().get(&url).send().await?;
    Ok(page.len())
}

// What was awaited, asked for more.
#[workflow]
async fn chain(url: String) -> Result<u32, PayError> {
    let page = fetch(&url).await?.text().await?;
    Ok(page.len())
}

// A box around the call.
#[workflow]
async fn boxed(cents: u32) -> Result<u32, PayError> {
    Box::pin(charge(cents)).await
}

fn main() {}
