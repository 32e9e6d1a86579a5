use workflow_core::prelude::*;

#[workflow]
async fn pay(order: (u32, u32)) -> u32 {
    (order.0)(order.1)
}

fn main() {}
