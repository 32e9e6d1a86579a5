use workflow_core::prelude::*;

#[workflow]
async fn pay(rate: f64) -> f64 {
    rate.powi(3)
}

fn main() {}
