use serde::{Deserialize, Serialize};
use workflow_core::Data;

#[derive(Serialize, Deserialize, Data)]
struct Order {
    #[serde(skip_serializing)]
    id: u32,
}

fn main() {}
