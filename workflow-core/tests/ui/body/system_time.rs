use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    let now = std::time::SystemTime::now();
    cents
}

fn main() {}
