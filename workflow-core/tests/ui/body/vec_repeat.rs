use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> Vec<u32> {
    vec![cents; 3]
}

fn main() {}
