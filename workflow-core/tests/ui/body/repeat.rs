use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> Vec<u32> {
    [cents; 3].into()
}

fn main() {}
