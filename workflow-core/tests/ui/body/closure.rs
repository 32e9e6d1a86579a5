use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    let double = |cents: u32| cents * 2;
    cents
}

fn main() {}
