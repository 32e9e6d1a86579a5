use workflow_core::prelude::*;

#[task(retry(errors = [TIME_OUT]))]
async fn charge(cents: u32) -> u32 {
    cents
}

fn main() {}
