//! Branches and iterations of a running execution: all polled by the one task that runs it.

use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};

use futures_util::stream::{FuturesUnordered, StreamExt};
use serde::Serialize;

use crate::{
    error::{Failure, WorkflowError},
    fork::{BlockPolicy, MapPolicy},
    history::{StateKind, Text},
    limits::check_output,
    native::{Context, attempt::panicked, context::Stop, tape::Entry},
};

/// A Parallel or a Map state that was entered.
#[derive(Clone)]
pub struct Fork {
    context: Context,
    /// The place of the state among the definition's sites.
    site: usize,
    /// The outputs of the branches as JSON text.
    outputs: Arc<Mutex<BTreeMap<usize, Text>>>,
}

impl Context {
    /// Enters a Parallel state.
    #[doc(hidden)]
    pub fn parallel(&self, site: usize) -> Fork {
        self.fork(StateKind::Parallel, None, site)
    }

    pub(super) fn fork(&self, kind: StateKind, length: Option<usize>, site: usize) -> Fork {
        let state = self.state_at(site, "");
        let tape = &mut self.tick().tape;
        tape.push(Entry::Entered(kind, state));
        tape.push(Entry::Forked(length));
        Fork { context: self.clone(), site, outputs: Arc::default() }
    }
}

impl Fork {
    /// A branch whose value is its output or its error.
    pub async fn branch<T: Serialize, E: WorkflowError>(
        &self,
        place: usize,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        self.run(place, None, work, raised, |result| result.as_ref().ok().map(Text::json)).await
    }

    /// A branch that has a value whatever happens.
    pub async fn branch_value<T: Serialize>(&self, place: usize, work: impl Future<Output = T>) -> T {
        self.run(place, None, work, Err, |value| Some(Text::json(value))).await
    }

    /// A branch whose value is a `Result`.
    pub async fn branch_outcome<T: Serialize, E: WorkflowError>(
        &self,
        place: usize,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let context = &self.context;
        let output = |result: &Result<T, E>| {
            Some(match result {
                Ok(value) => Text::json(&BTreeMap::from([("Ok", value)])),
                Err(error) => {
                    let Failure { error, cause } = context.reported(error.to_failure());
                    Text::json(&serde_json::json!({ "Err": { "Error": error, "Cause": cause } }))
                }
            })
        };
        self.run(place, None, work, Err, output).await
    }

    /// Runs a branch or an iteration. `failed` gives what it does when it panics, if that is not the end of the
    /// execution.
    async fn run<T>(
        &self,
        place: usize,
        item: Option<Text>,
        work: impl Future<Output = T>,
        failed: impl FnOnce(Failure) -> Result<T, Failure>,
        output: impl Fn(&T) -> Option<serde_json::Result<Text>>,
    ) -> T {
        let iteration = item.map(|item| (place, item));
        let lane = {
            let tape = &mut self.context.tick().tape;
            let lane = tape.new_lane();
            tape.push(Entry::Branch(lane, iteration));
            lane
        };
        let mut work = pin!(work);
        let value = poll_fn(|cx| {
            let around = self.context.lock().tape.enter(lane);
            let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)));
            self.context.lock().tape.enter(around);
            match polled {
                Ok(polled) => polled.map(Ok),
                Err(panic) => Poll::Ready(Err(panicked(&*panic))),
            }
        })
        .await;
        let value = match value.or_else(failed) {
            Ok(value) => value,
            Err(failure) => return self.context.stop(Stop::Fail(failure)).await,
        };
        let output = match output(&value) {
            Some(Ok(text)) => match check_output(&text) {
                Ok(()) => Some(text),
                Err(failure) => return self.context.stop(Stop::Fail(failure)).await,
            },
            Some(Err(error)) => {
                let state = self.context.state_at(self.site, "");
                let cause =
                    format!("An output of a branch of the state '{state}' cannot be written: {error}");
                return self.context.fail(cause).await;
            }
            None => None,
        };
        if let Some(output) = &output {
            self.lock().insert(place, output.clone());
        }
        let tape = &mut self.context.tick().tape;
        let around = tape.enter(lane);
        tape.push(Entry::BranchEnded(output));
        tape.enter(around);
        value
    }

    /// Leaves the state with what its branches gave.
    pub async fn end<T, E: WorkflowError>(&self, result: Result<T, E>) -> Result<T, E> {
        match result {
            Ok(value) => Ok(self.end_value(value).await),
            Err(error) => {
                self.give_up(&error);
                Err(error)
            }
        }
    }

    /// Leaves the state with what its branches gave.
    pub async fn end_value<T>(&self, value: T) -> T {
        let outputs = std::mem::take(&mut *self.lock());
        let texts: Vec<&str> = outputs.values().map(|text| &**text).collect();
        let text = Text::from(format!("[{}]", texts.join(",")));
        match check_output(&text) {
            Ok(()) => self.context.tick().tape.push(Entry::Joined(text)),
            Err(failure) => return self.context.stop(Stop::Fail(failure)).await,
        }
        value
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, BTreeMap<usize, Text>> {
        self.outputs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn give_up<E: WorkflowError>(&self, error: &E) {
        let failure = self.context.reported(error.to_failure());
        self.context.tick().tape.push(Entry::GaveUp(Box::new(failure)));
    }
}

/// What a branch whose value is a `Result` gives when it panics: what Step Functions reports of one in which an
/// expression fails.
fn raised<T, E: WorkflowError>(failure: Failure) -> Result<Result<T, E>, Failure> {
    E::from_failure(failure).map(Err)
}

/// Runs the iterations of a Map state: as many at once as its policy says, in the order of the items.
pub async fn run_map<T, R, E, Fut>(
    context: &Context,
    policy: MapPolicy,
    site: usize,
    items: Vec<T>,
    body: impl Fn(T) -> Fut,
) -> Result<Vec<R>, E>
where
    T: Serialize,
    R: Serialize,
    E: WorkflowError,
    Fut: Future<Output = Result<R, E>>,
{
    let fork = context.fork(StateKind::Map, Some(items.len()), site);
    let result = iterate(&fork, &policy, items, &body).await;
    fork.end(result).await
}

/// The same, and again after errors as its policy says.
pub async fn run_map_again<T, R, E, Fut>(
    context: &Context,
    policy: MapPolicy,
    site: usize,
    items: Vec<T>,
    body: impl Fn(T) -> Fut,
) -> Result<Vec<R>, E>
where
    T: Serialize + Clone,
    R: Serialize,
    E: WorkflowError,
    Fut: Future<Output = Result<R, E>>,
{
    let fork = context.fork(StateKind::Map, Some(items.len()), site);
    let mut retriers: Vec<_> = policy.retry.iter().map(|retrier| (retrier.clone(), 0)).collect();
    loop {
        let result = iterate(&fork, &policy, items.clone(), &body).await;
        let delay = match &result {
            Ok(_) => None,
            Err(error) => context.next_try(&mut retriers, &error.to_failure().error),
        };
        let Some(delay) = delay else { return fork.end(result).await };
        fork.lock().clear();
        context.pause(delay).await;
        context.tick().tape.push(Entry::Forked(Some(items.len())));
    }
}

/// Runs every iteration once, or those up to the first error.
async fn iterate<T, R, E, Fut>(
    fork: &Fork,
    policy: &MapPolicy,
    items: Vec<T>,
    body: &impl Fn(T) -> Fut,
) -> Result<Vec<R>, E>
where
    T: Serialize,
    R: Serialize,
    E: WorkflowError,
    Fut: Future<Output = Result<R, E>>,
{
    let at_once = match policy.max_concurrency {
        None | Some(0) => usize::MAX,
        Some(bound) => usize::try_from(bound).unwrap_or(usize::MAX),
    };
    let mut outputs: Vec<Option<R>> = items.iter().map(|_| None).collect();
    let mut waiting = items.into_iter().enumerate();
    let mut running = FuturesUnordered::new();
    let mut failed: Option<E> = None;
    // What has not ended is dropped with this, before its state is left.
    poll_fn(|cx| {
        loop {
            while failed.is_none()
                && running.len() < at_once
                && let Some((place, item)) = waiting.next()
            {
                let text = Text::json(&item).unwrap_or(Text::Static("null"));
                let work = body(item);
                running.push(async move {
                    let output = |result: &Result<R, E>| result.as_ref().ok().map(Text::json);
                    (place, fork.run(place, Some(text), work, raised, output).await)
                });
            }
            match running.poll_next_unpin(cx) {
                // A place that became free is taken at once.
                Poll::Ready(Some((place, Ok(output)))) => outputs[place] = Some(output),
                // Those that have started have their turn, even where another fails at once.
                Poll::Ready(Some((_, Err(error)))) => {
                    failed.get_or_insert(error);
                }
                Poll::Ready(None) | Poll::Pending if failed.is_some() => {
                    return failed.take().map_or(Poll::Pending, |error| Poll::Ready(Err(error)));
                }
                Poll::Ready(None) => return Poll::Ready(Ok(outputs.drain(..).flatten().collect())),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await
}

/// Runs a block, and again after errors as its policy says.
pub async fn run_attempt<R, E, Fut>(
    context: &Context,
    policy: BlockPolicy,
    site: usize,
    body: impl Fn() -> Fut,
) -> Result<R, E>
where
    R: Serialize,
    E: WorkflowError,
    Fut: Future<Output = Result<R, E>>,
{
    let fork = context.parallel(site);
    let mut retriers: Vec<_> = policy.retry.into_iter().map(|retrier| (retrier, 0)).collect();
    loop {
        let error = match fork.branch(0, body()).await {
            Ok(output) => return Ok(fork.end_value(output).await),
            Err(error) => error,
        };
        let Failure { error: name, .. } = error.to_failure();
        let Some(delay) = context.next_try(&mut retriers, &name) else {
            fork.give_up(&error);
            return Err(error);
        };
        context.pause(delay).await;
        context.tick().tape.push(Entry::Forked(None));
    }
}

/// The elements of what a Map state runs over.
pub fn items<I: IntoIterator>(items: I) -> Vec<I::Item> {
    items.into_iter().collect()
}

/// Tells rustc the type of the closure's parameter before it looks at the body.
pub fn iteration<T, F, R, E>(_items: &[T], body: F) -> F
where
    F: AsyncFn(T) -> Result<R, E>,
{
    body
}

/// Tells rustc that a closure takes nothing and gives a `Result`.
pub fn block<F, R, E>(body: F) -> F
where
    F: AsyncFn() -> Result<R, E>,
{
    body
}
