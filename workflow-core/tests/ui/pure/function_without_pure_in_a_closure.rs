use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Order {
    cents: u64,
    notes: Vec<String>,
}

fn short(note: &str) -> bool {
    note.is_empty()
}

#[workflow]
async fn run(order: Order) -> Result<u64, PlatformError> {
    Ok(if order.notes.iter().any(|note| short(note)) { 1 } else { 2 })
}

fn main() {}
