//! What a running workflow holds on to: the way from an awaited call to its result.

use std::{
    any::TypeId,
    collections::HashMap,
    convert::Infallible,
    future::{Future, pending},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::{
    clock::Running,
    error::{Failure, WorkflowError},
    history::{StateKind, Text},
    lower::Definition,
    native::{
        Executor,
        execution::ExecutorError,
        tape::{Entry, Tape},
    },
    task::{Call, Task},
};

/// The name of the failure that ends an execution whose values do not have the shape that the
/// workflow expects, as it does on Step Functions when an expression fails.
pub(super) const QUERY_EVALUATION_ERROR: &str = "States.QueryEvaluationError";

/// A running execution, as its workflow sees it.
///
/// The body of a workflow hands every effect to one of these; branches that are polled together
/// hold clones of the same one.
#[derive(Clone)]
pub struct Context {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) executor: Executor,
    pub(super) clock: Running,
    /// Handlers that wait for something outside: while there is one, virtual time stands still.
    pub(super) in_flight: AtomicUsize,
    sites: &'static [String],
    /// Never held while a workflow's or a handler's own code runs.
    state: Mutex<Mutable>,
}

pub(super) struct Mutable {
    pub(super) tape: Tape,
    /// The failures that calls gave to the workflow: what the workflow's errors say, and what the
    /// service said.
    delivered: HashMap<(String, String), Failure>,
    /// Set when the workflow must not go on.
    stop: Option<Stop>,
    pub(super) random: Option<fastrand::Rng>,
    /// How many answers of a mock's sequence were used.
    pub(super) turns: HashMap<TypeId, usize>,
}

/// Why a workflow's body is dropped before its end.
pub(super) enum Stop {
    Fail(Failure),
    Abort(ExecutorError),
}

impl Context {
    pub(super) fn new(executor: Executor, definition: &'static Definition, input: Text) -> Self {
        let clock = executor.inner.clock.start();
        let mutable = Mutable {
            tape: Tape::new(input, clock.now(), definition.sites.len()),
            delivered: HashMap::new(),
            stop: None,
            random: None,
            turns: HashMap::new(),
        };
        let shared = Shared {
            executor,
            clock,
            in_flight: AtomicUsize::new(0),
            sites: &definition.sites,
            state: Mutex::new(mutable),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Runs a task to its result, retries included: what `.await` on a call becomes.
    ///
    /// `site` is the call's place among [`Definition::sites`].
    ///
    /// # Errors
    ///
    /// The failure of the last attempt, as a value of the task's error type.
    #[doc(hidden)]
    pub async fn task<T: Task>(&self, call: Call<T>, site: usize) -> Result<T::Output, T::Error> {
        let state = self.shared.sites.get(site).map_or(T::NAME, String::as_str);
        let Call { payload, policy, subject, .. } = call;
        let payload = match payload {
            Ok(payload) => payload,
            Err(error) => {
                let cause =
                    format!("The arguments of the call in the state '{state}' cannot be written: {error}");
                return self.fail(cause).await;
            }
        };
        // Pinned here and lent: a future that is handed on by value is copied each time.
        let attempts = pin!(self.attempts::<T>(state, payload, subject, policy));
        match self.step(StateKind::Task, state, attempts).await {
            Ok(answer) => match T::result(&answer) {
                Ok(result) => Ok(result),
                Err(error) => {
                    self.fail(format!("The result of the state '{state}' does not fit its type: {error}"))
                        .await
                }
            },
            Err(raw) => match T::Error::from_failure(raw.reported()) {
                Ok(error) => {
                    let Failure { error: name, cause } = error.to_failure();
                    self.lock().delivered.insert((name, cause), raw);
                    Err(error)
                }
                Err(unknown) => {
                    let Failure { error, cause } = unknown;
                    let cause = format!(
                        "The error '{error}' of the state '{state}' is not one that the task declares, or lacks its data: {cause}"
                    );
                    self.fail(cause).await
                }
            },
        }
    }

    /// Waits, by the execution's clock: what `sleep(..).await` becomes.
    #[doc(hidden)]
    pub async fn wait(&self, duration: Duration, site: usize) {
        let state = self.shared.sites.get(site).map_or("Wait", String::as_str);
        let pause = async {
            self.pause(duration).await;
            self.tick().tape.push(Entry::Waited);
            // What a wait gives to the workflow.
            Ok(Text::Static("null"))
        };
        // A wait cannot fail.
        let _: Result<Text, Failure> = self.step(StateKind::Wait, state, pin!(pause)).await;
    }

    /// Marks an error as the workflow's own: what an error that is written out in the body becomes.
    ///
    /// An error that came from a task and leaves the workflow unchanged keeps the cause that the
    /// service gave; a fresh one has its own, even where it looks the same.
    #[doc(hidden)]
    pub fn fresh<E: WorkflowError>(&self, error: E) -> E {
        let mut mutable = self.lock();
        if !mutable.delivered.is_empty() && !error.passes_on() {
            let Failure { error, cause } = error.to_failure();
            mutable.delivered.remove(&(error, cause));
        }
        drop(mutable);
        error
    }

    /// Takes one step: every effect of a workflow passes here, and its result goes on as text.
    ///
    /// This is where a durable journal belongs. Steps are reached in the same order on every run of
    /// the same body, so a journal would look up the step's number here and answer with the recorded
    /// text instead of `perform`, or else record what `perform` gave before handing it on.
    async fn step(
        &self,
        kind: StateKind,
        state: &'static str,
        perform: Pin<&mut impl Future<Output = Result<Text, Failure>>>,
    ) -> Result<Text, Failure> {
        self.tick().tape.push(Entry::Entered(kind, state));
        let result = perform.await;
        if let Err(failure) = &result {
            self.lock().tape.push(Entry::GaveUp(Box::new(failure.clone())));
        }
        result
    }

    pub(super) async fn pause(&self, duration: Duration) {
        let deadline = self.shared.clock.elapsed().saturating_add(duration);
        self.shared.clock.timer(deadline).await;
    }

    /// Ends the execution as failed, without the workflow having a say.
    pub(super) async fn fail<V>(&self, cause: String) -> V {
        self.stop(Stop::Fail(Failure::new(QUERY_EVALUATION_ERROR, cause))).await
    }

    /// Ends the execution. The workflow's body is dropped where it stands.
    pub(super) async fn stop<V>(&self, stop: Stop) -> V {
        self.lock().stop.get_or_insert(stop);
        match pending::<Infallible>().await {}
    }

    pub(super) fn take_stop(&self) -> Option<Stop> {
        self.lock().stop.take()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.shared.in_flight.load(Ordering::Relaxed) == 0
    }

    /// The failure as the execution reports it: as the service said it, if it came from a call.
    pub(super) fn provenance(&self, failure: Failure) -> Failure {
        let Failure { error, cause } = failure;
        let key = (error, cause);
        if let Some(raw) = self.lock().delivered.remove(&key) {
            return raw;
        }
        let (error, cause) = key;
        Failure { error, cause }
    }

    /// The same, of a failure that goes on to be one of the workflow's own.
    pub(super) fn reported(&self, failure: Failure) -> Failure {
        let Failure { error, cause } = failure;
        let key = (error, cause);
        if let Some(raw) = self.lock().delivered.get(&key) {
            return raw.clone();
        }
        let (error, cause) = key;
        Failure { error, cause }
    }

    /// The name of the state at a place of the function.
    pub(super) fn state_at(&self, site: usize) -> &'static str {
        self.shared.sites.get(site).map_or("", String::as_str)
    }

    /// Reads the clock, so that what is logged next happens now.
    pub(super) fn tick(&self) -> MutexGuard<'_, Mutable> {
        let now = self.shared.clock.now();
        let mut mutable = self.lock();
        mutable.tape.tick(now);
        mutable
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Mutable> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
