use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> String {
    execution().role().to_string()
}

fn main() {}
