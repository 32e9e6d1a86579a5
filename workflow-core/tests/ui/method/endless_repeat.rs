use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> Option<u32> {
    std::iter::repeat(cents).find(|cents| cents % 7 == 0)
}

fn main() {}
