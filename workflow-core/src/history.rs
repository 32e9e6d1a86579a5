//! What an execution leaves behind: its events, in the shape of `GetExecutionHistory`.
//! (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html>)
//!
//! Every engine writes the same events. Texts are shared, never copied, and an event becomes JSON
//! only when somebody writes it out.

use std::time::Duration;

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::json;

pub use crate::text::Text;
use crate::{resource::Resource, retry::Seconds, time::Timestamp};

/// How an execution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// With an output.
    Succeeded,
    /// With an error that nothing caught.
    Failed,
    /// It ran longer than `TimeoutSeconds` of the state machine.
    TimedOut,
    /// The engine could not go on: the workflow is not to blame.
    Aborted,
}

/// How an execution ended, as `DescribeExecution` tells it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// The output as JSON text, of a succeeded execution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Text>,
    /// The error name, of one that did not succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What a person reads of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// The events of an execution in order. Empty where it was refused before it started.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct History {
    /// The events; the id of each is its place, counted from 1.
    pub events: Vec<HistoryEvent>,
}

impl History {
    /// The names of the events' types, in order.
    pub fn types(&self) -> Vec<&'static str> {
        self.events.iter().map(|event| event.detail.type_name()).collect()
    }

    /// The visits of states in the order in which they were entered: an execution's timeline.
    pub fn visits(&self) -> Vec<Visit<'_>> {
        let mut visits: Vec<Visit<'_>> = Vec::new();
        let (Some(first), Some(last)) = (self.events.first(), self.events.last()) else { return visits };
        // The visit that each event belongs to: the one of the event before it.
        let mut visit_of: Vec<Option<usize>> = vec![None; self.events.len() + 1];
        for event in &self.events {
            if let Detail::StateEntered { state, name, .. } = &event.detail {
                visit_of[event.place()] = Some(visits.len());
                visits.push(Visit {
                    state: name,
                    kind: *state,
                    started: event.timestamp.since(first.timestamp).into(),
                    duration: last.timestamp.since(event.timestamp).into(),
                    attempts: 0,
                    error: None,
                    exited: false,
                });
                continue;
            }
            let place = visit_of.get(event.previous_id as usize).copied().flatten();
            visit_of[event.place()] = place;
            let Some(visit) = place.and_then(|place| visits.get_mut(place)) else { continue };
            match &event.detail {
                Detail::TaskScheduled { .. }
                | Detail::LambdaScheduled { .. }
                | Detail::ActivityScheduled { .. } => visit.attempts += 1,
                Detail::TaskNotRun { error, .. }
                | Detail::LambdaNotRun { error, .. }
                | Detail::ActivityNotScheduled { error, .. }
                | Detail::TaskFailed { error, .. }
                | Detail::LambdaFailed { error, .. }
                | Detail::ActivityFailed { error, .. } => visit.error = error.as_deref(),
                Detail::TaskTimedOut { error, .. }
                | Detail::LambdaTimedOut { error, .. }
                | Detail::ActivityTimedOut { error, .. } => visit.error = Some(error),
                Detail::TaskSucceeded { .. }
                | Detail::LambdaSucceeded { .. }
                | Detail::ActivitySucceeded { .. } => visit.error = None,
                Detail::StateExited { .. } => {
                    visit.duration =
                        Duration::from(event.timestamp.since(first.timestamp)).saturating_sub(visit.started);
                    visit.exited = true;
                }
                _ => {}
            }
        }
        visits
    }
}

/// A stay in a state.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit<'a> {
    /// The state's name.
    pub state: &'a str,
    /// The state's type.
    pub kind: StateKind,
    /// When it was entered, from the start of the execution.
    pub started: Duration,
    /// How long it took; up to the end of the execution where the state was never left.
    pub duration: Duration,
    /// How often its task was tried.
    pub attempts: u32,
    /// The error name of its last attempt, where that failed.
    pub error: Option<&'a str>,
    /// Whether the state was left.
    pub exited: bool,
}

/// The type of a state that leaves events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateKind {
    /// Does a unit of work.
    Task,
    /// Waits for a time.
    Wait,
    /// Branches on conditions.
    Choice,
    /// Ends the execution as failed.
    Fail,
    /// Runs a state machine for each of many items.
    Map,
    /// Runs several state machines at once.
    Parallel,
    /// Shapes data.
    Pass,
    /// Ends the execution, or its branch, as succeeded.
    Succeed,
}

impl StateKind {
    /// The names of the events of its entry, its exit and its abortion. Where AWS has no event, the
    /// one that it would be.
    const fn event_names(self) -> [&'static str; 3] {
        match self {
            Self::Task => ["TaskStateEntered", "TaskStateExited", "TaskStateAborted"],
            Self::Wait => ["WaitStateEntered", "WaitStateExited", "WaitStateAborted"],
            Self::Choice => ["ChoiceStateEntered", "ChoiceStateExited", "ChoiceStateAborted"],
            Self::Fail => ["FailStateEntered", "FailStateExited", "FailStateAborted"],
            Self::Map => ["MapStateEntered", "MapStateExited", "MapStateAborted"],
            Self::Parallel => ["ParallelStateEntered", "ParallelStateExited", "ParallelStateAborted"],
            Self::Pass => ["PassStateEntered", "PassStateExited", "PassStateAborted"],
            Self::Succeed => ["SucceedStateEntered", "SucceedStateExited", "SucceedStateAborted"],
        }
    }
}

/// How far an iteration of a Map state came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IterationStep {
    /// It started.
    Started,
    /// It came to its end.
    Succeeded,
    /// It failed.
    Failed,
    /// It was stopped, for another one failed.
    Aborted,
}

/// How far a Parallel state, a Map state or a Map run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FanStep {
    /// Everything that it started came to its end.
    Succeeded,
    /// It failed.
    Failed,
}

/// What an attempt of a task did not even come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskStep {
    /// It could not be scheduled, for the role may not call the function. Of a service's action, see
    /// [`TaskStep::Start`].
    Schedule,
    /// It was scheduled and could not be started.
    Start,
    /// It was started, and the service refused the job that it should have waited for.
    Submit,
}

/// Variables that a state set: each name with its value as JSON text.
pub type AssignedVariables = Vec<(Text, Text)>;

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryEvent {
    /// Its number, from 1.
    pub id: u64,
    /// The number of the event that led to this one; 0 for the first and for the entry of the first
    /// state.
    pub previous_id: u64,
    /// When it happened.
    pub timestamp: Timestamp,
    /// What happened.
    pub detail: Detail,
}

impl HistoryEvent {
    fn place(&self) -> usize {
        usize::try_from(self.id).unwrap_or_default()
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Detail {
    /// The execution started.
    ExecutionStarted {
        /// Its input as JSON text.
        input: Text,
    },
    /// A state was entered.
    StateEntered {
        /// The state's type.
        state: StateKind,
        /// The state's name.
        name: Text,
        /// Its input as JSON text.
        input: Text,
    },
    /// A state was left.
    StateExited {
        /// The state's type.
        state: StateKind,
        /// The state's name.
        name: Text,
        /// Its output as JSON text.
        output: Text,
        /// The variables that it set.
        assigned: AssignedVariables,
    },
    /// A state was stopped, for something beside or above it failed.
    StateAborted {
        /// The state's type.
        state: StateKind,
    },
    /// An expression of a state could not be evaluated.
    EvaluationFailed {
        /// `States.QueryEvaluationError`.
        error: Text,
        /// What a person reads of the error.
        cause: Text,
        /// The field that holds the expression.
        location: Option<Text>,
        /// The state's name.
        name: Text,
    },
    /// A Parallel state started its branches.
    ParallelStarted,
    /// A Parallel state's branches ended.
    ParallelEnded {
        /// How.
        step: FanStep,
    },
    /// A Map state started.
    MapStarted {
        /// How many items there are; 0 where a reader is yet to tell.
        length: u64,
    },
    /// A Map state's iterations ended.
    MapEnded {
        /// How.
        step: FanStep,
    },
    /// An iteration of a Map state came a step further.
    MapIteration {
        /// Which step.
        step: IterationStep,
        /// The Map state's name.
        name: Text,
        /// The iteration's number, from 0.
        index: u64,
    },
    /// The child executions of a distributed Map were started.
    MapRunStarted {
        /// The ARN of the run.
        arn: Text,
    },
    /// The child executions of a distributed Map came to their end.
    MapRunSucceeded,
    /// The child executions of a distributed Map were stopped, since the state was.
    MapRunAborted,
    /// Too many child executions of a distributed Map failed, or its items could not be read.
    MapRunFailed {
        /// The error name.
        error: Option<Text>,
        /// What a person reads of the error.
        cause: Option<Text>,
    },
    /// An attempt of a Lambda function, called by its own ARN, was scheduled.
    LambdaScheduled {
        /// The function's ARN.
        resource: Text,
        /// Its payload as JSON text.
        input: Text,
        /// `TimeoutSeconds`.
        timeout: Option<Seconds>,
        /// `Credentials` as JSON text.
        credentials: Option<Text>,
    },
    /// The attempt of a Lambda function was started.
    LambdaStarted,
    /// The attempt of a Lambda function succeeded.
    LambdaSucceeded {
        /// Its result as JSON text.
        output: Text,
    },
    /// The attempt of a Lambda function failed.
    LambdaFailed {
        /// The error name.
        error: Option<Text>,
        /// What a person reads of the error.
        cause: Option<Text>,
    },
    /// The attempt of a Lambda function never came to run.
    LambdaNotRun {
        /// What it did not come to: [`TaskStep::Submit`] is as [`TaskStep::Start`].
        step: TaskStep,
        /// The error name.
        error: Option<Text>,
        /// What a person reads of the error.
        cause: Option<Text>,
    },
    /// The attempt of a Lambda function took longer than its timeout.
    LambdaTimedOut {
        /// `States.Timeout`.
        error: Text,
        /// What a person reads of the error.
        cause: Option<Text>,
    },
    /// An attempt of an activity was scheduled.
    ActivityScheduled {
        /// The activity's ARN.
        resource: Text,
        /// Its input as JSON text.
        input: Text,
        /// `TimeoutSeconds`.
        timeout: Option<Seconds>,
        /// `HeartbeatSeconds`.
        heartbeat: Option<Seconds>,
    },
    /// The attempt of an activity could not be scheduled.
    ActivityNotScheduled {
        /// The error name.
        error: Option<Text>,
        /// What a person reads of the error.
        cause: Option<Text>,
    },
    /// A worker took the attempt of an activity.
    ActivityStarted {
        /// The worker's name.
        worker: Option<Text>,
    },
    /// The attempt of an activity succeeded.
    ActivitySucceeded {
        /// Its result as JSON text.
        output: Text,
    },
    /// The attempt of an activity failed.
    ActivityFailed {
        /// The error name.
        error: Option<Text>,
        /// What a person reads of the error.
        cause: Option<Text>,
    },
    /// The attempt of an activity took longer than its timeout or sent no heartbeat.
    ActivityTimedOut {
        /// `States.Timeout`.
        error: Text,
        /// What a person reads of the error.
        cause: Option<Text>,
    },
    /// An attempt of a task was scheduled.
    TaskScheduled {
        /// The service and its action.
        resource: TaskResource,
        /// What the service is asked to do.
        parameters: Parameters,
        /// `TimeoutSeconds`.
        timeout: Option<Seconds>,
        /// `HeartbeatSeconds`.
        heartbeat: Option<Seconds>,
        /// The region of the service.
        region: Option<Text>,
        /// `Credentials` as JSON text.
        credentials: Option<Text>,
    },
    /// The attempt was started.
    TaskStarted {
        /// The service and its action.
        resource: TaskResource,
    },
    /// The service took a job, and the attempt goes on until the job is done.
    TaskSubmitted {
        /// The service and its action.
        resource: TaskResource,
        /// What the service answered.
        output: TaskOutput,
    },
    /// The attempt never came to run.
    TaskNotRun {
        /// What it did not come to: [`TaskStep::Schedule`] is as [`TaskStep::Start`].
        step: TaskStep,
        /// The service and its action.
        resource: TaskResource,
        /// The error name.
        error: Option<Text>,
        /// What a person reads of the error.
        cause: Option<Text>,
    },
    /// The attempt succeeded.
    TaskSucceeded {
        /// The service and its action.
        resource: TaskResource,
        /// What the service answered.
        output: TaskOutput,
    },
    /// The attempt failed.
    TaskFailed {
        /// The service and its action.
        resource: TaskResource,
        /// The error name.
        error: Option<Text>,
        /// What a person reads of the error.
        cause: Option<Text>,
    },
    /// The attempt took longer than its timeout or sent no heartbeat.
    TaskTimedOut {
        /// The service and its action.
        resource: TaskResource,
        /// `States.Timeout`.
        error: Text,
        /// What a person reads of the error.
        cause: Option<Text>,
    },
    /// The execution succeeded.
    ExecutionSucceeded {
        /// Its output as JSON text.
        output: Text,
    },
    /// The execution failed.
    ExecutionFailed {
        /// The error name.
        error: Option<Text>,
        /// What a person reads of the error.
        cause: Option<Text>,
    },
    /// The execution ran longer than it may.
    ExecutionTimedOut,
    /// The engine could not go on.
    ExecutionAborted {
        /// The error name.
        error: Option<Text>,
        /// What a person reads of the error.
        cause: Option<Text>,
    },
}

/// A service and its action.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TaskResource {
    /// One that a workflow calls by its type.
    Known(Resource),
    /// Any: `arn:aws:states:::SERVICE:ACTION`.
    Service {
        /// The service, as in `aws-sdk:s3`.
        service: Text,
        /// The action with its pattern, as in `startExecution.sync`.
        action: Text,
    },
}

impl TaskResource {
    fn names(&self) -> (&str, &str) {
        match self {
            Self::Known(resource) => (resource.service(), resource.action()),
            Self::Service { service, action } => (service, action),
        }
    }
}

/// What a service is asked to do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Parameters {
    /// To invoke a Lambda function.
    Lambda {
        /// The function's name.
        function: Text,
        /// Its payload as JSON text.
        payload: Text,
    },
    /// Any, as JSON text.
    Json(Text),
}

impl Parameters {
    /// As JSON text.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Lambda { function, payload } => {
                format!(r#"{{"FunctionName":{},"Payload":{payload}}}"#, json!(function))
            }
            Self::Json(text) => text.to_string(),
        }
    }
}

/// What a service answered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TaskOutput {
    /// The result of a Lambda function as JSON text.
    Lambda(Text),
    /// Any, as JSON text.
    Json(Text),
}

impl TaskOutput {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Lambda(payload) => {
                format!(r#"{{"ExecutedVersion":"$LATEST","Payload":{payload},"StatusCode":200}}"#)
            }
            Self::Json(text) => text.to_string(),
        }
    }
}

impl Detail {
    /// The event's type, as AWS names it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::ExecutionStarted { .. } => "ExecutionStarted",
            Self::StateEntered { state, .. } => state.event_names()[0],
            Self::StateExited { state, .. } => state.event_names()[1],
            Self::StateAborted { state } => state.event_names()[2],
            Self::EvaluationFailed { .. } => "EvaluationFailed",
            Self::ParallelStarted => "ParallelStateStarted",
            Self::ParallelEnded { step: FanStep::Succeeded } => "ParallelStateSucceeded",
            Self::ParallelEnded { step: FanStep::Failed } => "ParallelStateFailed",
            Self::MapStarted { .. } => "MapStateStarted",
            Self::MapEnded { step: FanStep::Succeeded } => "MapStateSucceeded",
            Self::MapEnded { step: FanStep::Failed } => "MapStateFailed",
            Self::MapIteration { step, .. } => match step {
                IterationStep::Started => "MapIterationStarted",
                IterationStep::Succeeded => "MapIterationSucceeded",
                IterationStep::Failed => "MapIterationFailed",
                IterationStep::Aborted => "MapIterationAborted",
            },
            Self::MapRunStarted { .. } => "MapRunStarted",
            Self::MapRunSucceeded => "MapRunSucceeded",
            Self::MapRunAborted => "MapRunAborted",
            Self::MapRunFailed { .. } => "MapRunFailed",
            Self::LambdaScheduled { .. } => "LambdaFunctionScheduled",
            Self::LambdaStarted => "LambdaFunctionStarted",
            Self::LambdaSucceeded { .. } => "LambdaFunctionSucceeded",
            Self::LambdaFailed { .. } => "LambdaFunctionFailed",
            Self::LambdaNotRun { step: TaskStep::Schedule, .. } => "LambdaFunctionScheduleFailed",
            Self::LambdaNotRun { .. } => "LambdaFunctionStartFailed",
            Self::LambdaTimedOut { .. } => "LambdaFunctionTimedOut",
            Self::ActivityScheduled { .. } => "ActivityScheduled",
            Self::ActivityNotScheduled { .. } => "ActivityScheduleFailed",
            Self::ActivityStarted { .. } => "ActivityStarted",
            Self::ActivitySucceeded { .. } => "ActivitySucceeded",
            Self::ActivityFailed { .. } => "ActivityFailed",
            Self::ActivityTimedOut { .. } => "ActivityTimedOut",
            Self::TaskSubmitted { .. } => "TaskSubmitted",
            Self::TaskScheduled { .. } => "TaskScheduled",
            Self::TaskStarted { .. } => "TaskStarted",
            Self::TaskNotRun { step: TaskStep::Submit, .. } => "TaskSubmitFailed",
            Self::TaskNotRun { .. } => "TaskStartFailed",
            Self::TaskSucceeded { .. } => "TaskSucceeded",
            Self::TaskFailed { .. } => "TaskFailed",
            Self::TaskTimedOut { .. } => "TaskTimedOut",
            Self::ExecutionSucceeded { .. } => "ExecutionSucceeded",
            Self::ExecutionFailed { .. } => "ExecutionFailed",
            Self::ExecutionTimedOut => "ExecutionTimedOut",
            Self::ExecutionAborted { .. } => "ExecutionAborted",
        }
    }

    /// The key under which AWS puts the details, and the details.
    fn details(&self) -> (&'static str, serde_json::Value) {
        let task = |resource: &TaskResource, more: serde_json::Value| {
            let (resource_type, resource) = resource.names();
            let mut details = json!({ "resourceType": resource_type, "resource": resource });
            if let (Some(details), serde_json::Value::Object(more)) = (details.as_object_mut(), more) {
                details.extend(more.into_iter().filter(|(_, value)| !value.is_null()));
            }
            details
        };
        let failure =
            |error: &Option<Text>, cause: &Option<Text>| given(json!({ "error": error, "cause": cause }));
        match self {
            Self::ExecutionStarted { input } => ("executionStartedEventDetails", json!({ "input": input })),
            Self::StateEntered { name, input, .. } => {
                ("stateEnteredEventDetails", json!({ "name": name, "input": input }))
            }
            Self::StateExited { name, output, assigned, .. } => {
                let assigned: serde_json::Map<_, _> =
                    assigned.iter().map(|(name, value)| (name.to_string(), json!(value))).collect();
                let assigned = if assigned.is_empty() { json!(null) } else { json!(assigned) };
                let details = json!({ "name": name, "output": output, "assignedVariables": assigned });
                ("stateExitedEventDetails", given(details))
            }
            // These three have no details.
            Self::StateAborted { .. } => ("", json!({})),
            Self::ParallelStarted | Self::ParallelEnded { .. } => ("", json!({})),
            Self::MapEnded { .. } | Self::MapRunSucceeded | Self::MapRunAborted | Self::LambdaStarted => {
                ("", json!({}))
            }
            Self::EvaluationFailed { error, cause, location, name } => {
                let details = json!({ "error": error, "cause": cause, "location": location, "state": name });
                ("evaluationFailedEventDetails", given(details))
            }
            Self::MapStarted { length } => ("mapStateStartedEventDetails", json!({ "length": length })),
            Self::MapIteration { step, name, index } => {
                let key = match step {
                    IterationStep::Started => "mapIterationStartedEventDetails",
                    IterationStep::Succeeded => "mapIterationSucceededEventDetails",
                    IterationStep::Failed => "mapIterationFailedEventDetails",
                    IterationStep::Aborted => "mapIterationAbortedEventDetails",
                };
                (key, json!({ "name": name, "index": index }))
            }
            Self::MapRunStarted { arn } => ("mapRunStartedEventDetails", json!({ "mapRunArn": arn })),
            Self::MapRunFailed { error, cause } => ("mapRunFailedEventDetails", failure(error, cause)),
            Self::LambdaScheduled { resource, input, timeout, credentials } => {
                let details = json!({
                    "resource": resource,
                    "input": input,
                    "timeoutInSeconds": timeout.map(Seconds::get),
                    "taskCredentials": credentials.as_deref().map(credentials_details),
                });
                ("lambdaFunctionScheduledEventDetails", given(details))
            }
            Self::LambdaSucceeded { output } => {
                ("lambdaFunctionSucceededEventDetails", json!({ "output": output }))
            }
            Self::LambdaFailed { error, cause } => {
                ("lambdaFunctionFailedEventDetails", failure(error, cause))
            }
            Self::LambdaNotRun { step, error, cause } => {
                let key = match step {
                    TaskStep::Schedule => "lambdaFunctionScheduleFailedEventDetails",
                    TaskStep::Start | TaskStep::Submit => "lambdaFunctionStartFailedEventDetails",
                };
                (key, failure(error, cause))
            }
            Self::LambdaTimedOut { error, cause } => {
                ("lambdaFunctionTimedOutEventDetails", given(json!({ "error": error, "cause": cause })))
            }
            Self::ActivityScheduled { resource, input, timeout, heartbeat } => {
                let details = json!({
                    "resource": resource,
                    "input": input,
                    "timeoutInSeconds": timeout.map(Seconds::get),
                    "heartbeatInSeconds": heartbeat.map(Seconds::get),
                });
                ("activityScheduledEventDetails", given(details))
            }
            Self::ActivityNotScheduled { error, cause } => {
                ("activityScheduleFailedEventDetails", failure(error, cause))
            }
            Self::ActivityStarted { worker } => {
                ("activityStartedEventDetails", given(json!({ "workerName": worker })))
            }
            Self::ActivitySucceeded { output } => {
                ("activitySucceededEventDetails", json!({ "output": output }))
            }
            Self::ActivityFailed { error, cause } => ("activityFailedEventDetails", failure(error, cause)),
            Self::ActivityTimedOut { error, cause } => {
                ("activityTimedOutEventDetails", given(json!({ "error": error, "cause": cause })))
            }
            Self::TaskScheduled { resource, parameters, timeout, heartbeat, region, credentials } => {
                let more = json!({
                    "region": region,
                    "parameters": parameters.text(),
                    "timeoutInSeconds": timeout.map(Seconds::get),
                    "heartbeatInSeconds": heartbeat.map(Seconds::get),
                    "taskCredentials": credentials.as_deref().map(credentials_details),
                });
                ("taskScheduledEventDetails", task(resource, more))
            }
            Self::TaskSubmitted { resource, output } => {
                ("taskSubmittedEventDetails", task(resource, json!({ "output": output.text() })))
            }
            Self::TaskStarted { resource } => ("taskStartedEventDetails", task(resource, json!({}))),
            Self::TaskSucceeded { resource, output } => {
                ("taskSucceededEventDetails", task(resource, json!({ "output": output.text() })))
            }
            Self::TaskNotRun { step, resource, error, cause } => {
                let key = match step {
                    TaskStep::Submit => "taskSubmitFailedEventDetails",
                    TaskStep::Schedule | TaskStep::Start => "taskStartFailedEventDetails",
                };
                (key, task(resource, json!({ "error": error, "cause": cause })))
            }
            Self::TaskFailed { resource, error, cause } => {
                ("taskFailedEventDetails", task(resource, json!({ "error": error, "cause": cause })))
            }
            Self::TaskTimedOut { resource, error, cause } => {
                ("taskTimedOutEventDetails", task(resource, json!({ "error": error, "cause": cause })))
            }
            Self::ExecutionSucceeded { output } => {
                ("executionSucceededEventDetails", json!({ "output": output }))
            }
            Self::ExecutionFailed { error, cause } => ("executionFailedEventDetails", failure(error, cause)),
            Self::ExecutionTimedOut => ("executionTimedOutEventDetails", json!({})),
            Self::ExecutionAborted { error, cause } => {
                ("executionAbortedEventDetails", failure(error, cause))
            }
        }
    }
}

impl Serialize for HistoryEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (key, details) = self.detail.details();
        let mut map = serializer.serialize_map(Some(5))?;
        // The service writes times as seconds with a fraction.
        map.serialize_entry("timestamp", &(self.timestamp.as_millis() as f64 / 1_000.0))?;
        map.serialize_entry("type", self.detail.type_name())?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("previousEventId", &self.previous_id)?;
        if !key.is_empty() {
            map.serialize_entry(key, &details)?;
        }
        map.end()
    }
}

/// Details without the fields that nobody gave.
fn given(mut details: serde_json::Value) -> serde_json::Value {
    if let Some(details) = details.as_object_mut() {
        details.retain(|_, value| !value.is_null());
    }
    details
}

/// `Credentials` as an event tells them: `RoleArn` alone, in the API's own case.
fn credentials_details(text: &str) -> serde_json::Value {
    let credentials: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    json!({ "roleArn": credentials.get("RoleArn") })
}
