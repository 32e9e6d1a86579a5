use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    let cell = std::cell::RefCell::new(cents);
    cents
}

fn main() {}
