use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> String {
    let this = execution();
    this.id().to_string()
}

fn main() {}
