use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    cents
}

fn main() {}
