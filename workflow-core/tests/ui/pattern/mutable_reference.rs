use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    let &mut total = cents;
    total
}

fn main() {}
