use workflow_core::prelude::*;

#[task]
async fn charge<T>(value: T) -> T {
    value
}

fn main() {}
