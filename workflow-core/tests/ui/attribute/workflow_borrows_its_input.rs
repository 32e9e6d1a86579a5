use workflow_core::prelude::*;

#[workflow]
async fn pay(text: &String) -> String {
    text.clone()
}

fn main() {}
