use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    let lucky: u32 = rand::random();
    cents + lucky
}

fn main() {}
