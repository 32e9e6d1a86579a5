use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Default, Serialize, Deserialize, Data)]
pub struct Order {
    cents: u32,
}

impl Order {
    fn total(&self) -> u32 {
        self.cents
    }
}

#[workflow]
async fn pay(order: Order) -> u32 {
    order.total()
}

fn main() {}
