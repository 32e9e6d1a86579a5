use workflow_core::prelude::*;

#[task]
async fn charge() -> std::time::Instant {
    std::time::Instant::now()
}

fn main() {}
