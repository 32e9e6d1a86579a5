use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Serialize, Deserialize, Data)]
pub struct Order {
    cents: u32,
}

#[workflow]
async fn pay(order: Option<Order>) -> Order {
    order.unwrap_or_default()
}

fn main() {}
