use workflow_core::prelude::*;

#[workflow]
async fn pay(order: Option<u32>) -> String {
    format!("{order}")
}

fn main() {}
