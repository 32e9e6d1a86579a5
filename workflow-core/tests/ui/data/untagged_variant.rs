use serde::{Deserialize, Serialize};
use workflow_core::Data;

#[derive(Serialize, Deserialize, Data)]
enum Kind {
    Gift,
    #[serde(untagged)]
    Named(String),
}

fn main() {}
