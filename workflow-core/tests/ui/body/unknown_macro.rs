use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> String {
    concat!("a", "b").to_string()
}

fn main() {}
