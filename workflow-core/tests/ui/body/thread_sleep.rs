use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    std::thread::sleep(std::time::Duration::from_secs(1));
    cents
}

fn main() {}
