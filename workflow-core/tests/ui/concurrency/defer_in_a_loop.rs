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
async fn shop(skus: Vec<String>) -> Result<u32, ShopError> {
    let mut total = 0;
    for sku in &skus {
        defer! {
            notify(sku.clone()).await?;
        }
        total += reserve(sku).await?;
    }
    Ok(total)
}

fn main() {}
