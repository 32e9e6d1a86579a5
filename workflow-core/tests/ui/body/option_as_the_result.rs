use workflow_core::prelude::*;

#[workflow]
async fn pay(result: Option<u32>) -> Result<u32, PlatformError> {
    result
}

fn main() {}
