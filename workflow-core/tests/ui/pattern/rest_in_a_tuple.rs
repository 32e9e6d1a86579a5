use workflow_core::prelude::*;

#[workflow]
async fn pay(order: (u32, u32)) -> u32 {
    let (cents, ..) = order;
    cents
}

fn main() {}
