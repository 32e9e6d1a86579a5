use workflow_core::prelude::*;

#[task]
async fn generic<T: serde::Serialize>(value: T) -> Result<u32, PlatformError> {
    Ok(1)
}

#[task]
async fn holds(text: Vec<&str>) -> Result<String, PlatformError> {
    Ok(text.concat())
}

#[task]
async fn taken_apart((low, high): (u32, u32), text: &mut String) -> u32 {
    low + high
}

#[workflow]
async fn run(text: String) -> Result<String, PlatformError> {
    let one = generic(text.clone()).await?;
    let sum = taken_apart((one, 2), &mut text.clone()).await?;
    match holds(vec![&text]).await {
        Ok(text) => Ok(format!("{text} {sum}")),
        Err(error) => Err(error),
    }
}

fn main() {}
