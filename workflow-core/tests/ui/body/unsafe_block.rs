use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    unsafe { cents }
}

fn main() {}
