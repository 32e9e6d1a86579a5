use workflow_core::prelude::*;

#[task(activity = "Charge", function = "ChargeFunction")]
async fn charge(cents: u32) -> u32 {
    cents
}

fn main() {}
