//! The interpreter: runs any state machine in this process, as Step Functions would.
//!
//! [`StateMachine`] reads a definition once. An [`Interpreter`] knows what does the work of Task
//! states, and runs executions. What it shares with the native executor stands above both: the clock,
//! the arithmetic of retries, limits, and the events of the history. It has never heard of a macro.
//!
//! ```
//! use serde_json::json;
//! use workflow_core::interpreter::{Interpreter, StateMachine, TaskCall};
//!
//! let machine: StateMachine = r#"{
//!     "QueryLanguage": "JSONata",
//!     "StartAt": "Charge",
//!     "States": {
//!         "Charge": {
//!             "Type": "Task",
//!             "Resource": "arn:aws:states:::lambda:invoke",
//!             "Arguments": {"FunctionName": "Charge", "Payload": {"cents": "{% $states.input.euros * 100 %}"}},
//!             "Output": "{% $states.result.Payload %}",
//!             "End": true
//!         }
//!     }
//! }"#.parse().unwrap();
//!
//! let interpreter = Interpreter::test().handler("Charge", |call: &TaskCall<'_>| {
//!     json!({"Payload": {"charged": call.payload()["cents"]}})
//! });
//! let execution = interpreter.run_blocking(&machine, json!({"euros": 5}));
//! assert_eq!(execution.output().unwrap(), json!({"charged": 500}));
//! assert_eq!(execution.states(), ["Charge"]);
//! ```

mod choice;
mod context;
mod data;
mod engine;
mod expression;
mod fault;
mod handler;
mod inspection;
mod machine;
mod mock_schema;
mod parse;
mod report;
mod settings;
mod template;
mod test_state;
#[cfg(test)]
mod tests;
mod time;
mod variables;

use std::{
    future::{Future, poll_fn},
    sync::Arc,
    task::{Context, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

use serde_json::Value;

pub use self::{
    data::Data,
    handler::{Answer, TaskCall, TaskHandler, TaskMock},
    machine::StateMachine,
    parse::DefinitionError,
    report::{Execution, ExecutionFailed, InterpreterError},
    test_state::{MockValidation, StateTest, StateTestError, StateTestStatus, StateTested},
};
use self::{
    engine::Engine,
    handler::{Handlers, RustTask},
    settings::{Observer, Settings},
};
pub(crate) use self::{expression::Evaluation, parse::deployed_here};
use crate::{
    clock::Clock,
    contract::Handler,
    effects::uuid_of,
    environment::Stream,
    history::{History, Outcome, Status},
    limits::MAX_DATA_BYTES,
    lower::Definition,
    native::TaskTokens,
    services::Service,
    task::{States, Task, TaskFn},
    workflow::{WorkflowKind, WorkflowMeta},
};

/// Runs state machines in this process.
///
/// Cheap to clone; executions share nothing but their handlers.
#[derive(Clone)]
pub struct Interpreter {
    settings: Arc<Settings>,
    handlers: Arc<Handlers>,
    states: States,
    tokens: TaskTokens,
}

impl Default for Interpreter {
    fn default() -> Self {
        Self::new()
    }
}

impl Interpreter {
    /// An interpreter in real time.
    pub fn new() -> Self {
        Self {
            settings: Arc::default(),
            handlers: Arc::default(),
            states: States::default(),
            tokens: TaskTokens::default(),
        }
    }

    /// An interpreter for tests: waits take no time, and every run is the same.
    pub fn test() -> Self {
        Self::new().clock(Clock::virtual_time()).seed(0)
    }

    /// Has a handler do the work of Task states. The name is a state's, a `Resource`, the end of one
    /// such as `sqs:sendMessage`, or a Lambda function's; the first of these that fits counts.
    #[must_use]
    pub fn handler(self, name: impl Into<String>, handler: impl TaskHandler + 'static) -> Self {
        self.with_handlers(|handlers| handlers.add(name.into(), Arc::new(handler)))
    }

    /// Has a handler do the work of all Task states that have none of their own.
    #[must_use]
    pub fn fallback(self, handler: impl TaskHandler + 'static) -> Self {
        self.with_handlers(|handlers| handlers.set_fallback(Arc::new(handler)))
    }

    /// Has a Task answer like this. The name is as in [`Interpreter::handler`].
    #[must_use]
    pub fn mock(self, name: impl Into<String>, mock: TaskMock) -> Self {
        self.handler(name, mock)
    }

    /// Has a Rust task do the work of the Lambda function of its name, as an emitted state machine
    /// calls it: `.task(charge)`. Give the shared state of its parameters before.
    #[must_use]
    pub fn task<F: TaskFn<P>, P>(self, _: F) -> Self {
        let handler = RustTask {
            states: self.states.clone(),
            tokens: self.tokens.clone(),
            run: Handler::of::<F::Task>(),
        };
        self.handler(<F::Task as Task>::FUNCTION, handler)
    }

    /// Has the Rust tasks of a workflow do the work of the Lambda functions that its state machine
    /// calls. Give the shared state of their parameters before, and handlers for some of them after.
    ///
    /// ```
    /// use serde_json::json;
    /// use workflow_core::{Workflow, interpreter::{Interpreter, StateMachine}, prelude::*};
    ///
    /// #[task]
    /// async fn double(number: u32) -> u32 {
    ///     number * 2
    /// }
    ///
    /// #[workflow]
    /// async fn quadruple(number: u32) -> Result<u32, PlatformError> {
    ///     let twice = double(number).await?;
    ///     double(twice).await
    /// }
    ///
    /// let definition = quadruple::definition();
    /// let machine = StateMachine::of(definition).unwrap();
    /// let execution = Interpreter::test().tasks(definition).run_blocking(&machine, json!(3));
    /// assert_eq!(execution.output().unwrap(), json!(12));
    /// ```
    #[must_use]
    pub fn tasks(self, definition: &Definition) -> Self {
        definition.tasks.iter().fold(self, |interpreter, task| {
            let Some(function) = task.function else { return interpreter };
            let handler = RustTask {
                states: interpreter.states.clone(),
                tokens: interpreter.tokens.clone(),
                run: task.contract.handler(),
            };
            interpreter.handler(function, handler)
        })
    }

    /// Has a service of the native executor answer its actions, through the optimised integration and
    /// through the AWS SDK, where nothing was given for a state or a resource.
    ///
    /// What a workflow in Rust declares of a thing, such as the key of a table, no state machine says: the
    /// table has to be there, as on AWS.
    ///
    /// ```
    /// use serde_json::json;
    /// use workflow_core::{interpreter::{Interpreter, StateMachine}, services::sqs};
    ///
    /// let machine: StateMachine = r#"{"StartAt": "Tell", "States": {"Tell": {
    ///     "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true,
    ///     "Parameters": {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/Orders", "MessageBody.$": "$"}
    /// }}}"#.parse().unwrap();
    /// let execution = Interpreter::test().service(sqs::Memory::new()).run_blocking(&machine, json!({"id": "o-1"}));
    /// assert!(execution.output().unwrap()["MessageId"].is_string());
    /// ```
    #[must_use]
    pub fn service(self, service: impl Service) -> Self {
        self.with_handlers(|handlers| handlers.add_service(Arc::new(service)))
    }

    /// Shares a value with the Rust tasks that are given after it.
    #[must_use]
    pub fn state<S: Clone + Send + Sync + 'static>(mut self, value: S) -> Self {
        self.states.insert(value);
        self
    }

    /// Answers Rust tasks that wait for their [`TaskToken`](crate::TaskToken). What is sent takes effect at
    /// once, also through [`TaskTokens::after`].
    pub fn task_tokens(&self) -> TaskTokens {
        self.tokens.clone()
    }

    /// Sets the time that executions live in.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        self.with(|settings| settings.clock = clock)
    }

    /// Seeds what is random: jitter, `States.UUID`, `$random`. Each execution starts from the seed anew.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.with(|settings| settings.seed = Some(seed))
    }

    /// Runs executions as Express workflows do: without a limit of events.
    #[must_use]
    pub fn express(self) -> Self {
        self.with(|settings| {
            settings.express = true;
            settings.max_events = None;
        })
    }

    /// Keeps no history, which is faster. Ids of events still count, for causes tell them.
    #[must_use]
    pub fn without_history(self) -> Self {
        self.with(|settings| settings.history = false)
    }

    /// Sets how many events an execution may have; a Standard workflow's are 25,000.
    #[must_use]
    pub fn max_events(self, most: impl Into<Option<u64>>) -> Self {
        self.with(|settings| settings.max_events = most.into())
    }

    /// Sets how many states an execution may enter before it ends as aborted: 1,000,000 by itself.
    #[must_use]
    pub fn max_steps(self, most: u64) -> Self {
        self.with(|settings| settings.max_steps = most)
    }

    /// Gives the text of an S3 object that an ItemReader may read.
    #[must_use]
    pub fn object(self, bucket: &str, key: &str, text: impl Into<String>) -> Self {
        self.with(|settings| {
            settings.objects.insert(format!("{bucket}/{key}"), text.into());
        })
    }

    /// Gives what an ItemReader lists of the objects with a prefix: each as Step Functions gives it to a child.
    pub(crate) fn listing(self, bucket: &str, prefix: &str, items: Vec<serde_json::Value>) -> Self {
        self.with(|settings| {
            settings.listings.insert(format!("{bucket}/{prefix}"), items);
        })
    }

    /// Tells somebody of every expression of JSONata that is evaluated.
    pub(crate) fn observing(self, observer: impl Fn(&Evaluation<'_>) + Send + Sync + 'static) -> Self {
        self.with(|settings| settings.observer = Some(Observer(Arc::new(observer))))
    }

    /// Sets the region and the account of ARNs.
    #[must_use]
    pub fn account(self, region: impl Into<String>, account: impl Into<String>) -> Self {
        self.with(|settings| (settings.region, settings.account) = (region.into(), account.into()))
    }

    /// Sets the names of the state machine and of the execution, as the context object has them.
    #[must_use]
    pub fn names(self, machine: impl Into<String>, execution: impl Into<String>) -> Self {
        self.with(|settings| {
            (settings.machine_name, settings.execution_name) = (machine.into(), Some(execution.into()));
        })
    }

    /// For an execution of this workflow, with its own tasks: its name, its kind and, unless it has one, a
    /// name of the execution, which is the one that the native executor would give it.
    pub(crate) fn of_workflow(self, meta: &WorkflowMeta, definition: &Definition) -> Self {
        let interpreter = match meta.kind {
            WorkflowKind::Standard => self,
            WorkflowKind::Express => self.express(),
        };
        let named = |settings: &mut Settings| {
            let mut random = settings.seed.map_or_else(fastrand::Rng::new, |seed| Stream::Name.from(seed));
            meta.name.clone_into(&mut settings.machine_name);
            settings.execution_name.get_or_insert_with(|| uuid_of(&mut random));
        };
        interpreter.with(named).tasks(definition)
    }

    /// Sets the ARN of the execution's role, as the context object has it.
    #[must_use]
    pub fn role(self, arn: impl Into<Option<String>>) -> Self {
        self.with(|settings| settings.role_arn = arn.into())
    }

    /// Runs an execution to its end. Whatever happens is in the [`Execution`].
    ///
    /// The future borrows nothing, so it can be spawned.
    pub fn run(
        &self,
        machine: &Arc<StateMachine>,
        input: Value,
    ) -> impl Future<Output = Execution> + Send + use<> {
        let (interpreter, machine, input) = (self.clone(), Arc::clone(machine), self.checked(input.into()));
        async move {
            let input = match input {
                Ok(input) => input,
                Err(error) => return refused(error),
            };
            let mut engine = Engine::new(&machine, &interpreter.settings, &interpreter.handlers, input);
            poll_fn(|cx| engine.poll(cx)).await;
            engine.into_execution()
        }
    }

    /// Runs an execution to its end on this thread, which sleeps where a handler waits, and in real
    /// time where a state does.
    pub fn run_blocking(&self, machine: &StateMachine, input: impl Into<Data>) -> Execution {
        let input = match self.checked(input.into()) {
            Ok(input) => input,
            Err(error) => return refused(error),
        };
        let mut engine = Engine::new(machine, &self.settings, &self.handlers, input).without_timer();
        block_on(&mut engine);
        engine.into_execution()
    }

    /// The same with an input as JSON text.
    pub fn run_text(&self, machine: &StateMachine, input: &str) -> Execution {
        if input.len() > MAX_DATA_BYTES {
            return refused(InterpreterError::InputTooLarge { bytes: input.len() });
        }
        match serde_json::from_str::<Value>(input) {
            Ok(input) => self.run_blocking(machine, input),
            Err(error) => {
                refused(InterpreterError::Input { message: format!("the input is no JSON: {error}") })
            }
        }
    }

    fn checked(&self, input: Data) -> Result<Data, InterpreterError> {
        if input.is_too_large() {
            return Err(InterpreterError::InputTooLarge { bytes: input.text().len() });
        }
        Ok(input)
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }

    fn with_handlers(mut self, change: impl FnOnce(&mut Handlers)) -> Self {
        change(Arc::make_mut(&mut self.handlers));
        self
    }
}

/// Drives an execution on this thread.
fn block_on(engine: &mut Engine<'_>) {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    // Most executions never wait, and then need no waker.
    if engine.poll(&mut Context::from_waker(Waker::noop())).is_ready() {
        return;
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    while engine.poll(&mut Context::from_waker(&waker)).is_pending() {
        match engine.idle_for() {
            Some(time) => thread::park_timeout(time),
            None => thread::park(),
        }
    }
}

/// What is left of an execution that never started: `StartExecution` refuses it, too.
pub(crate) fn refused(error: InterpreterError) -> Execution {
    Execution {
        outcome: Outcome {
            status: Status::Aborted,
            output: None,
            error: Some(error.name().to_owned()),
            cause: Some(error.to_string()),
        },
        output: None,
        elapsed: Duration::ZERO,
        history: History::default(),
        steps: 0,
        written: Vec::new(),
        aborted: Some(error),
    }
}
