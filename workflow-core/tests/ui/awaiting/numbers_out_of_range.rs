#![allow(unused_imports)]

use std::time::Duration;

use workflow_core::{attempt, map, prelude::*};

#[task]
async fn charge(cents: u32) -> u32 {
    cents
}

#[workflow]
async fn no_time(cents: u32) -> Result<u32, PlatformError> {
    charge(cents).timeout(Duration::ZERO).heartbeat(Duration::from_secs(0)).await
}

#[workflow]
async fn three_years_and_more(cents: u32) -> Result<u32, PlatformError> {
    charge(cents).timeout(Duration::from_secs(100_000_000)).await
}

#[workflow]
async fn faster_and_faster(cents: u32) -> Result<u32, PlatformError> {
    charge(cents).retry(Retry::on([PlatformError::TIMEOUT]).backoff(0.5).max_attempts(3)).await
}

#[workflow]
async fn backwards(cents: u32) -> Result<u32, PlatformError> {
    charge(cents).retry(Retry::on([PlatformError::TIMEOUT]).backoff(-2.0)).await
}

#[workflow]
async fn at_once(cents: u32) -> Result<u32, PlatformError> {
    attempt(async || charge(cents).await).retry(Retry::on([PlatformError::ALL]).interval(TimeSpan::ZERO)).await
}

#[workflow]
async fn never_longer(cents: u32) -> Result<Vec<u32>, PlatformError> {
    map(vec![cents], async |cents| charge(cents).await)
        .retry(
            Retry::on([PlatformError::ALL])
                .interval(Duration::from_secs(60))
                .max_delay(Duration::from_secs(30)),
        )
        .await
}

#[workflow]
async fn of_no_error(cents: u32) -> Result<u32, PlatformError> {
    charge(cents).retry(Retry::on([]).max_attempts(100_000_000)).await
}

fn main() {}
