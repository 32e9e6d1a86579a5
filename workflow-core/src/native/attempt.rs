//! The attempts of one call: retries, timeouts, panics, and the handler or its mock.

use std::{
    any::{Any, TypeId},
    future::{Future, pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{Arc, PoisonError, atomic::Ordering},
    task::Poll,
    time::Duration,
};

use serde_json::Value;
use tracing::Span;

use crate::{
    environment::Stream,
    error::{Failure, PlatformError, QUERY_EVALUATION_ERROR, WorkflowError},
    given::{Given, take_given, waits_for_token},
    history::{TaskOutput, Text},
    limits::{check_payload, check_result},
    native::{
        Context,
        context::{Shared, Stop},
        execution::ExecutorError,
        mock::{Answer, Mock},
        tape::{Entry, TaskNames},
        tokens::Wait,
    },
    resource::Resource,
    retry::{Policy, Retry, Seconds},
    services::Request,
    task::{Task, decode_arguments},
};

impl Context {
    /// Tries a task until it succeeds or its retriers give up.
    pub(super) async fn attempts<T: Task>(
        &self,
        state: &'static str,
        payload: Text,
        subject: Option<Text>,
        policy: Policy,
    ) -> Result<Text, Failure> {
        let entry = self.entry::<T>(state);
        check_payload(state, &payload)?;
        let mut attempt = 1_u32;
        // Read from the policy at the first failure: most calls have none.
        let mut retriers: Option<Vec<(Retry, u32)>> = None;
        loop {
            let failure = match self.attempt::<T>(state, entry, &payload, &subject, &policy, attempt).await {
                Ok(result) => return Ok(result),
                Err(failure) => failure,
            };
            let retriers = retriers
                .get_or_insert_with(|| policy.retriers().into_iter().map(|retrier| (retrier, 0)).collect());
            let Some(delay) = self.next_try(retriers, &failure.error) else { return Err(failure) };
            self.pause(delay).await;
            drop(self.tick());
            attempt = attempt.saturating_add(1);
        }
    }

    /// How long to wait for the next try after an error, if there is one. Retriers stand with how often
    /// each was used.
    pub(super) fn next_try(&self, retriers: &mut [(Retry, u32)], error: &str) -> Option<Duration> {
        // The first that matches counts: once it is used up, later ones have no say.
        let (retrier, used) = retriers.iter_mut().find(|(retrier, _)| retrier.matches(error))?;
        if *used >= retrier.max_attempts {
            return None;
        }
        let delay = self.retry_delay(retrier, *used);
        *used += 1;
        Some(delay)
    }

    fn retry_delay(&self, retrier: &Retry, used: u32) -> Duration {
        let delay = retrier.delay(used);
        if !retrier.full_jitter {
            return delay;
        }
        delay.mul_f64(self.lock().random.get_or_insert_with(|| self.random(Stream::Jitter)).f64())
    }

    /// Whether somebody was given to answer for a service.
    pub(crate) fn serves(&self, resource: Resource) -> bool {
        self.shared.executor.inner.services.get(resource).is_some()
    }

    /// Asks a service: one attempt of an action.
    #[doc(hidden)]
    pub async fn ask(
        &self,
        resource: Resource,
        arguments: &Text,
        subject: Option<Text>,
    ) -> Result<Text, NoAnswer> {
        let executor = &self.shared.executor.inner;
        if !executor.faults.is_empty()
            && let Some(failure) = executor.faults.get(&resource.to_string())
        {
            return Err(NoAnswer::Failed(failure.clone()));
        }
        let Some(service) = executor.services.get(resource) else {
            return Err(NoAnswer::Abort(ExecutorError::NoService { resource }));
        };
        let parsed = |text: &str| serde_json::from_str(text);
        let request = Request {
            resource,
            arguments: parsed(arguments).unwrap_or_default(),
            subject: subject.and_then(|subject| parsed(&subject).ok()),
            now: self.shared.clock.now(),
            seed: self.lock().services.get_or_insert_with(|| self.random(Stream::Services)).u64(..),
        };
        let answer = service.call(request).await.map_err(NoAnswer::Failed)?;
        Ok(answer.to_string().into())
    }

    /// Asks who answers for Lambda to do what a function does.
    async fn invoke(&self, function: &str, payload: &Text) -> Result<Text, NoAnswer> {
        let arguments = format!(r#"{{"FunctionName":{},"Payload":{payload}}}"#, Value::from(function));
        let answer = self.ask(Resource::LAMBDA_INVOKE, &arguments.into(), None).await?;
        let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
        Ok(answer["Payload"].to_string().into())
    }

    async fn attempt<T: Task>(
        &self,
        state: &'static str,
        entry: u32,
        payload: &Text,
        subject: &Option<Text>,
        policy: &Policy,
        attempt: u32,
    ) -> Result<Text, Failure> {
        let executor = &self.shared.executor;
        let wait = waits_for_token(T::GIVEN).then(|| executor.inner.tokens.issue(self.execution().id()));
        let given = (!T::GIVEN.is_empty()).then(|| {
            T::give(payload, &|given| match given {
                Given::IdempotencyKey(_) => format!("{}/{state}/{entry}", self.execution().id()),
                Given::TaskToken(_) => wait.as_ref().map(|wait| wait.token.clone()).unwrap_or_default(),
            })
        });
        let payload = given.as_ref().unwrap_or(payload);
        let task = const { &TaskNames { name: T::NAME, resource: T::RESOURCE, function: T::FUNCTION } };
        self.lock().tape.push(Entry::scheduled(task, payload, policy));
        let span = tracing::info_span!("task", task = T::NAME, state, attempt);
        // No heartbeats reach a function that is invoked, so the first one is missed.
        let limit = [policy.timeout, policy.heartbeat].into_iter().flatten().min().map(Seconds::duration);
        let ended = match (self.stood_in::<T>(state, limit.is_some()), executor.mock_of::<T>()) {
            (Some(answer), _) => self.limited(limit, false, &span, pin!(self.give(answer))).await,
            (None, None) if let Some(wait) = &wait => {
                let work = pin!(self.callback::<T>(wait, payload.clone(), subject.clone(), policy.heartbeat));
                self.limited(policy.timeout.map(Seconds::duration), false, &span, work).await
            }
            (None, None) => {
                let work = pin!(T::attempt(payload.clone(), subject.clone(), self.clone()));
                self.limited(limit, T::OUTSIDE, &span, work).await
            }
            (None, Some(mock)) => self.limited(limit, false, &span, pin!(self.mocked(mock, payload))).await,
        };
        let answer = match ended {
            Ended::Answered(Ok(result)) => check_result(T::RESOURCE.service(), &result).map(|()| result),
            Ended::Answered(Err(NoAnswer::Failed(failure))) => Err(failure),
            Ended::Answered(Err(NoAnswer::Abort(error))) => return self.stop(Stop::Abort(error)).await,
            Ended::Panicked(message) => Err(reported::<T>(Failure::new("Panic", message))),
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
        F: Future<Output = Result<Text, NoAnswer>>,
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

    async fn mocked<T: Task>(&self, mock: &Mock<T>, payload: &Text) -> Result<Text, NoAnswer> {
        let mut delay = mock.after;
        let mut answer = &mock.answer;
        if let Answer::Sequence(answers) = answer {
            let turn = {
                let mut turns = self.shared.turns.lock().unwrap_or_else(PoisonError::into_inner);
                let turn = turns.entry(TypeId::of::<T>()).or_default();
                *turn += 1;
                *turn - 1
            };
            let Some(mock) = answers.get(turn) else {
                let error = ExecutorError::MockExhausted { task: T::NAME, answers: answers.len() };
                return Err(NoAnswer::Abort(error));
            };
            delay += mock.after;
            answer = &mock.answer;
        }
        if !delay.is_zero() {
            self.pause(delay).await;
        }
        match answer {
            Answer::Value(Ok(text)) => Ok(text.clone()),
            Answer::Value(Err(message)) => {
                Err(NoAnswer::Abort(ExecutorError::MockValue { task: T::NAME, message: message.clone() }))
            }
            Answer::Error(failure) => Err(NoAnswer::Failed(reported::<T>(failure.clone()))),
            Answer::Failure(failure) => Err(NoAnswer::Failed(failure.clone())),
            Answer::With(answer) => written::<T>(answer(arguments::<T>(payload)?)),
            Answer::Hangs => pending().await,
            // `Mock::sequence` holds no sequence in a sequence.
            Answer::Sequence(answers) => {
                Err(NoAnswer::Abort(ExecutorError::MockExhausted { task: T::NAME, answers: answers.len() }))
            }
        }
    }
}

impl Context {
    /// How often this state was entered, with this time; 0 where the task does not ask.
    fn entry<T: Task>(&self, state: &'static str) -> u32 {
        if T::GIVEN.is_empty() {
            return 0;
        }
        let mut mutable = self.lock();
        let entry = mutable.entries.entry(state).or_default();
        *entry += 1;
        *entry
    }

    /// Has the token handed out, and waits for the answer.
    async fn callback<T: Task>(
        &self,
        wait: &Wait,
        payload: Text,
        subject: Option<Text>,
        heartbeat: Option<Seconds>,
    ) -> Result<Text, NoAnswer> {
        let in_flight = InFlight::new(&self.shared);
        let answer = T::submit(payload, subject, self.clone()).await?;
        drop(in_flight);
        let output = match T::RESOURCE.is_lambda() {
            true => TaskOutput::Lambda(answer),
            false => TaskOutput::Json(answer),
        };
        self.tick().tape.push(Entry::Submitted(output));
        let answer = wait.answer(&self.shared.clock, heartbeat.map(Seconds::duration)).await;
        let missed = || Err(Failure::new(PlatformError::TIMEOUT.as_str(), ""));
        answer.unwrap_or_else(missed).map_err(NoAnswer::Failed)
    }
}

/// Has a handler hand its token out.
pub(crate) async fn submit<T: Task>(payload: Text, context: Context) -> Result<Text, NoAnswer> {
    let mut states = context.shared.executor.inner.states.clone();
    let failed = |failure: Failure| NoAnswer::Failed(failure.through_lambda());
    take_given::<T>(&payload, &mut states).map_err(failed)?;
    let arguments = decode_arguments::<T>(&payload).map_err(failed)?;
    match T::hand_out(arguments, states).await {
        Ok(Ok(())) => Ok(Text::Static("null")),
        Ok(Err(error)) => Err(failed(error.to_failure())),
        Err(source) => Err(NoAnswer::Abort(ExecutorError::MissingState { task: T::NAME, source })),
    }
}

/// How an attempt ended.
enum Ended {
    Answered(Result<Text, NoAnswer>),
    Panicked(String),
    TimedOut,
}

/// Why an attempt has no result.
#[doc(hidden)]
#[derive(Debug)]
pub enum NoAnswer {
    /// The task failed.
    Failed(Failure),
    /// The executor cannot go on.
    Abort(ExecutorError),
}

/// Runs a handler behind the same boundary of text as a Lambda function, unless somebody was given to answer for
/// Lambda.
pub(crate) async fn handle<T: Task>(payload: Text, context: Context) -> Result<Text, NoAnswer> {
    if T::RESOURCE == Resource::LAMBDA_INVOKE && context.serves(T::RESOURCE) {
        return context.invoke(T::FUNCTION, &payload).await;
    }
    let mut states = context.shared.executor.inner.states.clone();
    take_given::<T>(&payload, &mut states).map_err(|failure| NoAnswer::Failed(reported::<T>(failure)))?;
    match T::handle(arguments::<T>(&payload)?, states).await {
        Ok(result) => written::<T>(result),
        Err(source) => Err(NoAnswer::Abort(ExecutorError::MissingState { task: T::NAME, source })),
    }
}

fn arguments<T: Task>(payload: &Text) -> Result<T::Arguments, NoAnswer> {
    decode_arguments::<T>(payload).map_err(|failure| NoAnswer::Failed(reported::<T>(failure)))
}

fn written<T: Task>(result: Result<T::Output, T::Error>) -> Result<Text, NoAnswer> {
    let failure = match result {
        Ok(output) => match T::answer(&output) {
            Ok(text) => return Ok(text),
            Err(error) => Failure::new(
                "InvalidResult",
                format!("the result of `{}` cannot be written: {error}", T::NAME),
            ),
        },
        Err(error) => error.to_failure(),
    };
    Err(NoAnswer::Failed(reported::<T>(failure)))
}

/// A failure as the service reports it: Lambda wraps what a function says.
fn reported<T: Task>(failure: Failure) -> Failure {
    if T::RESOURCE.answers_as_lambda() { failure.through_lambda() } else { failure }
}

/// Counts a handler that waits for something outside, for as long as it lives.
pub(super) struct InFlight(Arc<Shared>);

impl InFlight {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        shared.family.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(shared))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.family.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The failure of a workflow, or of a branch of one, that panics.
pub(super) fn panicked(panic: &(dyn Any + Send)) -> Failure {
    Failure::new(QUERY_EVALUATION_ERROR, format!("The workflow panicked: {}", panic_message(panic)))
}

/// The text of a panic.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panicked".to_owned())
}
