use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    panic!("no money")
}

fn main() {}
