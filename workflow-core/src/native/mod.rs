//! The native executor: runs a workflow's own body in this process.
//!
//! It has never heard of a state machine. What it shares with the other engines stands above it:
//! retry arithmetic, error names, limits, the clock and the shape of the history.

mod attempt;
mod children;
mod context;
mod distributed;
mod drive;
mod execution;
mod fork;
mod log;
mod mock;
mod results;
mod source;
mod stand_in;
mod tape;
#[cfg(test)]
mod tests;
mod tokens;

use std::{
    any::{Any, TypeId},
    collections::{BTreeMap, HashMap},
    future::Future,
    pin::pin,
    sync::Arc,
    time::Duration,
};

use tracing::Instrument;

pub use self::{
    attempt::NoAnswer,
    children::ChildExecution,
    context::Context,
    distributed::{
        ItemCounts, MapRun, child, error_of, once, repeated, run_distributed, run_distributed_written,
    },
    execution::{CallRecord, Execution, ExecutionError, ExecutorError, InputError, Report},
    fork::{Fork, block, items, iteration, run_attempt, run_map, run_map_again},
    mock::Mock,
    source::{batches, source},
    tokens::{TaskTokenError, TaskTokens},
};
pub(crate) use self::{
    attempt::{handle, panic_message, submit},
    execution::decode_input,
    stand_in::{Asked, StandIn, StoodIn, What, Wire},
    tokens::Wait,
};
use self::{
    children::Family,
    drive::{End, drive, settle},
    execution::Recorded,
    log::texts,
    tape::Entry,
};
use crate::{
    clock::Clock,
    error::{Failure, QUERY_EVALUATION_ERROR, WorkflowError},
    history::{Outcome, Status, Text},
    limits::check_output,
    services::{Service, Services},
    task::{States, Task, TaskFn},
    testing,
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
    services: Services,
    faults: BTreeMap<String, Failure>,
    mocks: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    seed: Option<u64>,
    execution_name: Option<String>,
    tokens: TaskTokens,
    agreeing: bool,
    stand_in: Option<Arc<dyn StandIn>>,
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
        let inner = Inner {
            states: States::default(),
            services: Services::default(),
            faults: BTreeMap::new(),
            mocks: HashMap::new(),
            seed: None,
            execution_name: None,
            tokens: TaskTokens::default(),
            agreeing: false,
            stand_in: None,
            clock: Clock::Real,
        };
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

    /// Has this answer for an AWS service instead of what is in memory:
    /// `.service(dynamodb::Memory::new())`, or a [`Service`] of your own.
    #[must_use]
    pub fn service<S: Service>(self, service: S) -> Self {
        self.with(|inner| inner.services.insert(Arc::new(service)))
    }

    /// Has every call of an action fail like this, whichever types it is called with. The name is what
    /// stands behind `arn:aws:states:::` in the state machine.
    ///
    /// ```
    /// use workflow_core::{Executor, Failure};
    ///
    /// let gone = Failure::new("SNS.NotFoundException", "Topic does not exist");
    /// let executor = Executor::test().service_fails("sns:publish", gone);
    /// ```
    #[must_use]
    pub fn service_fails(self, resource: &str, failure: Failure) -> Self {
        self.with(|inner| {
            inner.faults.insert(resource.to_owned(), failure);
        })
    }

    /// Seeds the jitter of retries, the ids that services make, and what a workflow draws with
    /// [`uuid`](crate::uuid) and [`random`](crate::random). Each execution starts from the seed anew.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.with(|inner| inner.seed = Some(seed))
    }

    /// Names the executions: [`ExecutionContext::name`](crate::ExecutionContext::name). Without it each has
    /// a UUID, as on AWS.
    #[must_use]
    pub fn execution_name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.with(|inner| inner.execution_name = Some(name))
    }

    /// Has a task answer like this instead of running its handler: `.mock(charge, Mock::value(..))`.
    /// A second mock of the same task replaces the first. A closure stands for a call that is no function of
    /// its own: `.mock(|order: Order| refund(order).start_sync(), Mock::value(..))`.
    #[must_use]
    pub fn mock<F: TaskFn<P>, P>(self, _: F, mock: Mock<F::Task>) -> Self {
        self.with(|inner| {
            inner.mocks.insert(TypeId::of::<F::Task>(), Arc::new(mock));
        })
    }

    /// Answers tasks that wait for their [`TaskToken`](crate::TaskToken).
    pub fn task_tokens(&self) -> TaskTokens {
        self.inner.tokens.clone()
    }

    /// Sets the time that executions live in.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        self.with(|inner| inner.clock = clock)
    }

    /// Has each execution be run again by its state machine, and compared: for tests.
    ///
    /// # Panics
    ///
    /// What this executor runs panics where the two differ, with both histories: see
    /// [`testing::replay`].
    #[must_use]
    pub fn agreeing(self) -> Self {
        self.with(|inner| inner.agreeing = true)
    }

    /// Has this answer in the place of every task, mocked or not.
    pub(crate) fn stand_in(self, stand_in: Arc<dyn StandIn>) -> Self {
        self.with(|inner| inner.stand_in = Some(stand_in))
    }

    /// Runs an execution to its end. Whatever happens is in the [`Execution`]: an input that does
    /// not fit, or anything else that the workflow cannot be blamed for, ends it as
    /// [`Status::Aborted`].
    ///
    /// The future borrows nothing, so it can be spawned.
    pub fn run<W: Workflow>(&self, start: Start<W>) -> impl Future<Output = Execution<W>> + Send + use<W> {
        let executor = self.clone();
        async move {
            let agreeing = executor.inner.agreeing;
            let execution = Execution::new(execute::<W>(executor, start).await);
            if agreeing && let Err(disagreement) = testing::replay(&execution) {
                std::panic::panic_any(disagreement.to_string());
            }
            execution
        }
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
    let context = Context::new(executor, workflow, W::definition(), input);
    // Those that are left when nobody asks for the execution any more hold on to it.
    let family = Dropped(Arc::clone(&context.shared.family));
    let mut report = run_in::<W>(&context, arguments).await;
    settle(&context).await;
    report.children = family.0.take();
    report.map_runs = family.0.take_map_runs();
    report
}

/// Runs an execution in its context to its end.
async fn run_in<W: Workflow>(context: &Context, arguments: W::Arguments) -> Report {
    let workflow = W::META.name;
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
    let end = drive(context, pin!(body), limit).instrument(span.clone()).await;
    let report = report(context, end);
    span.record("status", tracing::field::debug(report.outcome.status));
    report
}

/// Drops those that are still running.
struct Dropped(Arc<Family>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.stop();
    }
}

fn report(context: &Context, end: End) -> Report {
    let (entry, aborted) = match end {
        End::Returned(result) => match result.and_then(|output| check_output(&output).map(|()| output)) {
            Ok(output) => (Entry::Succeeded(output), None),
            Err(failure) => (Entry::Failed(Box::new(failure)), None),
        },
        End::TimedOut => (Entry::TimedOut, None),
        End::Aborted(error) => (Entry::Aborted(Box::new(error.clone())), Some(error)),
    };
    let outcome = outcome(&entry);
    told(context, entry, outcome, aborted)
}

/// What is left of an execution that was stopped by another.
fn stopped(context: &Context) -> Report {
    let outcome = Outcome { status: Status::Aborted, output: None, error: None, cause: None };
    told(context, Entry::Stopped, outcome, None)
}

fn told(context: &Context, entry: Entry, outcome: Outcome, aborted: Option<ExecutorError>) -> Report {
    let elapsed = context.shared.clock.elapsed();
    let tape = &mut context.tick().tape;
    tape.push(entry);
    let recorded = Recorded::of(tape.take());
    let (seed, name) = (context.seed(), context.name());
    let (children, map_runs) = (Vec::new(), Vec::new());
    Report { outcome, elapsed, aborted, children, map_runs, seed, name, recorded }
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
        children: Vec::new(),
        map_runs: Vec::new(),
        seed: None,
        name: None,
        recorded: Recorded::default(),
    }
}
