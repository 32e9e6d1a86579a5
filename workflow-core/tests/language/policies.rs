//! Retriers, timeouts, notes.

use std::time::Duration;

use super::*;

#[task(
    function = "Payments",
    retry(errors = [SoldOut, TIMEOUT], interval_seconds = 2, max_attempts = 2, backoff_rate = 1.5, max_delay_seconds = 60, jitter),
    timeout_seconds = 20
)]
async fn pay(cents: u32) -> Result<u32, ShopError> {
    Ok(cents)
}

/// Pays twice.
///
/// The second call has a policy of its own.
#[workflow(name = "pay-twice", timeout_seconds = 600)]
async fn with_policies(cents: u32) -> Result<u32, ShopError> {
    /// The first half.
    let first = pay(cents).await?;
    #[state = "Second Half"]
    let second = pay(cents)
        .retry(Retry::on([ShopError::SHORT]).interval(Duration::from_secs(5)).max_attempts(1))
        .retry(Retry::on([PlatformError::ALL]).max_attempts(2))
        .timeout(Duration::from_secs(30))
        .heartbeat(Duration::from_secs(10))
        .await?;
    #[state = "Both"]
    Ok(first + second)
}

#[tokio::test]
async fn policies_and_notes_are_written() {
    snapshot!(with_policies);
    assert_eq!(testing().run(with_policies(4)).await.output().unwrap(), 8);
}

const GRACE: Duration = Duration::from_secs(60);

#[workflow]
async fn waits(days: u64, text: String) -> Result<String, PlatformError> {
    /// Gives the customer a minute.
    sleep(GRACE).await;
    let mut text = text;
    for day in 0..days {
        #[state = "A Day"]
        sleep(Duration::from_secs(day * 3_600 + 1)).await;
        text = send(format!("{text}.")).await?;
    }
    sleep(Duration::from_millis(1_500)).await;
    Ok(text)
}

#[tokio::test]
async fn a_wait_passes_in_virtual_time() {
    snapshot!(waits);
    let execution = testing().run(waits(3, "x".into())).await;
    assert_eq!(execution.output().unwrap(), "x...");
    assert_eq!(execution.elapsed(), Duration::from_secs(60 + 1 + 3_601 + 7_201 + 2));
}

#[tokio::test]
async fn retriers_are_counted_one_by_one() {
    let short = || Mock::error(ShopError::Short(1));
    let sold_out = || Mock::error(ShopError::SoldOut);
    let answers = [Mock::value(1), short(), sold_out(), sold_out(), Mock::value(2)];
    let execution = testing().mock(pay, Mock::sequence(answers)).run(with_policies(4)).await;
    assert_eq!(execution.output().unwrap(), 3);
    // 5 seconds for the first retrier, 1 and 2 for the second.
    assert_eq!(execution.elapsed(), Duration::from_secs(8));
}
