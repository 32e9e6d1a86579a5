use workflow_core::prelude::*;

#[workflow]
async fn pay(name: String) -> usize {
    name.split(|letter: char| letter == ';').count()
}

fn main() {}
