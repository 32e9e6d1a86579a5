//! The runs of distributed Maps: child executions in the time of their parent, each with a history of its
//! own.

use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use futures_util::stream::{FuturesUnordered, StreamExt};
use serde::Serialize;

use crate::{
    child::STATES,
    distributed::{DistributedPolicy, ExecutionType, MapRunResult},
    error::{Failure, PlatformError, QUERY_EVALUATION_ERROR, WorkflowError},
    history::{StateKind, Status, Text},
    limits::check_payload,
    native::{
        ChildExecution, Context, End, Fork, Report,
        context::Stop,
        drive, report, results,
        source::{Loaded, Reader, Readings, Source},
        stopped,
        tape::Entry,
    },
    time::Timestamp,
};

/// How many child executions Step Functions runs at once where nothing else is said.
const AT_ONCE: usize = 10_000;
/// How long an Express workflow may run.
const EXPRESS: Duration = Duration::from_secs(300);

/// A run of a distributed Map, as `DescribeMapRun` tells it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MapRun {
    /// Its ARN, which holds the map's label.
    pub arn: String,
    /// The name of the Map state.
    pub state: &'static str,
    /// What became of the elements.
    pub item_counts: ItemCounts,
    /// The child executions, in the order of their elements. One that was stopped has the status
    /// [`Aborted`](Status::Aborted) and no error.
    pub executions: Vec<ChildExecution>,
    pub(crate) readings: Readings,
}

/// What became of the elements of a [`MapRun`]. Those of a batch share its fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ItemCounts {
    /// How many there were.
    pub total: u64,
    /// Those whose execution succeeded.
    pub succeeded: u64,
    /// Those whose execution failed.
    pub failed: u64,
    /// Those whose execution took too long.
    pub timed_out: u64,
    /// Those whose execution was stopped when too many others had failed.
    pub aborted: u64,
    /// Those whose execution was not started.
    pub pending: u64,
}

/// A child execution, as the results tell of it.
pub(super) struct Child {
    pub(super) started: Timestamp,
    pub(super) stopped: Timestamp,
    pub(super) state_machine: String,
    pub(super) execution: ChildExecution,
}

/// What is left of a run: the child executions by place, and the inputs of those never started.
pub(super) struct Ended {
    pub(super) arn: String,
    pub(super) id: String,
    pub(super) children: BTreeMap<usize, Child>,
    pub(super) pending: Vec<Text>,
}

/// Runs the child executions of a distributed Map, and gives their outputs.
///
/// # Errors
///
/// What Step Functions says when elements cannot be read, or too many fail.
pub async fn run_distributed<S, R, E, Fut>(
    context: &Context,
    policy: DistributedPolicy,
    site: usize,
    sources: impl Iterator<Item = S>,
    body: impl Fn(Context, S::Item) -> Fut,
) -> Result<Vec<R>, PlatformError>
where
    S: Source,
    R: Serialize,
    E: WorkflowError,
    Fut: Future<Output = Result<R, E>>,
{
    let (Running { fork, .. }, outputs) = run(context, &policy, site, sources, body).await?;
    let mut values = Vec::with_capacity(outputs.len());
    for (place, (text, value)) in outputs {
        fork.lock().insert(place, text);
        values.push(value);
    }
    Ok(fork.end_value(values).await)
}

/// Runs the child executions of a distributed Map, and says where their outputs are.
///
/// # Errors
///
/// The same, and what Step Functions says when the results cannot be written.
pub async fn run_distributed_written<S, R, E, Fut>(
    context: &Context,
    policy: DistributedPolicy,
    site: usize,
    sources: impl Iterator<Item = S>,
    body: impl Fn(Context, S::Item) -> Fut,
) -> Result<MapRunResult, PlatformError>
where
    S: Source,
    R: Serialize,
    E: WorkflowError,
    Fut: Future<Output = Result<R, E>>,
{
    let (Running { arn, id, .. }, _) = run(context, &policy, site, sources, body).await?;
    let (bucket, prefix) = policy.results.unwrap_or_default();
    let result = results::place(arn, &id, bucket, &prefix);
    match Text::json(&result) {
        Ok(text) => context.tick().tape.push(Entry::Joined(text)),
        Err(error) => return context.fail(error.to_string()).await,
    }
    Ok(result)
}

/// The outputs of child executions by place, as text and as values.
type Outputs<R> = BTreeMap<usize, (Text, R)>;

/// A Map state that was entered, and its run.
struct Running {
    fork: Fork,
    arn: String,
    id: String,
}

/// The source of a run that is not tried again.
pub fn once<S>(source: S) -> impl Iterator<Item = S> {
    std::iter::once(source)
}

/// The source of every run.
pub fn repeated<S: Clone>(source: S) -> impl Iterator<Item = S> {
    std::iter::repeat(source)
}

/// Enters the state and runs its child executions, up to the end of the run; and again after errors as its
/// policy says, each time over the next of the sources.
async fn run<S, R, E, Fut>(
    context: &Context,
    policy: &DistributedPolicy,
    site: usize,
    sources: impl Iterator<Item = S>,
    body: impl Fn(Context, S::Item) -> Fut,
) -> Result<(Running, Outputs<R>), PlatformError>
where
    S: Source,
    R: Serialize,
    E: WorkflowError,
    Fut: Future<Output = Result<R, E>>,
{
    let mut retriers: Vec<_> = policy.retry.iter().map(|retrier| (retrier.clone(), 0)).collect();
    let (mut around, mut last) = (None, None);
    for source in sources {
        let reader = source.to_be_read();
        let (mut source, mut loaded) = (Some(source), Vec::new());
        if reader.is_none()
            && let Some(source) = source.take()
        {
            loaded = source.load(Vec::new());
        }
        let length = Some(usize::try_from(total(&loaded)).unwrap_or(usize::MAX));
        let fork = match around.take() {
            None => context.fork(StateKind::Map, length, site),
            Some(fork) => {
                context.tick().tape.push(Entry::Forked(length));
                fork
            }
        };
        let failure = match run_once(context, policy, site, (reader, source), loaded, &body).await {
            Ok((arn, id, outputs)) => return Ok((Running { fork, arn, id }, outputs)),
            Err(failure) => failure,
        };
        context.tick().tape.push(Entry::MapRunEnded(Some(Box::new(failure.clone()))));
        let delay = context.next_try(&mut retriers, &failure.error);
        let error = PlatformError::from_failure(failure)
            .unwrap_or_else(|Failure { error, cause }| PlatformError::Other { error, cause });
        let Some(delay) = delay else {
            fork.give_up(&error);
            return Err(error);
        };
        context.pause(delay).await;
        (around, last) = (Some(fork), Some(error));
    }
    // There is a source for every run that a retrier asks for.
    Err(last.unwrap_or_else(|| PlatformError::TaskFailed("there is nothing to run over".to_owned())))
}

/// One run: its ARN, its id, and what its child executions gave.
async fn run_once<S, R, E, Fut>(
    context: &Context,
    policy: &DistributedPolicy,
    site: usize,
    (reader, source): (Option<Reader>, Option<S>),
    mut loaded: Vec<Loaded<S::Item>>,
    body: impl Fn(Context, S::Item) -> Fut,
) -> Result<(String, String, Outputs<R>), Failure>
where
    S: Source,
    R: Serialize,
    E: WorkflowError,
    Fut: Future<Output = Result<R, E>>,
{
    let state = context.state_at(site, "Map");
    if let Some(problem) = policy.problem() {
        return context.stop(Stop::Fail(Failure::new("States.Runtime", problem))).await;
    }
    let label = policy.label.map_or_else(|| label_of(state), str::to_owned);
    let machine = format!("{}/{label}", context.execution().state_machine_name());
    let id = context.service_id();
    let arn = format!("{STATES}:mapRun:{machine}:{id}");
    context.tick().tape.push(Entry::MapRunStarted(arn.clone().into()));
    let mut readings = Readings::default();
    if let (Some(reader), Some(source)) = (&reader, source) {
        match context.read(reader, &mut readings).await {
            Ok(read) => loaded = source.load(read),
            Err(failure) => {
                let (item_counts, executions) = (ItemCounts::default(), Vec::new());
                let run = MapRun { arn, state, item_counts, executions, readings };
                context.shared.family.add_map_run(run);
                return Err(failure);
            }
        }
    }
    if let Some(failure) = loaded.iter().find_map(|item| check_payload(state, &item.input).err()) {
        return Err(failure);
    }
    let counts = ItemCounts { total: total(&loaded), ..ItemCounts::default() };
    let mut ended = Ended { arn, id, children: BTreeMap::new(), pending: Vec::new() };
    let (outputs, counts, exceeded) =
        children(context, policy, &label, loaded, body, counts, &mut ended).await;
    let written = match &policy.results {
        Some((bucket, prefix)) => context.write_results(&ended, bucket, prefix).await,
        None => Ok(()),
    };
    let Ended { arn, id, children, .. } = ended;
    let executions = children.into_values().map(|child| child.execution).collect();
    let run = MapRun { arn: arn.clone(), state, item_counts: counts, executions, readings };
    context.shared.family.add_map_run(run);
    if exceeded {
        let failure = Failure::new(
            PlatformError::EXCEED_TOLERATED_FAILURE_THRESHOLD.as_str(),
            "The specified tolerated failure threshold was exceeded",
        );
        return Err(failure);
    }
    written?;
    context.tick().tape.push(Entry::MapRunEnded(None));
    Ok((arn, id, outputs))
}

/// Runs the child executions, as many at once as the policy says, until all have ended or too many have
/// failed.
async fn children<T, R, E, Fut>(
    context: &Context,
    policy: &DistributedPolicy,
    label: &str,
    loaded: Vec<Loaded<T>>,
    body: impl Fn(Context, T) -> Fut,
    mut counts: ItemCounts,
    ended: &mut Ended,
) -> (Outputs<R>, ItemCounts, bool)
where
    R: Serialize,
    E: WorkflowError,
    Fut: Future<Output = Result<R, E>>,
{
    let at_once = match policy.max_concurrency {
        None | Some(0) => AT_ONCE,
        Some(bound) => usize::try_from(bound).unwrap_or(AT_ONCE).min(AT_ONCE),
    };
    let limit = (policy.execution_type == ExecutionType::Express).then_some(EXPRESS);
    let mut outputs = BTreeMap::new();
    let mut waiting = loaded.into_iter().enumerate();
    // Those that run: how many elements each stands for, its context, and its input.
    let mut started: BTreeMap<usize, (u64, Context, Text)> = BTreeMap::new();
    let mut running = FuturesUnordered::new();
    let exceeded = poll_fn(|cx| {
        loop {
            while running.len() < at_once
                && let Some((place, item)) = waiting.next()
            {
                let child = context.of_map(item.input.clone(), label);
                started.insert(place, (item.elements, child.clone(), item.input.clone()));
                let work = item.value.map(|value| body(child.clone(), value));
                running.push(async move {
                    let (report, output) = execute(context, &child, limit, work).await;
                    (place, child_of(&child, item.input, report), output)
                });
            }
            match running.poll_next_unpin(cx) {
                Poll::Ready(Some((place, child, output))) => {
                    let elements = started.remove(&place).map_or(1, |(elements, ..)| elements);
                    match child.execution.report.outcome.status {
                        Status::Succeeded => counts.succeeded += elements,
                        Status::TimedOut => counts.timed_out += elements,
                        _ => counts.failed += elements,
                    }
                    if let (Some(text), Some(value)) = (&child.execution.report.outcome.output, output) {
                        outputs.insert(place, (text.clone(), value));
                    }
                    ended.children.insert(place, child);
                    if policy.is_exceeded(counts.failed + counts.timed_out, counts.total) {
                        return Poll::Ready(true);
                    }
                }
                Poll::Ready(None) => return Poll::Ready(false),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await;
    // What has not ended is dropped here, before the run is.
    drop(running);
    for (place, (elements, child, input)) in started {
        counts.aborted += elements;
        let report = stopped(&child);
        ended.children.insert(place, child_of(&child, input, report));
    }
    for (_, item) in waiting {
        counts.pending += item.elements;
        ended.pending.push(item.input);
    }
    (outputs, counts, exceeded)
}

/// Runs one child execution to its end.
async fn execute<R, E, Fut>(
    parent: &Context,
    child: &Context,
    limit: Option<Duration>,
    work: Result<Fut, String>,
) -> (Report, Option<R>)
where
    R: Serialize,
    E: WorkflowError,
    Fut: Future<Output = Result<R, E>>,
{
    let mut output = None;
    let end = {
        let failed = |cause| Err(Failure::new(QUERY_EVALUATION_ERROR, cause));
        let body = async {
            match work {
                Err(error) => failed(format!("The element does not fit its type: {error}")),
                Ok(work) => match work.await {
                    Ok(value) => match Text::json(&value) {
                        Ok(text) => {
                            output = Some(value);
                            Ok(text)
                        }
                        Err(error) => {
                            failed(format!("The output of a child execution cannot be written: {error}"))
                        }
                    },
                    Err(error) => Err(child.provenance(error.to_failure())),
                },
            }
        };
        drive(child, pin!(body), limit).await
    };
    if let End::Aborted(error) = end {
        return parent.stop(Stop::Abort(error)).await;
    }
    (report(child, end), output)
}

fn child_of(context: &Context, input: Text, report: Report) -> Child {
    let about = context.execution();
    Child {
        started: about.start_time(),
        stopped: context.shared.clock.now(),
        state_machine: about.state_machine_id().to_owned(),
        execution: ChildExecution {
            workflow: context.workflow(),
            name: about.name().to_owned(),
            id: about.id().to_owned(),
            input,
            report,
        },
    }
}

fn total<T>(loaded: &[Loaded<T>]) -> u64 {
    loaded.iter().map(|item| item.elements).sum()
}

/// The name of a state without what no label may hold. On AWS a label that was not given is made up.
fn label_of(state: &str) -> String {
    state.chars().filter(|letter| letter.is_alphanumeric()).take(40).collect()
}

/// Tells rustc the type of the closure's parameter before it looks at the body.
pub fn child<S, F, R, E>(_source: &S, body: F) -> F
where
    S: Source,
    F: AsyncFn(Context, S::Item) -> Result<R, E>,
{
    body
}

/// Tells rustc that a closure fails as the function around it does. There is never an error.
pub fn error_of<S, F, R, E>(_source: &S, _body: &F) -> Option<E>
where
    S: Source,
    F: AsyncFn(Context, S::Item) -> Result<R, E>,
{
    None
}
