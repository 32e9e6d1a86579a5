use workflow_core::prelude::*;

#[workflow]
async fn pay() -> u64 {
    9_007_199_254_740_993
}

fn main() {}
