use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> Vec<u32> {
    (cents..).take(3).collect()
}

fn main() {}
