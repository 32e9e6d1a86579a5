use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Serialize, Deserialize, Data)]
struct Order {
    cents: u32,
    paid: bool,
}

#[workflow]
async fn pay(order: Order, cents: u32) -> Order {
    Order { cents, ..order }
}

fn main() {}
