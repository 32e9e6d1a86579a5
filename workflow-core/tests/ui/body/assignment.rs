use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    let total = 0;
    total = cents;
    total
}

fn main() {}
