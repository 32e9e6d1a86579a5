use workflow_core::prelude::*;

#[workflow]
async fn pay(rate: f32) -> f32 {
    rate * 2.0
}

fn main() {}
