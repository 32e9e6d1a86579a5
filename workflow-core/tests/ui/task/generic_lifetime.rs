use workflow_core::prelude::*;

#[task]
async fn charge<'a>(text: &'a str) -> String {
    text.to_owned()
}

fn main() {}
