use workflow_core::prelude::*;

#[task]
async fn charge(cents: &mut u32) -> u32 {
    *cents
}

#[workflow]
async fn pay(mut cents: u32) -> u32 {
    charge(&mut cents).await
}

fn main() {}
