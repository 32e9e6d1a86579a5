use workflow_core::prelude::*;

#[pure]
fn fee(text: impl ToString) -> String {
    text.to_string()
}

fn main() {}
