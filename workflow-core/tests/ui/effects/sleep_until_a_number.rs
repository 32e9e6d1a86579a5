use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    sleep_until(cents).await;
    cents
}

fn main() {}
