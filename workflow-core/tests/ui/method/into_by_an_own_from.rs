use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Default, Serialize, Deserialize, Data)]
pub struct Order {
    cents: u32,
}

#[derive(Serialize, Deserialize, Data)]
pub struct Total(u32);

impl From<Order> for Total {
    fn from(order: Order) -> Self {
        Self(order.cents)
    }
}

#[workflow]
async fn pay(order: Order) -> Total {
    order.into()
}

fn main() {}
