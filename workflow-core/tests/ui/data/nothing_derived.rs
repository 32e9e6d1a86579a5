use workflow_core::prelude::*;

struct Order {
    id: String,
    cents: u32,
}

struct Receipt {
    id: String,
}

#[workflow]
async fn pay(order: Order) -> Result<u32, PlatformError> {
    if order.cents == 0 {
        return Ok(0);
    }
    charge(order.cents, &order.id).await
}

#[task]
async fn charge(cents: u32, _id: &str) -> u32 {
    cents
}

#[task]
async fn refund(_receipts: Vec<Receipt>) -> u32 {
    0
}

#[workflow]
async fn receipt(id: String) -> Receipt {
    Receipt { id }
}

fn main() {}
