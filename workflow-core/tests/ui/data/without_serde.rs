use workflow_core::prelude::*;

#[derive(Data)]
struct Order {
    cents: u32,
}

#[workflow]
async fn pay(order: Order) -> u32 {
    order.cents
}

fn main() {}
