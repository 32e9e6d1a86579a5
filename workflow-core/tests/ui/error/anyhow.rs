use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> Result<u32, Box<dyn std::error::Error>> {
    Err("none".into())
}

fn main() {}
