use workflow_core::prelude::*;

const SIDES: std::ops::Range<u32> = 1..7;

#[workflow]
async fn roll() -> u32 {
    random_range(SIDES).await
}

fn main() {}
