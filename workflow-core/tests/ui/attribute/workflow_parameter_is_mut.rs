use workflow_core::prelude::*;

#[workflow]
async fn pay(mut cents: u32) -> u32 {
    cents
}

fn main() {}
