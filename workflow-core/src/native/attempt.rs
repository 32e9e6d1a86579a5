//! The attempts of one call: retries, timeouts, panics, and the handler or its mock.

use std::{
    any::{Any, TypeId},
    future::{Future, pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{Arc, atomic::Ordering},
    task::Poll,
    time::Duration,
};

use tracing::Span;

use crate::{
    error::{Failure, PlatformError, WorkflowError},
    history::Text,
    limits::{check_payload, check_result},
    native::{
        Context,
        context::{Shared, Stop},
        execution::ExecutorError,
        mock::{Answer, Mock},
        tape::{Entry, TaskNames},
    },
    retry::{Policy, Retry, Seconds},
    task::{States, Task, decode_arguments},
};

impl Context {
    /// Tries a task until it succeeds or its retriers give up.
    pub(super) async fn attempts<T: Task>(
        &self,
        state: &'static str,
        payload: Text,
        policy: Policy,
    ) -> Result<Text, Failure> {
        check_payload(state, &payload)?;
        let mut attempt = 1_u32;
        // Read from the policy at the first failure: most calls have none.
        let mut retriers: Option<Vec<(Retry, u32)>> = None;
        loop {
            let failure = match self.attempt::<T>(state, &payload, &policy, attempt).await {
                Ok(result) => return Ok(result),
                Err(failure) => failure,
            };
            let retriers = retriers
                .get_or_insert_with(|| policy.retriers().into_iter().map(|retrier| (retrier, 0)).collect());
            // The first that matches counts: once it is used up, later ones have no say.
            match retriers.iter_mut().find(|(retrier, _)| retrier.matches(&failure.error)) {
                Some((retrier, used)) if *used < retrier.max_attempts => {
                    let delay = self.retry_delay(retrier, *used);
                    *used += 1;
                    self.pause(delay).await;
                    drop(self.tick());
                }
                _ => return Err(failure),
            }
            attempt = attempt.saturating_add(1);
        }
    }

    fn retry_delay(&self, retrier: &Retry, used: u32) -> Duration {
        let delay = retrier.delay(used);
        if !retrier.full_jitter {
            return delay;
        }
        let seed = self.shared.executor.inner.seed;
        let seeded = || seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        delay.mul_f64(self.lock().random.get_or_insert_with(seeded).f64())
    }

    async fn attempt<T: Task>(
        &self,
        state: &'static str,
        payload: &Text,
        policy: &Policy,
        attempt: u32,
    ) -> Result<Text, Failure> {
        let executor = &self.shared.executor;
        let task = const { &TaskNames { name: T::NAME, function: T::FUNCTION } };
        self.lock().tape.push(Entry::scheduled(task, payload, policy));
        let span = tracing::info_span!("task", task = T::NAME, state, attempt);
        // No heartbeats reach a function that is invoked, so the first one is missed.
        let limit = [policy.timeout, policy.heartbeat].into_iter().flatten().min().map(Seconds::duration);
        let ended = match executor.mock_of::<T>() {
            None => {
                let work = pin!(handle::<T>(payload, executor.inner.states.clone()));
                self.limited(limit, true, &span, work).await
            }
            Some(mock) => self.limited(limit, false, &span, pin!(self.mocked(mock, payload))).await,
        };
        let answer = match ended {
            Ended::Answered(Ok(result)) => check_result(&result).map(|()| result),
            Ended::Answered(Err(Unanswered::Failed(failure))) => Err(failure),
            Ended::Answered(Err(Unanswered::Abort(error))) => return self.stop(Stop::Abort(error)).await,
            Ended::Panicked(message) => Err(Failure::new("Panic", message).through_lambda()),
            Ended::TimedOut => Err(Failure::new(PlatformError::TIMEOUT.as_str(), "")),
        };
        if let Err(failure) = &answer {
            tracing::debug!(parent: &span, error = failure.error, cause = failure.cause, "attempt failed");
        }
        self.tick().tape.push(Entry::Answered(answer.clone().map_err(Box::new)));
        answer
    }

    /// Runs an attempt to its end, its timeout or its panic, whichever comes first. What is left of
    /// the attempt is dropped.
    async fn limited<F>(
        &self,
        limit: Option<Duration>,
        outside: bool,
        span: &Span,
        mut work: Pin<&mut F>,
    ) -> Ended
    where
        F: Future<Output = Result<Text, Unanswered>>,
    {
        let deadline = limit.map(|limit| self.shared.clock.elapsed().saturating_add(limit));
        let mut timer = None;
        let mut in_flight = None;
        poll_fn(|cx| {
            let polled = {
                let _entered = span.enter();
                catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)))
            };
            match polled {
                Ok(Poll::Ready(answer)) => return Poll::Ready(Ended::Answered(answer)),
                Ok(Poll::Pending) => {}
                Err(panic) => return Poll::Ready(Ended::Panicked(panic_message(&*panic))),
            }
            if outside {
                in_flight.get_or_insert_with(|| InFlight::new(&self.shared));
            }
            let Some(deadline) = deadline else { return Poll::Pending };
            let timer = timer.get_or_insert_with(|| self.shared.clock.timer(deadline));
            Pin::new(timer).poll(cx).map(|()| Ended::TimedOut)
        })
        .await
    }

    async fn mocked<T: Task>(&self, mock: &Mock<T>, payload: &Text) -> Result<Text, Unanswered> {
        let mut delay = mock.after;
        let mut answer = &mock.answer;
        if let Answer::Sequence(answers) = answer {
            let turn = {
                let mut mutable = self.lock();
                let turn = mutable.turns.entry(TypeId::of::<T>()).or_default();
                *turn += 1;
                *turn - 1
            };
            let Some(mock) = answers.get(turn) else {
                let error = ExecutorError::MockExhausted { task: T::NAME, answers: answers.len() };
                return Err(Unanswered::Abort(error));
            };
            delay += mock.after;
            answer = &mock.answer;
        }
        if !delay.is_zero() {
            self.pause(delay).await;
        }
        match answer {
            Answer::Value(Ok(text)) => Ok(Text::Shared(Arc::clone(text))),
            Answer::Value(Err(message)) => {
                Err(Unanswered::Abort(ExecutorError::MockValue { task: T::NAME, message: message.clone() }))
            }
            Answer::Error(failure) => Err(Unanswered::Failed(failure.through_lambda())),
            Answer::Failure(failure) => Err(Unanswered::Failed(failure.clone())),
            Answer::With(answer) => written::<T>(answer(arguments::<T>(payload)?)),
            Answer::Hangs => pending().await,
            // `Mock::sequence` holds no sequence in a sequence.
            Answer::Sequence(answers) => {
                Err(Unanswered::Abort(ExecutorError::MockExhausted { task: T::NAME, answers: answers.len() }))
            }
        }
    }
}

/// How an attempt ended.
enum Ended {
    Answered(Result<Text, Unanswered>),
    Panicked(String),
    TimedOut,
}

/// Why an attempt has no result.
enum Unanswered {
    /// The task failed.
    Failed(Failure),
    /// The executor cannot go on.
    Abort(ExecutorError),
}

/// Runs a handler behind the same boundary of text as a Lambda function.
async fn handle<T: Task>(payload: &Text, states: States) -> Result<Text, Unanswered> {
    match T::handle(arguments::<T>(payload)?, states).await {
        Ok(result) => written::<T>(result),
        Err(source) => Err(Unanswered::Abort(ExecutorError::MissingState { task: T::NAME, source })),
    }
}

fn arguments<T: Task>(payload: &Text) -> Result<T::Arguments, Unanswered> {
    decode_arguments::<T>(payload).map_err(|failure| Unanswered::Failed(failure.through_lambda()))
}

fn written<T: Task>(result: Result<T::Output, T::Error>) -> Result<Text, Unanswered> {
    let failure = match result {
        Ok(output) => match Text::json(&output) {
            Ok(text) => return Ok(text),
            Err(error) => Failure::new(
                "InvalidResult",
                format!("the result of `{}` cannot be written: {error}", T::NAME),
            ),
        },
        Err(error) => error.to_failure(),
    };
    Err(Unanswered::Failed(failure.through_lambda()))
}

/// Counts a handler that waits for something outside, for as long as it lives.
struct InFlight(Arc<Shared>);

impl InFlight {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(shared))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The text of a panic.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panicked".to_owned())
}
