use serde::{Deserialize, Serialize};
use workflow_core::Data;

#[derive(Serialize, Deserialize, Data)]
struct Order {
    item: Item,
}

#[derive(Serialize, Deserialize)]
struct Item {}

fn main() {}
