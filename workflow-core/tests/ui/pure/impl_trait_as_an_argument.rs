use workflow_core::prelude::*;

#[pure]
fn fee(text: impl Into<String>) -> String {
    text.into()
}

fn main() {}
