use serde::{Deserialize, Serialize};
use workflow_core::{
    prelude::*,
    services::dynamodb::{self, Table},
};

#[derive(Serialize, Deserialize, Data)]
struct Order {
    id: String,
    cents: u32,
}

const ORDERS: Table<Order> = Table::new("Orders", "id");

#[workflow]
async fn store(order: Order) -> Result<(), dynamodb::WriteError> {
    dynamodb::put_item(ORDERS, &order).if_absend().await
}

fn main() {}
