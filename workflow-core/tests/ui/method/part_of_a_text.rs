use workflow_core::prelude::*;

#[workflow]
async fn pay(name: String) -> String {
    name[1..].to_string()
}

fn main() {}
