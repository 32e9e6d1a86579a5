//! Retries and timeouts.

use super::fixture::*;
use crate::{Executor, Mock, PlatformError, Status};

/// The seconds at which the attempts of `charge` start.
async fn attempts(mock: Mock<charge>) -> Vec<i64> {
    let execution = Executor::test().mock(charge, mock).run(checkout(order(1))).await;
    let scheduled = execution
        .history()
        .events
        .iter()
        .filter(|event| matches!(&event.detail, crate::Detail::TaskScheduled { timeout: Some(_), .. }));
    scheduled.map(|event| (event.timestamp.as_millis() - 1_767_225_600_000) / 1_000).collect()
}

#[tokio::test]
async fn second_retry_waits_twice_as_long() {
    assert_eq!(attempts(Mock::error(PaymentError::Busy)).await, [0, 2, 6]);
}

#[tokio::test]
async fn a_success_ends_the_retries() {
    assert_eq!(attempts(Mock::sequence([Mock::error(PaymentError::Busy), Mock::value(1)])).await, [0, 2]);
}

#[tokio::test]
async fn a_sequence_in_a_sequence_takes_the_time_of_both() {
    let after = |mock: Mock<charge>, delay| mock.after(seconds(delay));
    let inner = Mock::sequence([after(Mock::error(PaymentError::Busy), 1), after(Mock::value(1), 3)]);
    let executor = Executor::test().mock(charge, Mock::sequence([after(inner, 2)]));
    // The retrier waits 2 s between the two.
    assert_eq!(executor.run(checkout(order(1))).await.elapsed(), seconds(1 + 2 + 2 + 3 + 2));
}

#[tokio::test]
async fn an_error_that_no_retrier_names_is_not_retried() {
    assert_eq!(attempts(Mock::error(PaymentError::Declined { reason: String::new() })).await, [0]);
}

#[tokio::test]
async fn each_retrier_counts_for_itself() {
    let busy = || Mock::error(PaymentError::Busy);
    let throttled = || Mock::failure("Lambda.TooManyRequestsException", "Rate Exceeded.");
    let mock = Mock::sequence([busy(), throttled(), busy(), throttled(), busy()]);
    // The author's retrier waits 2 s, then 4 s; the one for Lambda waits by its own count.
    let starts = attempts(mock).await;
    assert_eq!(starts.len(), 5);
    assert_eq!((starts[1] - starts[0], starts[3] - starts[2]), (2, 4));
    assert_eq!(starts[4] - starts[3], 2 * (starts[2] - starts[1]));
}

#[tokio::test]
async fn a_task_that_takes_too_long_times_out() {
    let executor = Executor::test().mock(charge, Mock::hangs());
    let execution = executor.run(checkout(order(1))).await;
    assert_eq!(execution.elapsed(), seconds(10));
    assert_eq!(execution.error(), Some(PaymentError::Platform(PlatformError::Timeout(String::new()))));
    let history = serde_json::to_value(execution.history()).unwrap();
    assert_eq!(
        history[4]["taskTimedOutEventDetails"],
        serde_json::json!({"resourceType": "lambda", "resource": "invoke", "error": "States.Timeout"})
    );
    assert_eq!(history[5]["executionFailedEventDetails"], serde_json::json!({"error": "States.Timeout"}));
}

#[tokio::test]
async fn an_answer_at_the_very_end_of_the_timeout_counts() {
    let executor = Executor::test().mock(charge, Mock::value(3).after(seconds(10)));
    assert_eq!(executor.run(checkout(order(1))).await.status(), Status::Succeeded);
}

#[tokio::test]
async fn a_retry_follows_the_failure_before_it() {
    let mock = Mock::sequence([Mock::error(PaymentError::Busy), Mock::value(1)]);
    let execution = Executor::test().mock(charge, mock).run(checkout(order(1))).await;
    let events = &execution.history().events;
    assert_eq!((events[4].detail.type_name(), events[5].detail.type_name()), ("TaskFailed", "TaskScheduled"));
    assert_eq!(events[5].previous_id, 5);
    let visits = execution.history().visits();
    assert_eq!((visits[0].attempts, visits[0].duration, visits[0].error), (2, seconds(2), None));
    assert_eq!((visits[1].state, visits[1].started), ("Receipt", seconds(2)));
}

#[tokio::test]
async fn a_missed_heartbeat_is_a_timeout() {
    let execution = Executor::test().mock(receipt, Mock::hangs()).run(reprint(Some(4))).await;
    assert_eq!(execution.outcome().error.as_deref(), Some("States.Timeout"));
    // The timeout itself is 60 seconds, and a timeout is not retried here.
    assert_eq!(execution.elapsed(), seconds(4));
}

#[tokio::test]
async fn jitter_stays_below_the_delay_and_follows_the_seed() {
    let elapsed = async |seed| {
        let executor = Executor::test().seed(seed).mock(receipt, Mock::error(PaymentError::Busy));
        executor.run(reprint(None)).await.elapsed()
    };
    // One retry, at most 100 seconds later.
    let first = elapsed(1).await;
    assert!(first < seconds(100) && !first.is_zero());
    assert_eq!(elapsed(1).await, first);
    assert_ne!(elapsed(2).await, first);
}
