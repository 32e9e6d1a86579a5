use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    let bytes = b"paid";
    cents
}

fn main() {}
