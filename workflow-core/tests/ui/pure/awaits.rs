use workflow_core::prelude::*;

#[task]
async fn look_up(cents: u64) -> u64 {
    cents
}

#[pure]
fn fee(cents: u64) -> u64 {
    look_up(cents).await.unwrap_or(0)
}

fn main() {}
