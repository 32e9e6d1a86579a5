use serde::{Deserialize, Serialize};
use workflow_core::Data;

#[derive(Serialize, Deserialize, Data)]
struct Order {
    prices: std::collections::HashMap<String, u32>,
}

fn main() {}
