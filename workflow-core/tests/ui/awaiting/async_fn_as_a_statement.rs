use workflow_core::prelude::*;

async fn double(cents: u32) -> u32 {
    cents * 2
}

#[workflow]
async fn pay(cents: u32) -> u32 {
    double(cents).await;
    cents
}

fn main() {}
