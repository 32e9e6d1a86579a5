use workflow_core::prelude::*;

#[workflow]
async fn pay(prices: [u32; 1]) -> u32 {
    match prices {
        [first] => first,
        _ => 0,
    }
}

fn main() {}
