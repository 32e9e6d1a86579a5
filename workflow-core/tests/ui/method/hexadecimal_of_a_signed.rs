use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: i32) -> String {
    format!("{cents:x}")
}

fn main() {}
