use serde::{Deserialize, Serialize};
use workflow_core::Data;

#[derive(Serialize, Deserialize, Data)]
struct Order {
    #[serde(rename(serialize = "id", deserialize = "orderId"))]
    id: u32,
}

fn main() {}
