//! What a running workflow holds on to: the way from an awaited call to its result.

use std::{
    any::TypeId,
    collections::HashMap,
    convert::Infallible,
    future::{Future, pending},
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, atomic::Ordering},
    time::Duration,
};

use crate::{
    child::STATES,
    clock::Running,
    effects::{Draw, ExecutionContext, Source, uuid_of},
    environment::Stream,
    error::{Failure, QUERY_EVALUATION_ERROR, WorkflowError},
    history::{StateKind, Text},
    lower::Definition,
    native::{
        Executor,
        children::Family,
        decode_input,
        execution::ExecutorError,
        tape::{Entry, Tape},
    },
    task::{Call, Task},
    time::Timestamp,
    workflow::{Start, Workflow, WorkflowMeta},
};

/// A running execution, as its workflow sees it.
///
/// The body of a workflow hands every effect to one of these; branches that are polled together
/// hold clones of the same one.
#[derive(Clone)]
pub struct Context {
    pub(super) shared: Arc<Shared>,
    /// The place of the first call of the workflow that sees it: one that stands in the place of another's
    /// call has its calls behind those.
    base: usize,
}

pub(super) struct Shared {
    pub(super) executor: Executor,
    pub(super) clock: Running,
    pub(super) family: Arc<Family>,
    /// Whether another execution started this one.
    pub(super) is_child: bool,
    definition: &'static Definition,
    workflow: &'static str,
    /// The label of the distributed Map that it is a child execution of.
    label: Option<String>,
    /// How many answers of a mock's sequence were used.
    pub(super) turns: Arc<Mutex<HashMap<TypeId, usize>>>,
    name: Option<String>,
    seed: Option<u64>,
    /// Known when somebody asks.
    execution: OnceLock<ExecutionContext>,
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
    /// For the jitter of retries.
    pub(super) random: Option<fastrand::Rng>,
    /// For the values that the workflow draws.
    drawn: Option<fastrand::Rng>,
    /// For the seeds of the executions that it starts.
    children: Option<fastrand::Rng>,
    /// For the ids that services make.
    pub(super) services: Option<fastrand::Rng>,
    /// How often each state was entered whose task has a key of idempotency.
    pub(super) entries: HashMap<&'static str, u32>,
    /// How many attempts of each state a stand-in was asked to answer.
    pub(super) asked: HashMap<&'static str, u32>,
}

/// Why a workflow's body is dropped before its end.
pub(super) enum Stop {
    Fail(Failure),
    Abort(ExecutorError),
}

impl Context {
    pub(super) fn new(
        executor: Executor,
        workflow: &'static str,
        definition: &'static Definition,
        input: Text,
    ) -> Self {
        let (clock, name) = (executor.inner.clock.start(), executor.inner.execution_name.clone());
        let seed = executor.inner.seed;
        Self::with(executor, clock, workflow, definition, input, name, seed, None)
    }

    /// For an execution that this one starts.
    pub(super) fn descend(
        &self,
        meta: &WorkflowMeta,
        definition: &'static Definition,
        input: Text,
        name: Option<String>,
    ) -> Self {
        self.born(meta.name, definition, input, name)
    }

    /// For a child execution of a distributed Map: its calls stand where those of this one do, and its mocks
    /// go on where others have stopped.
    pub(super) fn of_map(&self, input: Text, label: &str) -> Self {
        let Shared { workflow, definition, .. } = *self.shared;
        let mut child = Self { base: self.base, ..self.born(workflow, definition, input, None) };
        // Nobody else has it yet.
        if let Some(shared) = Arc::get_mut(&mut child.shared) {
            shared.label = Some(label.to_owned());
            shared.turns = Arc::clone(&self.shared.turns);
        }
        child
    }

    fn born(
        &self,
        workflow: &'static str,
        definition: &'static Definition,
        input: Text,
        name: Option<String>,
    ) -> Self {
        let clock = self.shared.clock.fork();
        let executor = self.shared.executor.clone();
        // A child draws values of its own, on every run the same.
        let seed = executor.inner.seed.map(|_| {
            let mut mutable = self.lock();
            mutable.children.get_or_insert_with(|| self.random(Stream::Child)).u64(..)
        });
        let family = Some(Arc::clone(&self.shared.family));
        Self::with(executor, clock, workflow, definition, input, name, seed, family)
    }

    /// The name of the workflow.
    pub(super) fn workflow(&self) -> &'static str {
        self.shared.workflow
    }

    /// An id such as services make.
    pub(super) fn service_id(&self) -> String {
        uuid_of(self.lock().services.get_or_insert_with(|| self.random(Stream::Services)))
    }

    #[allow(clippy::too_many_arguments, reason = "called twice, right above")]
    fn with(
        executor: Executor,
        clock: Running,
        workflow: &'static str,
        definition: &'static Definition,
        input: Text,
        name: Option<String>,
        seed: Option<u64>,
        family: Option<Arc<Family>>,
    ) -> Self {
        let mutable = Mutable {
            tape: Tape::new(input, clock.now(), definition.sites.len()),
            delivered: HashMap::new(),
            stop: None,
            random: None,
            drawn: None,
            children: None,
            services: None,
            entries: HashMap::new(),
            asked: HashMap::new(),
        };
        let shared = Shared {
            executor,
            clock,
            is_child: family.is_some(),
            family: family.unwrap_or_default(),
            definition,
            workflow,
            label: None,
            turns: Arc::default(),
            name,
            seed,
            execution: OnceLock::new(),
            state: Mutex::new(mutable),
        };
        Self { shared: Arc::new(shared), base: 0 }
    }

    /// The execution's input.
    pub(super) fn input(&self) -> Text {
        self.lock().tape.input()
    }

    /// The name of the state that an awaited call became.
    pub(super) fn state_at(&self, site: usize, otherwise: &'static str) -> &'static str {
        self.shared.definition.sites.get(self.base + site).map_or(otherwise, String::as_str)
    }

    /// Runs another workflow in the place of a call: what `.await` on it becomes.
    #[doc(hidden)]
    pub async fn inline<W: Workflow>(&self, start: Start<W>, site: usize) -> Result<W::Output, W::Error> {
        let at = self.base + site;
        let known = self.shared.definition.inlined.iter().find(|(call, _)| *call == at);
        // A workflow that is not written out, for it awaits itself, has states without names.
        let base = known.map_or(usize::MAX / 2, |(_, base)| *base);
        let arguments = match start.input {
            Ok(input) => decode_input::<W::Arguments>(&W::META, &input).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match arguments {
            Ok(arguments) => {
                let context = Self { shared: Arc::clone(&self.shared), base };
                // Behind a pointer, so that workflows that await each other have a size.
                let body: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(W::run(context, arguments));
                body.await
            }
            Err(error) => self.fail(error).await,
        }
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
        let state = self.state_at(site, T::NAME);
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
            Err(raw) => {
                let raw = T::failure(raw);
                match T::Error::from_failure(raw.reported()) {
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
                }
            }
        }
    }

    /// Waits until a point in time: what `sleep_until(..).await` becomes.
    #[doc(hidden)]
    pub async fn wait_until(&self, time: Timestamp, site: usize) {
        self.wait(time.since(self.shared.clock.now()).into(), site).await;
    }

    /// Draws a value: what `now().await`, `uuid().await` and `random().await` become. A journal has to keep
    /// it, as it keeps the result of a step.
    #[doc(hidden)]
    pub fn draw<D: Draw>(&self, draw: D) -> D::Value {
        let now = self.shared.clock.now();
        let mut mutable = self.lock();
        let random = mutable.drawn.get_or_insert_with(|| self.random(Stream::Drawn));
        draw.draw(&mut Source { now, random })
    }

    /// The seed of the execution.
    pub(super) fn seed(&self) -> Option<u64> {
        self.shared.seed
    }

    /// The execution's name, where something has asked for it.
    pub(super) fn name(&self) -> Option<String> {
        self.shared
            .execution
            .get()
            .map(|execution| execution.name.clone())
            .or_else(|| self.shared.name.clone())
    }

    /// Random numbers, the same on every run of a seeded executor.
    pub(super) fn random(&self, stream: Stream) -> fastrand::Rng {
        let seed = self.shared.seed;
        seed.map_or_else(fastrand::Rng::new, |seed| stream.from(seed))
    }

    /// What the execution knows of itself.
    #[doc(hidden)]
    pub fn execution(&self) -> &ExecutionContext {
        self.shared.execution.get_or_init(|| {
            let name = self.shared.name.clone().unwrap_or_else(|| uuid_of(&mut self.random(Stream::Name)));
            let workflow = match &self.shared.label {
                None => self.shared.workflow.to_owned(),
                Some(label) => format!("{}/{label}", self.shared.workflow),
            };
            ExecutionContext {
                id: format!("{STATES}:execution:{workflow}:{name}"),
                name,
                start_time: self.shared.clock.started(),
                state_machine_id: format!("{STATES}:stateMachine:{workflow}"),
                state_machine_name: workflow,
            }
        })
    }

    /// Waits, by the execution's clock: what `sleep(..).await` becomes.
    #[doc(hidden)]
    pub async fn wait(&self, duration: Duration, site: usize) {
        let state = self.state_at(site, "Wait");
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
        self.shared.family.in_flight.load(Ordering::Relaxed) == 0
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
