use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> Option<u32> {
    (cents..).find(|sum| sum % 7 == 0)
}

fn main() {}
