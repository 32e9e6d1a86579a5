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
async fn load(id: u32) -> Result<Option<Order>, dynamodb::GetItemError> {
    dynamodb::get_item(ORDERS, &id).await
}

fn main() {}
