use workflow_core::prelude::*;

#[workflow]
async fn pay(code: u32) -> bool {
    code as bool
}

fn main() {}
