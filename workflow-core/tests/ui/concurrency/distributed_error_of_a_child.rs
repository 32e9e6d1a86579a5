//! The map itself never fails with an error of a child.
use workflow_core::prelude::*;

#[derive(Debug, thiserror::Error, WorkflowError)]
enum StockError {
    #[error("sold out")]
    SoldOut,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn reserve(sku: &str) -> Result<u32, StockError> {
    if sku.is_empty() { Err(StockError::SoldOut) } else { Ok(1) }
}

#[workflow]
async fn run(skus: Vec<String>) -> Result<u32, StockError> {
    match distributed_map(&skus, async |sku| reserve(sku).await).await {
        Ok(counts) => Ok(counts.iter().sum()),
        Err(StockError::SoldOut) => Ok(0),
        Err(error) => Err(error),
    }
}

fn main() {}
