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
async fn list(id: String) -> Result<bool, dynamodb::QueryError> {
    let page = dynamodb::query(ORDERS, &id).await?;
    Ok(page.more)
}

fn main() {}
