use workflow_core::prelude::*;

#[workflow]
async fn pay(flags: u32) -> u32 {
    flags.count_ones()
}

fn main() {}
