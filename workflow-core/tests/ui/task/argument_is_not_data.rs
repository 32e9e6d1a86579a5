use workflow_core::prelude::*;

#[derive(serde::Serialize, serde::Deserialize)]
struct Order {
    cents: u32,
}

#[task]
async fn charge(order: Order) -> u32 {
    order.cents
}

fn main() {}
