use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    dbg!(cents)
}

fn main() {}
