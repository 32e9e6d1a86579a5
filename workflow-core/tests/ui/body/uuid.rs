use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    let id = uuid::Uuid::new_v4();
    cents
}

fn main() {}
