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

const NO_TIME: Duration = Duration::ZERO;
const SHRINKING: f64 = 0.5;
const TOO_LONG: Duration = Duration::from_secs(100_000_000);

fn impatient() -> Retry {
    Retry::on([PlatformError::ALL, PlatformError::TIMEOUT])
        .interval(NO_TIME)
        .backoff(SHRINKING)
        .max_delay(NO_TIME)
        .max_attempts(100_000_000)
}

/// Every number here is one that Step Functions refuses.
#[workflow]
async fn refused_numbers(cents: u32) -> Result<Vec<u32>, ShopError> {
    sleep(TOO_LONG).await;
    add(cents, 1).timeout(NO_TIME).heartbeat(TOO_LONG).await?;
    send("x".to_owned()).retry(impatient()).retry(Retry::on([PlatformError::ALL; 0])).await?;
    map(vec![cents], async |cents| Ok(add(cents, 1).await?))
        .retry(Retry::on([ShopError::SHORT]).interval(GRACE).max_delay(GRACE))
        .await
}

#[test]
fn numbers_that_are_no_literals_are_told_when_the_state_machine_is_written() {
    let problems = &<refused_numbers as workflow_core::Workflow>::definition().problems;
    let expected = [
        "the state `Wait`: a wait (`Seconds`) has up to 99999999 seconds, and this has 100000000",
        "the state `Add`: a timeout (`TimeoutSeconds`) has 1 to 99999999 seconds, and this has 0",
        "the state `Add`: a heartbeat (`HeartbeatSeconds`) has 1 to 99999999 seconds, and this has 100000000",
        "the state `Add`: a heartbeat (`HeartbeatSeconds`) is shorter than the timeout (`TimeoutSeconds`), and 100000000 is not less than 0",
        "the state `Send`: `States.ALL` stands alone in its retrier, which is the last",
        "the state `Send`: the interval of a retrier (`IntervalSeconds`) has 1 to 99999999 seconds, and this has 0",
        "the state `Send`: a retrier (`MaxAttempts`) has up to 99999999 retries, and this has 100000000",
        "the state `Send`: the backoff of a retrier (`BackoffRate`) is 1.0 or more, and this is 0.5",
        "the state `Send`: the longest delay of a retrier (`MaxDelaySeconds`) has 1 to 31622400 seconds, and this has 0",
        "the state `Send`: a retrier (`ErrorEquals`) names the errors that it is about, and this names none",
        "the state `Map`: the longest delay of a retrier (`MaxDelaySeconds`) is longer than its interval (`IntervalSeconds`), and 60 is not more than 60",
    ];
    let told: Vec<&str> = problems.iter().map(String::as_str).collect();
    assert_eq!(told, expected);
}

const LONGEST: Duration = Duration::from_secs(99_999_999);

fn patient() -> Retry {
    Retry::on([PlatformError::ALL])
        .interval(Duration::from_secs(1))
        .backoff(1.0)
        .max_delay(Duration::from_secs(31_622_400))
        .max_attempts(99_999_999)
}

/// Every number here is the last that Step Functions takes.
#[workflow]
async fn largest_numbers(cents: u32) -> Result<u32, ShopError> {
    sleep(LONGEST).await;
    send("x".to_owned()).timeout(LONGEST).retry(patient()).await?;
    Ok(add(cents, 1).await?)
}

#[test]
fn the_largest_numbers_are_not_refused() {
    assert!(<largest_numbers as workflow_core::Workflow>::definition().problems.is_empty());
}

fn all_and_more() -> Retry {
    Retry::on([PlatformError::ALL, PlatformError::TIMEOUT])
}

fn all() -> Retry {
    Retry::on([PlatformError::ALL])
}

/// The first names another error beside all, the second has another retrier behind it.
#[workflow]
async fn all_in_company(cents: u32) -> Result<u32, ShopError> {
    send("x".to_owned()).retry(all_and_more()).await?;
    add(cents, 1).retry(all()).retry(Retry::on([PlatformError::TIMEOUT])).await?;
    Ok(add(cents, 1).retry(Retry::on([PlatformError::TIMEOUT])).retry(all()).await?)
}

#[test]
fn all_errors_stand_alone_in_the_last_retrier() {
    let problems = &<all_in_company as workflow_core::Workflow>::definition().problems;
    let told: Vec<&str> = problems.iter().map(String::as_str).collect();
    assert_eq!(
        told,
        [
            "the state `Send`: `States.ALL` stands alone in its retrier, which is the last",
            "the state `Add`: `States.ALL` stands alone in its retrier, which is the last",
        ]
    );
}
