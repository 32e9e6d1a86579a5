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

#[derive(Serialize, Deserialize)]
struct Customer {
    id: String,
}

const CUSTOMERS: Table<Customer> = Table::new("Customers", "id");

#[workflow]
async fn load(id: String) -> Result<bool, dynamodb::GetItemError> {
    let found = dynamodb::get_item(CUSTOMERS, &id).await?;
    Ok(found.is_some())
}

fn main() {}
