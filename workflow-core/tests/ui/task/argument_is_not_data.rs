use workflow_core::prelude::*;

struct Order {
    cents: u32,
}

#[task]
async fn charge(order: Order) -> u32 {
    order.cents
}

fn main() {}
