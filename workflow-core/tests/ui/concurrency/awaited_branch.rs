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

// `.await` in `join!`.
#[workflow]
async fn both(cents: u32) -> Result<u32, PayError> {
    let (first, second) = join!(charge(cents).await, charge(cents));
    Ok(first? + second?)
}

// `.await?` in `try_join!`.
#[workflow]
async fn each(cents: u32) -> Result<u32, PayError> {
    let (first, second) = try_join!(charge(cents).await?, charge(cents))?;
    Ok(first + second)
}

fn main() {}
