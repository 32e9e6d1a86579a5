use workflow_core::prelude::*;

#[workflow]
async fn pay(name: String) -> String {
    name.to_uppercase()
}

fn main() {}
