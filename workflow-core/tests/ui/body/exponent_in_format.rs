use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: f64) -> String {
    format!("{cents:.2e}")
}

fn main() {}
