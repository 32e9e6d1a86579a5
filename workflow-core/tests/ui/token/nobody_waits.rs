use workflow_core::prelude::*;

#[task]
async fn approve(token: TaskToken, cents: u32) -> Result<bool, PlatformError> {
    Ok(token.as_str().len() > 1 && cents > 1)
}

fn main() {}
