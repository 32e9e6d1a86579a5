use workflow_core::prelude::*;

#[workflow]
async fn pay(name: String) -> String {
    name.replace(|letter: char| letter == ';', "")
}

fn main() {}
