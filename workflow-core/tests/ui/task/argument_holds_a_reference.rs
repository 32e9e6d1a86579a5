use workflow_core::prelude::*;

#[task]
async fn charge(order: Vec<&str>) -> u32 {
    0
}

fn main() {}
