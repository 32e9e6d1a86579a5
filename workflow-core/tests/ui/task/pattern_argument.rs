use workflow_core::prelude::*;

#[task]
async fn charge((cents, _): (u32, u32)) -> u32 {
    cents
}

fn main() {}
