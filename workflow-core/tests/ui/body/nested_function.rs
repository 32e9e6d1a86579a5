use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    fn double(cents: u32) -> u32 {
        cents * 2
    }
    cents
}

fn main() {}
