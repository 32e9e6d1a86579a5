use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Serialize, Deserialize)]
struct Receipt {
    cents: u32,
}

#[workflow]
async fn pay(cents: u32) -> Receipt {
    Receipt { cents }
}

fn main() {}
