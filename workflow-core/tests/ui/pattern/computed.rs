use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    match cents {
        line!() => 0,
        cents => cents,
    }
}

fn main() {}
