use workflow_core::prelude::*;

#[workflow]
async fn pay(order: Option<u32>) -> u32 {
    match order {
        Some(mut cents) => cents,
        None => 0,
    }
}

fn main() {}
