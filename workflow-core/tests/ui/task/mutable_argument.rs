use workflow_core::prelude::*;

#[task]
async fn charge(cents: &mut u32) {
    *cents += 1;
}

fn main() {}
