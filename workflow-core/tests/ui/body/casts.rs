use workflow_core::prelude::*;

#[workflow]
async fn single_precision(cents: u32) -> f64 {
    (cents as f32 / 100.0) as f64
}

#[workflow]
async fn an_address(cents: u32) -> u32 {
    let place = &cents as *const u32;
    cents
}

fn main() {}
