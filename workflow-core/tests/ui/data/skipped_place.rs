use serde::{Deserialize, Serialize};
use workflow_core::Data;

#[derive(Serialize, Deserialize, Data)]
struct Order(#[serde(skip)] u32, u32);

fn main() {}
