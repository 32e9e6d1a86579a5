use workflow_core::prelude::*;

static mut PAID: u32 = 0;

#[workflow]
async fn pay(cents: u32) -> u32 {
    unsafe { PAID += cents };
    cents
}

fn main() {}
