use workflow_core::prelude::*;

#[workflow(kind = express, kind = standard)]
async fn pay(cents: u32) -> u32 {
    cents
}

fn main() {}
