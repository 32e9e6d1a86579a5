use workflow_core::prelude::*;

mod anyhow {
    pub struct Error;
    pub type Result<T> = std::result::Result<T, Error>;
}

#[task]
async fn text(cents: u32) -> Result<u32, String> {
    Ok(cents)
}

#[task]
async fn any(cents: u32) -> Result<u32, Box<dyn std::error::Error>> {
    Ok(cents)
}

#[workflow]
async fn of_anyhow(cents: u32) -> anyhow::Result<u32> {
    Ok(cents)
}

#[workflow]
async fn nothing(cents: u32) -> Result<u32, ()> {
    Err(())
}

fn main() {}
