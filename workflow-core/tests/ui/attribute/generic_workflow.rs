use workflow_core::prelude::*;

#[workflow]
async fn pay<T>(value: T) -> T {
    value
}

fn main() {}
