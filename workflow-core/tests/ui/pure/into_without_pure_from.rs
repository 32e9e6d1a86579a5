use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Order {
    cents: u64,
    notes: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize, Data)]
struct Bill {
    cents: u64,
}

impl From<Order> for Bill {
    fn from(order: Order) -> Self {
        Self { cents: order.cents }
    }
}

#[workflow]
async fn run(order: Order) -> Result<u64, PlatformError> {
    let bill: Bill = order.into();
    Ok(bill.cents)
}

fn main() {}
