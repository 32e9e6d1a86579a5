use workflow_core::prelude::*;

#[workflow]
async fn pay(order: Option<u32>) -> u32 {
    let Some(cents) = order;
    cents
}

fn main() {}
