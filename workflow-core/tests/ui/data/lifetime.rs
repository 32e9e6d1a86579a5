use serde::{Deserialize, Serialize};
use workflow_core::Data;

#[derive(Serialize, Deserialize, Data)]
struct Order<'a> {
    id: &'a str,
}

fn main() {}
