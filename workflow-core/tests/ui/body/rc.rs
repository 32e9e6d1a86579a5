use workflow_core::prelude::*;

#[workflow]
async fn pay(cents: u32) -> u32 {
    let shared = std::rc::Rc::new(cents);
    *shared
}

fn main() {}
