//! Retriers, timeouts and heartbeats: the policy of a call, and the arithmetic of its delays.
//!
//! Written once for both engines and for the emitted `Retry`. The rules are Step Functions':
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error>

use std::time::Duration;

use crate::error::{ErrorName, PlatformError};

/// A whole number of seconds, the unit in which Step Functions measures.
///
/// A [`Duration`] turns into the next whole second, on both engines alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(u64);

impl Seconds {
    /// The least that Step Functions takes as a timeout.
    pub(crate) const LEAST: Self = Self(1);
    /// The most that it takes.
    pub(crate) const MOST: Self = Self(99_999_999);

    /// The length of a timeout: what is less or more than Step Functions takes is as much as it takes.
    pub(crate) fn within(self) -> Self {
        self.clamp(Self::LEAST, Self::MOST)
    }

    /// The number of seconds.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// As a [`Duration`].
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

/// A length of time: a [`Duration`] or a [`TimeSpan`](crate::TimeSpan), of which a part of a second counts as a whole
/// one.
#[diagnostic::on_unimplemented(
    message = "a length of time is a `Duration` or a `TimeSpan`, and this is a `{Self}`",
    label = "it is not said in which unit",
    note = "write `std::time::Duration::from_secs(..)`, or `TimeSpan::from_secs(..)`"
)]
pub trait Length {
    /// The length in seconds.
    fn seconds(self) -> Seconds;
}

#[diagnostic::do_not_recommend]
impl Length for Duration {
    fn seconds(self) -> Seconds {
        self.into()
    }
}

#[diagnostic::do_not_recommend]
impl Length for Seconds {
    fn seconds(self) -> Seconds {
        self
    }
}

/// What a retrier is about: the [`ErrorName`] of a variant or of the platform.
#[diagnostic::on_unimplemented(
    message = "a retrier is about the names of errors, and a `{Self}` is none",
    label = "not the name of an error",
    note = "the name of the variant `Busy` is the constant `BUSY` of its type: `Retry::on([PaymentError::BUSY])`; those of the platform are `PlatformError::TIMEOUT`, `PlatformError::ALL` and the like"
)]
pub trait NamesError {
    /// The name.
    fn name(self) -> ErrorName;
}

#[diagnostic::do_not_recommend]
impl NamesError for ErrorName {
    fn name(self) -> ErrorName {
        self
    }
}

impl From<Duration> for Seconds {
    fn from(duration: Duration) -> Self {
        Self(duration.as_secs() + u64::from(duration.subsec_nanos() > 0))
    }
}

/// A retrier: which errors are tried again, how often, and after how long.
///
/// The defaults are Step Functions': 3 attempts, 1 second, doubling.
///
/// ```
/// use std::time::Duration;
/// use workflow_core::{PlatformError, Retry};
///
/// let retry = Retry::on([PlatformError::TIMEOUT])
///     .interval(Duration::from_secs(2))
///     .max_attempts(5)
///     .backoff(1.5)
///     .max_delay(Duration::from_secs(30))
///     .full_jitter();
/// assert_eq!(retry.delay(0).as_secs(), 2);
/// assert_eq!(retry.delay(1).as_secs(), 3);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Retry {
    /// The error names that this retrier matches, `ErrorEquals`.
    pub errors: Vec<&'static str>,
    /// `IntervalSeconds`: the delay before the first retry.
    pub interval: Seconds,
    /// `MaxAttempts`: how many retries there are at most; 0 means that the error is never retried.
    pub max_attempts: u32,
    /// `BackoffRate`: what the delay is multiplied with after each retry; at least 1.
    pub backoff: f64,
    /// `MaxDelaySeconds`: what the delay grows to at most.
    pub max_delay: Option<Seconds>,
    /// `JitterStrategy`: `FULL` draws each delay between 0 and its computed value.
    pub full_jitter: bool,
}

impl Retry {
    /// A retrier for these errors, with Step Functions' defaults.
    pub fn on(errors: impl IntoIterator<Item: NamesError>) -> Self {
        Self {
            errors: errors.into_iter().map(|error| error.name().as_str()).collect(),
            interval: Seconds(1),
            max_attempts: 3,
            backoff: 2.0,
            max_delay: None,
            full_jitter: false,
        }
    }

    /// The delay before the first retry.
    pub fn interval(mut self, interval: impl Length) -> Self {
        self.interval = interval.seconds();
        self
    }

    /// How many retries there are at most.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// What the delay is multiplied with after each retry.
    pub fn backoff(mut self, rate: f64) -> Self {
        self.backoff = rate;
        self
    }

    /// What the delay grows to at most.
    pub fn max_delay(mut self, delay: impl Length) -> Self {
        self.max_delay = Some(delay.seconds());
        self
    }

    /// Draws each delay between 0 and its computed value, so that many executions do not retry at
    /// the same moment.
    pub fn full_jitter(mut self) -> Self {
        self.full_jitter = true;
        self
    }

    /// The delay before retry number `retry` (from 0), before jitter.
    pub fn delay(&self, retry: u32) -> Duration {
        Backoff { interval: self.interval, rate: self.backoff, max_delay: self.max_delay }.delay(retry)
    }

    /// Whether this retrier speaks of an error of this name.
    /// (<https://states-language.net/#errors>: `States.TaskFailed` stands for every error but a
    /// timeout.)
    pub fn matches(&self, error: &str) -> bool {
        matches_any(self.errors.iter().copied(), error)
    }
}

/// How the delays of a retrier grow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Backoff {
    pub(crate) interval: Seconds,
    pub(crate) rate: f64,
    pub(crate) max_delay: Option<Seconds>,
}

impl Backoff {
    /// The delay before retry number `retry` (from 0), before jitter.
    pub(crate) fn delay(&self, retry: u32) -> Duration {
        let grown = self.interval.get() as f64 * self.rate.powi(i32::try_from(retry).unwrap_or(i32::MAX));
        let capped = self.max_delay.map_or(grown, |max| grown.min(max.get() as f64));
        // Step Functions has no delay longer than a year; this keeps the conversion total.
        Duration::from_secs_f64(capped.clamp(0.0, 31_622_400.0))
    }
}

/// Whether one of the names in an `ErrorEquals` matches an error.
pub fn matches_any<'a>(names: impl IntoIterator<Item = &'a str>, error: &str) -> bool {
    names.into_iter().any(|name| match name {
        "States.ALL" => error != "States.Runtime",
        "States.TaskFailed" => !matches!(error, "States.Timeout" | "States.Runtime"),
        _ => name == error,
    })
}

/// The policy of a call: what a task's attribute says, or its call overrides.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The retriers in order: the first that matches an error counts.
    pub retry: Vec<Retry>,
    /// `TimeoutSeconds`.
    pub timeout: Option<Seconds>,
    /// `HeartbeatSeconds`.
    pub heartbeat: Option<Seconds>,
    /// The transient errors of the service that are retried as well: 3 times, after 1 second,
    /// doubling.
    pub transients: &'static [ErrorName],
}

/// Lambda's four transient errors, which a call of a Lambda function retries by default.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html>)
pub const LAMBDA_TRANSIENTS: &[ErrorName] = &[
    PlatformError::LAMBDA_SERVICE,
    PlatformError::AWS_LAMBDA,
    PlatformError::SDK_CLIENT,
    PlatformError::TOO_MANY_REQUESTS,
];

impl Default for Policy {
    fn default() -> Self {
        Self { retry: Vec::new(), timeout: None, heartbeat: None, transients: LAMBDA_TRANSIENTS }
    }
}

impl Policy {
    /// All retriers in the order in which they are tried: the author's, with the one for the
    /// service's transient errors before the first that would match everything.
    pub fn retriers(&self) -> Vec<Retry> {
        let mut retriers = self.retry.clone();
        if !self.transients.is_empty() {
            let named = |name: &str| self.retry.iter().any(|retry| retry.errors.contains(&name));
            let mut transients = Retry::on(self.transients.iter().copied());
            transients.errors.retain(|name| !named(name));
            if !transients.errors.is_empty() {
                let wildcard = |retry: &Retry| {
                    retry.errors.iter().any(|name| matches!(*name, "States.ALL" | "States.TaskFailed"))
                };
                let place = retriers.iter().position(wildcard).unwrap_or(retriers.len());
                retriers.insert(place, transients);
            }
        }
        retriers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_by_the_rate_up_to_the_maximum() {
        let retry = Retry::on([PlatformError::ALL])
            .interval(Duration::from_secs(3))
            .max_delay(Duration::from_secs(10));
        let delays: Vec<u64> = (0..4).map(|n| retry.delay(n).as_secs()).collect();
        assert_eq!(delays, [3, 6, 10, 10]);
    }

    #[test]
    fn a_part_of_a_second_counts_as_a_whole_one() {
        assert_eq!(Seconds::from(Duration::from_millis(1_001)).get(), 2);
        assert_eq!(Seconds::from(Duration::from_secs(2)).get(), 2);
    }

    #[test]
    fn task_failed_matches_everything_but_timeouts() {
        let retry = Retry::on([PlatformError::TASK_FAILED]);
        assert!(retry.matches("Declined"));
        assert!(!retry.matches("States.Timeout"));
    }

    #[test]
    fn nothing_speaks_of_what_no_retrier_may_catch() {
        for errors in [PlatformError::ALL, PlatformError::TASK_FAILED] {
            assert!(!Retry::on([errors]).matches("States.Runtime"), "{errors:?}");
        }
        let all = Retry::on([PlatformError::ALL]);
        assert!(all.matches("Declined") && all.matches("States.Timeout"));
        let timeouts = Retry::on([PlatformError::TIMEOUT]);
        assert!(timeouts.matches("States.Timeout") && !timeouts.matches("Declined"));
    }

    #[test]
    fn what_is_set_is_what_counts() {
        let retry = Retry::on([PlatformError::ALL]);
        assert_eq!((retry.max_attempts, retry.full_jitter), (3, false));
        let retry = retry.max_attempts(7).backoff(1.5).interval(Duration::from_secs(2)).full_jitter();
        assert_eq!((retry.max_attempts, retry.full_jitter), (7, true));
        assert_eq!(retry.delay(2), Duration::from_millis(4_500));
        assert_eq!(retry.interval.duration(), Duration::from_secs(2));
    }

    #[test]
    fn no_delay_is_longer_than_a_year() {
        let retry = Retry::on([PlatformError::ALL]).interval(Duration::from_secs(99_999_999));
        assert_eq!(retry.delay(0), Duration::from_secs(31_622_400));
        assert_eq!(retry.delay(u32::MAX), Duration::from_secs(31_622_400));
    }

    #[test]
    fn without_transient_errors_there_is_no_retrier_for_them() {
        assert_eq!(Policy { transients: &[], ..Policy::default() }.retriers(), []);
        let named = Policy { retry: vec![Retry::on(LAMBDA_TRANSIENTS.iter().copied())], ..Policy::default() };
        assert_eq!(named.retriers(), named.retry);
        let [transients] = &Policy::default().retriers()[..] else { panic!("one retrier") };
        assert_eq!(transients.errors.len(), 4);
    }

    #[test]
    fn a_wildcard_for_task_failed_is_tried_after_transient_errors_as_well() {
        let policy = Policy { retry: vec![Retry::on([PlatformError::TASK_FAILED])], ..Policy::default() };
        let first: Vec<&str> = policy.retriers().iter().map(|retry| retry.errors[0]).collect();
        assert_eq!(first, ["Lambda.ServiceException", "States.TaskFailed"]);
        let policy = Policy { retry: vec![Retry::on([PlatformError::TIMEOUT])], ..Policy::default() };
        let first: Vec<&str> = policy.retriers().iter().map(|retry| retry.errors[0]).collect();
        assert_eq!(first, ["States.Timeout", "Lambda.ServiceException"]);
    }

    #[test]
    fn transients_stand_before_a_wildcard_and_leave_out_what_the_author_named() {
        let policy = Policy {
            retry: vec![Retry::on([PlatformError::TOO_MANY_REQUESTS]), Retry::on([PlatformError::ALL])],
            ..Policy::default()
        };
        let names: Vec<Vec<&str>> = policy.retriers().into_iter().map(|retry| retry.errors).collect();
        assert_eq!(
            names,
            [
                vec!["Lambda.TooManyRequestsException"],
                vec!["Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"],
                vec!["States.ALL"],
            ]
        );
    }
}
