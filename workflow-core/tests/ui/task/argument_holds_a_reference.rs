use workflow_core::prelude::*;

#[task]
async fn charge(order: Option<&str>) -> u32 {
    0
}

fn main() {}
