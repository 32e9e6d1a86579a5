use workflow_core::prelude::*;

#[task(function = "charge card")]
async fn charge(cents: u32) -> u32 {
    cents
}

fn main() {}
