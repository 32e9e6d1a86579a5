//! The native executor: runs a workflow's own body in this process.
//!
//! It has never heard of a state machine. What it shares with the other engines stands above it:
//! retry arithmetic, error names, limits, the clock and the shape of the history.

mod attempt;
mod context;
mod execution;
mod log;
mod mock;
mod tape;
#[cfg(test)]
mod tests;

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use tracing::Instrument;

pub(crate) use self::execution::decode_input;
pub(crate) use self::attempt::panic_message;
use self::{
    context::{QUERY_EVALUATION_ERROR, Stop},
    execution::Recorded,
    log::texts,
    tape::Entry,
};
pub use self::{
    context::Context,
    execution::{CallRecord, Execution, ExecutionError, ExecutorError, InputError, Report},
    mock::Mock,
};
use crate::{
    clock::Clock,
    error::{Failure, WorkflowError},
    history::{Outcome, Status, Text},
    limits::check_output,
    task::{States, Task, TaskFn},
    workflow::{Start, Workflow},
};

/// Runs workflows in this process.
///
/// Cheap to clone; executions share nothing but what [`Executor::state`] gave, so any number of
/// them may run at once, on one thread or many.
///
/// ```
/// use std::time::Duration;
/// use workflow_core::Executor;
///
/// let executor = Executor::test().state("a connection pool").seed(7);
/// let another = executor.clone();
/// ```
#[derive(Clone)]
pub struct Executor {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    states: States,
    mocks: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    seed: Option<u64>,
    clock: Clock,
}

impl Default for Executor {
    fn default() -> Self {
        Self::new()
    }
}

impl Executor {
    /// An executor in real time.
    pub fn new() -> Self {
        let inner =
            Inner { states: States::default(), mocks: HashMap::new(), seed: None, clock: Clock::Real };
        Self { inner: Arc::new(inner) }
    }

    /// An executor for tests: waits take no time, and every run is the same.
    pub fn test() -> Self {
        Self::new().clock(Clock::virtual_time()).seed(0)
    }

    /// Shares a value with every handler that has a parameter [`State`](crate::State) of its type.
    #[must_use]
    pub fn state<S: Clone + Send + Sync + 'static>(self, value: S) -> Self {
        self.with(|inner| inner.states.insert(value))
    }

    /// Seeds the jitter of retries. Each execution starts from the seed anew.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.with(|inner| inner.seed = Some(seed))
    }

    /// Has a task answer like this instead of running its handler: `.mock(charge, Mock::value(..))`.
    /// A second mock of the same task replaces the first.
    #[must_use]
    pub fn mock<F: TaskFn<P>, P>(self, _: F, mock: Mock<F::Task>) -> Self {
        self.with(|inner| {
            inner.mocks.insert(TypeId::of::<F::Task>(), Arc::new(mock));
        })
    }

    /// Sets the time that executions live in.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        self.with(|inner| inner.clock = clock)
    }

    /// Runs an execution to its end. Whatever happens is in the [`Execution`]: an input that does
    /// not fit, or anything else that the workflow cannot be blamed for, ends it as
    /// [`Status::Aborted`].
    ///
    /// The future borrows nothing, so it can be spawned.
    pub fn run<W: Workflow>(&self, start: Start<W>) -> impl Future<Output = Execution<W>> + Send + use<W> {
        let executor = self.clone();
        async move { Execution::new(execute::<W>(executor, start).await) }
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.inner));
        self
    }

    fn mock_of<T: Task>(&self) -> Option<&Mock<T>> {
        if self.inner.mocks.is_empty() {
            return None;
        }
        self.inner.mocks.get(&TypeId::of::<T>())?.downcast_ref()
    }
}

async fn execute<W: Workflow>(executor: Executor, start: Start<W>) -> Report {
    let workflow = W::META.name;
    let input = match start.input {
        Ok(input) => input,
        Err(error) => return refused(InputError::Unwritable { workflow, message: error.to_string() }),
    };
    let arguments = match decode_input::<W::Arguments>(&W::META, &input) {
        Ok(arguments) => arguments,
        Err(error) => return refused(error),
    };
    let context = Context::new(executor, W::definition(), input);
    let span = tracing::info_span!("execution", workflow, status = tracing::field::Empty);
    let body = async {
        match W::run(context.clone(), arguments).await {
            Ok(output) => Text::json(&output).map_err(|error| {
                Failure::new(
                    QUERY_EVALUATION_ERROR,
                    format!("The output of `{workflow}` cannot be written: {error}"),
                )
            }),
            Err(error) => Err(context.provenance(error.to_failure())),
        }
    };
    let limit = W::META.timeout_seconds.map(Duration::from_secs);
    let end = drive(&context, pin!(body), limit).instrument(span.clone()).await;
    let report = report(&context, end);
    span.record("status", tracing::field::debug(report.outcome.status));
    report
}

/// How a workflow's body ended.
enum End {
    Returned(Result<Text, Failure>),
    TimedOut,
    Aborted(ExecutorError),
}

/// Polls a workflow's body to its end, and moves virtual time when all that is left is to wait.
async fn drive<F>(context: &Context, mut body: Pin<&mut F>, limit: Option<Duration>) -> End
where
    F: Future<Output = Result<Text, Failure>>,
{
    let clock = &context.shared.clock;
    let mut timer = None;
    poll_fn(|cx| {
        loop {
            match catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(cx))) {
                Ok(Poll::Ready(result)) => return Poll::Ready(End::Returned(result)),
                Ok(Poll::Pending) => {}
                Err(panic) => {
                    let cause = format!("The workflow panicked: {}", panic_message(&*panic));
                    return Poll::Ready(End::Returned(Err(Failure::new(QUERY_EVALUATION_ERROR, cause))));
                }
            }
            match context.take_stop() {
                Some(Stop::Fail(failure)) => return Poll::Ready(End::Returned(Err(failure))),
                Some(Stop::Abort(error)) => return Poll::Ready(End::Aborted(error)),
                None => {}
            }
            if let Some(limit) = limit {
                let timer = timer.get_or_insert_with(|| clock.timer(limit));
                if Pin::new(timer).poll(cx).is_ready() {
                    return Poll::Ready(End::TimedOut);
                }
            }
            if !clock.is_virtual() || !context.is_idle() {
                return Poll::Pending;
            }
            if !clock.advance() {
                let state = context.lock().tape.last_state().unwrap_or_default().to_owned();
                return Poll::Ready(End::Aborted(ExecutorError::Stalled { state }));
            }
        }
    })
    .await
}

fn report(context: &Context, end: End) -> Report {
    let elapsed = context.shared.clock.elapsed();
    let (entry, aborted) = match end {
        End::Returned(result) => match result.and_then(|output| check_output(&output).map(|()| output)) {
            Ok(output) => (Entry::Succeeded(output), None),
            Err(failure) => (Entry::Failed(Box::new(failure)), None),
        },
        End::TimedOut => (Entry::TimedOut, None),
        End::Aborted(error) => (Entry::Aborted(Box::new(error.clone())), Some(error)),
    };
    let outcome = outcome(&entry);
    let tape = &mut context.tick().tape;
    tape.push(entry);
    Report { outcome, elapsed, aborted, recorded: Recorded::of(tape.take()) }
}

fn outcome(entry: &Entry) -> Outcome {
    let (status, output, failure) = match entry {
        Entry::Succeeded(output) => (Status::Succeeded, Some(output.clone()), None),
        Entry::Failed(failure) => (Status::Failed, None, Some(texts(failure))),
        Entry::Aborted(error) => {
            (Status::Aborted, None, Some((error.name().into(), Some(error.to_string().into()))))
        }
        _ => (Status::TimedOut, None, None),
    };
    let (error, cause) = failure.unzip();
    let owned = |text: Text| text.to_string();
    Outcome { status, output, error: error.map(owned), cause: cause.flatten().map(owned) }
}

/// What is left of an execution that never started: `StartExecution` refuses it, too.
fn refused(error: InputError) -> Report {
    let error = ExecutorError::Input(error);
    Report {
        outcome: outcome(&Entry::Aborted(Box::new(error.clone()))),
        elapsed: Duration::ZERO,
        aborted: Some(error),
        recorded: Recorded::default(),
    }
}
