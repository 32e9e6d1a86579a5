use workflow_core::prelude::*;

#[derive(Debug, thiserror::Error, WorkflowError)]
enum ShopError {
    #[error("sold out")]
    SoldOut,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn reserve(sku: &str) -> Result<u32, ShopError> {
    if sku.is_empty() { Err(ShopError::SoldOut) } else { Ok(1) }
}

#[task]
async fn notify(text: String) -> String {
    text
}

#[workflow]
async fn shop(sku: String) -> Result<u32, ShopError> {
    let (reserved, _) = join!(reserve(&sku), notify(sku.clone()))?;
    Ok(reserved)
}

fn main() {}
