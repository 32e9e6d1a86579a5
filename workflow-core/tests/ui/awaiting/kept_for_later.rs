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

// The call in a variable, awaited later, and again.
#[workflow]
async fn a_call(cents: u32) -> Result<u32, PayError> {
    let call = charge(cents);
    let paid = call.await?;
    let again = call.await?;
    Ok(paid + again)
}

// The task in a variable.
#[workflow]
async fn a_task(cents: u32) -> Result<u32, PayError> {
    let pay = charge;
    pay(cents).await
}

// The calls in a closure of their own.
#[workflow]
async fn a_closure(cents: u32) -> Result<u32, PayError> {
    let pay = async |cents: u32| charge(cents).await;
    pay(cents).await
}

fn main() {}
