use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: Option<u32>) -> u32 {
    cents.unwrap()
}

fn main() {}
