use workflow_core::prelude::*;

#[task(activity = "Charge", lambda_transients = false)]
async fn charge(cents: u32) -> u32 {
    cents
}

fn main() {}
