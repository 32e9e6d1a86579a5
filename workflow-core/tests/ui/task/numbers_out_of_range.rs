use workflow_core::prelude::*;

#[task(timeout_seconds = 0)]
async fn no_time(cents: u32) -> u32 {
    cents
}

#[task(timeout_seconds = -5)]
async fn before_it_began(cents: u32) -> u32 {
    cents
}

#[task(timeout_seconds = 0.5)]
async fn half_a_second(cents: u32) -> u32 {
    cents
}

#[task(timeout_seconds = "30")]
async fn in_quotes(cents: u32) -> u32 {
    cents
}

#[task(timeout_seconds = Duration::from_secs(30))]
async fn a_duration(cents: u32) -> u32 {
    cents
}

#[task(retry(errors = [TIMEOUT], max_attempts = -1))]
async fn forever(cents: u32) -> u32 {
    cents
}

#[task(retry(errors = [TIMEOUT], interval_seconds = 0))]
async fn at_once(cents: u32) -> u32 {
    cents
}

#[task(retry(errors = [TIMEOUT], backoff_rate = 0.5))]
async fn faster_and_faster(cents: u32) -> u32 {
    cents
}

#[task(retry(errors = [TIMEOUT], backoff_rate = 2))]
async fn a_whole_number(cents: u32) -> u32 {
    cents
}

fn main() {}
