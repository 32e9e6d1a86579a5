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

#[derive(Serialize, Deserialize, Data)]
struct Customer {
    id: String,
}

#[workflow]
async fn store(customer: Customer) -> Result<(), dynamodb::WriteError> {
    dynamodb::put_item(ORDERS, &customer).await
}

fn main() {}
