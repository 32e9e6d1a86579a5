use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    match cents {
        "none" => 0,
        _ => cents,
    }
}

fn main() {}
