//! What does the work of Task states: closures, mocks, and the Rust tasks of a program.

use std::{cell::RefCell, collections::HashMap, future::Future, pin::Pin, sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::data::Data;
use crate::{
    contract::{Handler, Handling},
    error::Failure,
    history::{TaskStep, Text},
    native::{TaskTokens, Wait},
    resource::Resource,
    services::{Request, Service},
    task::States,
    time::Timestamp,
};

/// What calls the Lambda function which its input names.
const INVOKE: &str = "lambda:invoke";

/// What a resource asks of a service: `sqs:sendMessage` in `arn:aws:states:::sqs:sendMessage`. The partition may be
/// any, also one that a deployment fills in: `${AWS::Partition}`.
pub(super) fn action_of(resource: &str) -> Option<&str> {
    let (partition, action) = resource.strip_prefix("arn:")?.split_once(":states:::")?;
    let is_filled_in = partition.starts_with("${") && partition.ends_with('}');
    (is_filled_in || !partition.contains(':')).then_some(action)
}

fn invokes(resource: &str) -> bool {
    action_of(resource).is_some_and(|action| action.starts_with(INVOKE))
}

/// An attempt of a Task state, as its handler sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TaskCall<'a> {
    /// The state's name.
    pub state: &'a str,
    /// `Resource` of the state.
    pub resource: &'a str,
    /// What the resource receives: the result of `Parameters` or `Arguments`.
    pub input: &'a Data,
    /// How often this visit of the state was retried before: 0 for the first attempt.
    pub retry: u32,
    /// The iterations of Map states that the attempt belongs to, outermost first: each Map's name and
    /// the iteration's number.
    pub iteration: &'a [(Text, usize)],
    /// The token of a callback or an activity.
    pub token: Option<&'a str>,
    /// How often this handler was called in this execution before.
    pub turn: usize,
    pub(super) now: Timestamp,
    /// What services draw from.
    pub(super) services: &'a RefCell<fastrand::Rng>,
}

impl TaskCall<'_> {
    /// The name of the Lambda function that is called, without account, region and version.
    pub fn function(&self) -> Option<&str> {
        function_of(self.resource, self.input)
    }

    /// What the Lambda function receives.
    pub fn payload(&self) -> &Value {
        if invokes(self.resource) {
            return self.input.get("Payload").unwrap_or(&Value::Null);
        }
        self.input
    }
}

/// The name of the function that a resource with this input calls.
pub(super) fn function_of<'a>(resource: &'a str, input: &'a Value) -> Option<&'a str> {
    let name = if invokes(resource) { input.get("FunctionName")?.as_str()? } else { resource };
    let name = match name.split_once(":function:") {
        Some((_, rest)) => rest.split(':').next()?,
        None => name,
    };
    // A definition that is not deployed yet names a function by its placeholder.
    Some(name.strip_prefix("${").and_then(|name| name.strip_suffix('}')).unwrap_or(name))
}

/// What a handler answers.
#[must_use]
pub struct Answer {
    pub(super) work: Work,
    pub(super) submitted: Option<Data>,
    pub(super) after: Duration,
    pub(super) beats: Option<Duration>,
    /// What the attempt did not come to, where it failed before it ran.
    pub(super) missed: Option<TaskStep>,
}

/// A result of a task, or how it failed. AWS allows a failure without a name or a cause.
pub(super) type TaskResult = Result<Data, (Option<Text>, Option<Text>)>;

pub(super) type Later = Pin<Box<dyn Future<Output = TaskResult> + Send>>;

pub(super) enum Work {
    Now(TaskResult),
    Later(Later),
    /// The same, of somebody outside who may never answer: time goes on.
    Awaited(Later),
    Never,
    /// The interpreter cannot go on, and why.
    Abort(String),
}

impl Answer {
    /// It succeeds.
    pub fn value(value: impl Into<Data>) -> Self {
        Self::of(Work::Now(Ok(value.into())))
    }

    /// It fails with this name and cause.
    pub fn failure(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self::failure_of(Some(error.into()), Some(cause.into()))
    }

    /// It fails as `SendTaskFailure` may tell: without a name, or without a cause.
    pub fn failure_of(error: Option<String>, cause: Option<String>) -> Self {
        Self::of(Work::Now(Err((error.map(Text::from), cause.map(Text::from)))))
    }

    /// It never ends, so that only a timeout ends the attempt.
    pub fn hangs() -> Self {
        Self::of(Work::Never)
    }

    /// It ends when this future does.
    pub fn later(work: impl Future<Output = Result<Value, Failure>> + Send + 'static) -> Self {
        Self::of(Work::Later(Box::pin(async move { told(work.await) })))
    }

    /// It takes so long, by the execution's clock.
    pub fn after(mut self, delay: Duration) -> Self {
        self.after = delay;
        self
    }

    /// It sends a heartbeat each time that so much has passed; without, it sends none.
    pub fn heartbeats(mut self, every: Duration) -> Self {
        self.beats = Some(every);
        self
    }

    /// It fails before it runs, at this step: the history has `LambdaFunctionScheduleFailed`,
    /// `LambdaFunctionStartFailed`, `ActivityScheduleFailed`, `TaskStartFailed` or `TaskSubmitFailed`.
    pub fn fails_to(mut self, step: TaskStep) -> Self {
        self.missed = Some(step);
        self
    }

    /// What the service answers at once, for a task that is waited for (`.sync`,
    /// `.waitForTaskToken`).
    pub fn submitted(mut self, value: impl Into<Data>) -> Self {
        self.submitted = Some(value.into());
        self
    }

    pub(super) fn of(work: Work) -> Self {
        Self { work, submitted: None, after: Duration::ZERO, beats: None, missed: None }
    }
}

fn told(result: Result<Value, Failure>) -> TaskResult {
    result.map(Data::new).map_err(|Failure { error, cause }| (Some(error.into()), Some(cause.into())))
}

impl From<Result<Value, Failure>> for Answer {
    fn from(result: Result<Value, Failure>) -> Self {
        Self::of(Work::Now(told(result)))
    }
}

impl From<Value> for Answer {
    fn from(value: Value) -> Self {
        Self::value(value)
    }
}

/// What does the work of a Task state. Closures from [`TaskCall`] to [`Answer`], to a
/// [`Value`](serde_json::Value), or to a `Result` of one and [`Failure`] are handlers.
pub trait TaskHandler: Send + Sync {
    /// Answers an attempt.
    fn handle(&self, call: &TaskCall<'_>) -> Answer;
}

impl<F, A> TaskHandler for F
where
    F: Fn(&TaskCall<'_>) -> A + Send + Sync,
    A: Into<Answer>,
{
    fn handle(&self, call: &TaskCall<'_>) -> Answer {
        self(call).into()
    }
}

/// Answers given beforehand, the next one for each attempt.
///
/// Each execution reads them from the beginning. An attempt after the last one ends the execution as
/// aborted, with an error that says so; a single answer serves every attempt.
///
/// ```
/// use serde_json::json;
/// use workflow_core::interpreter::{Interpreter, StateMachine, TaskMock};
///
/// let machine: StateMachine = r#"{"StartAt": "Charge", "States": {"Charge": {
///     "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
///     "Retry": [{"ErrorEquals": ["Busy"]}]
/// }}}"#.parse().unwrap();
/// let mock = TaskMock::sequence([TaskMock::failure("Busy", "try again"), TaskMock::value(json!({"paid": true}))]);
/// let execution = Interpreter::test().mock("Charge", mock).run_blocking(&machine, json!({}));
/// assert_eq!(execution.output().unwrap(), json!({"paid": true}));
/// assert_eq!(execution.elapsed().as_secs(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct TaskMock {
    answers: Vec<Prepared>,
    repeats: bool,
}

#[derive(Clone, Debug)]
struct Prepared {
    /// None where it never ends.
    result: Option<TaskResult>,
    submitted: Option<Data>,
    after: Duration,
    missed: Option<TaskStep>,
}

impl TaskMock {
    /// Succeeds with this value each time.
    pub fn value(value: impl Into<Data>) -> Self {
        Self::one(Some(Ok(value.into())))
    }

    /// Fails with this name and cause each time.
    pub fn failure(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self::one(Some(Err((Some(error.into().into()), Some(cause.into().into())))))
    }

    /// Never answers, so that only a timeout ends the attempt.
    pub fn hangs() -> Self {
        Self::one(None)
    }

    /// Answers each attempt with the next of these.
    pub fn sequence(answers: impl IntoIterator<Item = Self>) -> Self {
        let answers = answers.into_iter().flat_map(|mock| mock.answers).collect();
        Self { answers, repeats: false }
    }

    /// Takes so long to answer, by the execution's clock.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.answers.iter_mut().for_each(|answer| answer.after = delay);
        self
    }

    /// Fails before it runs, at this step; see [`Answer::fails_to`].
    #[must_use]
    pub fn fails_to(mut self, step: TaskStep) -> Self {
        self.answers.iter_mut().for_each(|answer| answer.missed = Some(step));
        self
    }

    /// What the service answers at once, for a task that is waited for.
    #[must_use]
    pub fn submitted(mut self, value: impl Into<Data>) -> Self {
        let value = value.into();
        self.answers.iter_mut().for_each(|answer| answer.submitted = Some(value.clone()));
        self
    }

    fn one(result: Option<TaskResult>) -> Self {
        Self {
            answers: vec![Prepared { result, submitted: None, after: Duration::ZERO, missed: None }],
            repeats: true,
        }
    }
}

impl TaskHandler for TaskMock {
    fn handle(&self, call: &TaskCall<'_>) -> Answer {
        let answer = if self.repeats { self.answers.first() } else { self.answers.get(call.turn) };
        let Some(Prepared { result, submitted, after, missed }) = answer else {
            return Answer::of(Work::Abort(format!(
                "the mock of `{}` has {} answers and was asked for one more",
                call.state,
                self.answers.len()
            )));
        };
        let work = result.clone().map_or(Work::Never, Work::Now);
        Answer { work, submitted: submitted.clone(), after: *after, beats: None, missed: *missed }
    }
}

/// A Rust task as a handler: its body behind the same border of text as on Lambda.
pub(super) struct RustTask {
    pub(super) states: States,
    pub(super) tokens: TaskTokens,
    pub(super) run: Handler,
}

impl TaskHandler for RustTask {
    fn handle(&self, call: &TaskCall<'_>) -> Answer {
        let invoked = invokes(call.resource);
        let work = self.run.handle(call.payload().to_string(), self.states.clone());
        if let Some(token) = call.token.filter(|_| call.resource.ends_with(".waitForTaskToken")) {
            return handed_out(work, self.tokens.wait_for(token));
        }
        Answer::of(Work::Later(Box::pin(async move {
            let failed = |failure: Failure| {
                let failure = failure.through_lambda();
                (Some(failure.error.into()), Some(failure.cause.into()))
            };
            let result = work.await.map_err(failed)?;
            let value: Value = serde_json::from_str(&result)
                .map_err(|error| failed(Failure::new("InvalidResult", error.to_string())))?;
            Ok(Data::new(if invoked {
                json!({ "ExecutedVersion": "$LATEST", "Payload": value, "StatusCode": 200 })
            } else {
                value
            }))
        })))
    }
}

/// What a handler that hands its token out answers: whoever holds the token does.
fn handed_out(work: Handling, wait: Wait) -> Answer {
    let answer = Answer::of(Work::Awaited(Box::pin(async move {
        let told = |failure: Failure| (Some(failure.error.into()), Some(failure.cause.into()));
        work.await.map_err(|failure| told(failure.through_lambda()))?;
        let text = wait.letter().await.map_err(told)?;
        let value = serde_json::from_str(&text);
        value.map(Data::new).map_err(|error| told(Failure::new("InvalidResult", error.to_string())))
    })));
    answer.submitted(json!({ "ExecutedVersion": "$LATEST", "Payload": null, "StatusCode": 200 }))
}

/// A service as a handler of all its actions.
struct Asked(Arc<dyn Service>);

impl TaskHandler for Asked {
    fn handle(&self, call: &TaskCall<'_>) -> Answer {
        let Some(resource) = Resource::named(call.resource) else {
            return Answer::of(Work::Abort(format!("`{}` is too long for an action", call.resource)));
        };
        let service = Arc::clone(&self.0);
        let request = Request {
            resource,
            arguments: Value::clone(call.input),
            // Only a workflow in Rust declares more than its state machine says.
            subject: None,
            now: call.now,
            seed: call.services.borrow_mut().u64(..),
        };
        Answer::later(async move { service.call(request).await })
    }
}

/// The handlers of an interpreter, by what they were given for.
#[derive(Clone, Default)]
pub(super) struct Handlers {
    list: Vec<Arc<dyn TaskHandler>>,
    numbers: HashMap<String, usize>,
    services: HashMap<&'static str, usize>,
    fallback: Option<usize>,
}

impl Handlers {
    pub(super) fn add(&mut self, name: String, handler: Arc<dyn TaskHandler>) {
        self.numbers.insert(name, self.list.len());
        self.list.push(handler);
    }

    pub(super) fn add_service(&mut self, service: Arc<dyn Service>) {
        for client in service.clients() {
            self.services.insert(client, self.list.len());
        }
        self.list.push(Arc::new(Asked(service)));
    }

    pub(super) fn set_fallback(&mut self, handler: Arc<dyn TaskHandler>) {
        self.fallback = Some(self.list.len());
        self.list.push(handler);
    }

    /// The handler of a state: what was given for its name, its resource, the function that it calls,
    /// the service, or for everything else.
    pub(super) fn find(
        &self,
        state: &str,
        resource: &str,
        input: &Value,
    ) -> Option<(usize, &dyn TaskHandler)> {
        let number = if self.numbers.is_empty() {
            None
        } else {
            let named = |name: &str| self.numbers.get(name).copied();
            named(state)
                .or_else(|| named(resource))
                .or_else(|| named(function_of(resource, input)?))
                .or_else(|| named(action_of(resource)?))
        };
        let number = number.or_else(|| self.service(resource)).or(self.fallback)?;
        Some((number, &**self.list.get(number)?))
    }

    /// What answers for the service of a resource.
    fn service(&self, resource: &str) -> Option<usize> {
        if self.services.is_empty() {
            return None;
        }
        let name = action_of(resource)?;
        let (client, _) = name.strip_prefix("aws-sdk:").unwrap_or(name).split_once(':')?;
        self.services.get(client).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }
}
