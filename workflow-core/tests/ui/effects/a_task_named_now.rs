use workflow_core::{PlatformError, task, workflow};

#[task]
async fn now() -> u32 {
    1
}

#[workflow]
async fn pay() -> Result<u32, PlatformError> {
    let time = now().await;
    time
}

fn main() {}
