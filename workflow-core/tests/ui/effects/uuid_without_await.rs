use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> String {
    let id = uuid();
    format!("{id} {cents}")
}

fn main() {}
