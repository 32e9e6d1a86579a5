use workflow_core::prelude::*;

static PRICES: std::sync::Mutex<u32> = std::sync::Mutex::new(1);

#[workflow]
async fn pay(cents: u32) -> u32 {
    let _held = PRICES.lock();
    cents
}

fn main() {}
