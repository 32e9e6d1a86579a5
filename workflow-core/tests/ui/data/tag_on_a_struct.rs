use serde::{Deserialize, Serialize};
use workflow_core::Data;

#[derive(Serialize, Deserialize, Data)]
#[serde(tag = "kind")]
struct Order {
    id: u32,
}

fn main() {}
