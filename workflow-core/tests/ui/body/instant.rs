use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    let start = std::time::Instant::now();
    cents
}

fn main() {}
