use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u8) -> u8 {
    match cents {
        b'0' => 0,
        cents => cents,
    }
}

fn main() {}
