use workflow_core::prelude::*;

#[workflow]
async fn pay((cents, _): (u32, u32)) -> u32 {
    cents
}

fn main() {}
