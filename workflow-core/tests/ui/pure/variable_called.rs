use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Order {
    cents: u64,
    notes: Vec<String>,
}



#[workflow]
async fn run(order: Order) -> Result<u64, PlatformError> {
    let double = order.cents;
    Ok(double(1))
}

fn main() {}
