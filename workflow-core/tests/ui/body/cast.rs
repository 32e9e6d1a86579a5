use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u64 {
    cents as u64
}

fn main() {}
