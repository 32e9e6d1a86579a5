use workflow_core::prelude::*;

#[task]
async fn charge(cents: u32) -> std::time::Instant {
    std::time::Instant::now()
}

fn main() {}
