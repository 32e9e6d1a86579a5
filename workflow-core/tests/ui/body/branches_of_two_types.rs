use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    if cents > 0 { cents } else { "none" }
}

fn main() {}
