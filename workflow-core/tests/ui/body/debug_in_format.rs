use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> String {
    format!("{cents:?}")
}

fn main() {}
