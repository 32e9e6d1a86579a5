use tokio::time::sleep;
use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    sleep(std::time::Duration::from_secs(1)).await;
    cents
}

fn main() {}
