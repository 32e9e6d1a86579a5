use workflow_core::prelude::*;

#[workflow(kind = fast)]
async fn pay(cents: u32) -> u32 {
    cents
}

fn main() {}
