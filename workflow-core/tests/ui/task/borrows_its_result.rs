use workflow_core::prelude::*;

#[task]
async fn charge(text: &str) -> &str {
    text
}

fn main() {}
