use workflow_core::prelude::*;

#[workflow(name = "pay order")]
async fn pay(cents: u32) -> u32 {
    cents
}

fn main() {}
