use workflow_core::prelude::*;

#[workflow]
async fn pay(name: String) -> bool {
    name.chars().all(|letter| letter.is_alphabetic())
}

fn main() {}
