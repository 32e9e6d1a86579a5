use workflow_core::prelude::*;

fn double(cents: u32) -> u32 {
    cents * 2
}

#[workflow]
async fn pay(cents: u32) -> u32 {
    double(cents)
}

fn main() {}
