use workflow_core::prelude::*;

#[task]
async fn charge(text: impl ToString) -> String {
    text.to_string()
}

fn main() {}
