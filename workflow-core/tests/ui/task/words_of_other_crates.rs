use workflow_core::prelude::*;

#[task(timeout = 30)]
async fn a_timeout(cents: u32) -> u32 {
    cents
}

#[task(retries = 3)]
async fn a_number_of_retries(cents: u32) -> u32 {
    cents
}

#[task(name = "charge")]
async fn a_name(cents: u32) -> u32 {
    cents
}

#[task(retry(errors = [TIMEOUT], attempts = 3))]
async fn attempts(cents: u32) -> u32 {
    cents
}

#[task(retry(errors = [TIMEOUT], interval = 3))]
async fn an_interval(cents: u32) -> u32 {
    cents
}

#[task(retry(errors = [TIMEOUT], max_atempts = 3))]
async fn misspelt(cents: u32) -> u32 {
    cents
}

fn main() {}
