use workflow_core::prelude::*;

#[task]
async fn count(text: String) -> u64 {
    text.len() as u64
}

#[workflow]
async fn run(prices: Vec<u64>, text: String) -> Result<u64, PlatformError> {
    Ok(jsonata!("$prices[0] ?? 1"))
}

fn main() {}
