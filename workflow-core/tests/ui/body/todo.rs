use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    todo!()
}

fn main() {}
