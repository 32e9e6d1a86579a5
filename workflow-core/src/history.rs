//! What an execution leaves behind: its events, in the shape of `GetExecutionHistory`.
//! (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html>)
//!
//! Every engine writes the same events. Texts are shared, never copied, and an event becomes JSON
//! only when somebody writes it out.

use std::time::Duration;

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::json;

pub use crate::text::Text;
use crate::{child::STATES, resource::Resource, retry::Seconds, time::Timestamp};

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
                Detail::TaskScheduled { .. } => visit.attempts += 1,
                Detail::TaskFailed { error, .. } | Detail::TaskTimedOut { error, .. } => {
                    visit.error = Some(error)
                }
                Detail::TaskSucceeded { .. } => visit.error = None,
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
}

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
    },
    /// An attempt of a task was scheduled.
    TaskScheduled {
        /// The service and its action.
        resource: Resource,
        /// What the service is asked to do.
        parameters: Parameters,
        /// `TimeoutSeconds`.
        timeout: Option<Seconds>,
        /// `HeartbeatSeconds`.
        heartbeat: Option<Seconds>,
    },
    /// The attempt was started.
    TaskStarted {
        /// The service and its action.
        resource: Resource,
    },
    /// The attempt was handed on: somebody answers later.
    TaskSubmitted {
        /// The service and its action.
        resource: Resource,
        /// What the service answered.
        output: TaskOutput,
    },
    /// The attempt succeeded.
    TaskSucceeded {
        /// The service and its action.
        resource: Resource,
        /// What the service answered.
        output: TaskOutput,
    },
    /// The attempt failed.
    TaskFailed {
        /// The service and its action.
        resource: Resource,
        /// The error name.
        error: Text,
        /// What a person reads of the error.
        cause: Option<Text>,
    },
    /// The attempt took longer than its timeout or sent no heartbeat.
    TaskTimedOut {
        /// The service and its action.
        resource: Resource,
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
    /// To do what these arguments say, as JSON text.
    Service(Text),
}

/// What a service answered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TaskOutput {
    /// The result of a Lambda function as JSON text.
    Lambda(Text),
    /// The answer of any other service as JSON text.
    Service(Text),
}

impl Parameters {
    /// As JSON text.
    fn text(&self) -> String {
        match self {
            Self::Lambda { function, payload } => {
                format!(r#"{{"FunctionName":{},"Payload":{payload}}}"#, json!(function))
            }
            Self::Service(arguments) => arguments.to_string(),
        }
    }
}

impl TaskOutput {
    /// As JSON text.
    fn text(&self) -> String {
        match self {
            Self::Lambda(payload) => {
                format!(r#"{{"ExecutedVersion":"$LATEST","Payload":{payload},"StatusCode":200}}"#)
            }
            Self::Service(answer) => answer.to_string(),
        }
    }
}

impl Detail {
    /// The event's type, as AWS names it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::ExecutionStarted { .. } => "ExecutionStarted",
            Self::StateEntered { state: StateKind::Task, .. } => "TaskStateEntered",
            Self::StateEntered { state: StateKind::Wait, .. } => "WaitStateEntered",
            Self::StateExited { state: StateKind::Task, .. } => "TaskStateExited",
            Self::StateExited { state: StateKind::Wait, .. } => "WaitStateExited",
            Self::TaskScheduled { resource, .. } if resource.is_activity() => "ActivityScheduled",
            Self::TaskScheduled { .. } => "TaskScheduled",
            Self::TaskStarted { resource, .. } if resource.is_activity() => "ActivityStarted",
            Self::TaskStarted { .. } => "TaskStarted",
            Self::TaskSubmitted { .. } => "TaskSubmitted",
            Self::TaskSucceeded { resource, .. } if resource.is_activity() => "ActivitySucceeded",
            Self::TaskSucceeded { .. } => "TaskSucceeded",
            Self::TaskFailed { resource, .. } if resource.is_activity() => "ActivityFailed",
            Self::TaskFailed { .. } => "TaskFailed",
            Self::TaskTimedOut { resource, .. } if resource.is_activity() => "ActivityTimedOut",
            Self::TaskTimedOut { .. } => "TaskTimedOut",
            Self::ExecutionSucceeded { .. } => "ExecutionSucceeded",
            Self::ExecutionFailed { .. } => "ExecutionFailed",
            Self::ExecutionTimedOut => "ExecutionTimedOut",
            Self::ExecutionAborted { .. } => "ExecutionAborted",
        }
    }

    /// The key under which AWS puts the details, and the details.
    fn details(&self) -> (&'static str, serde_json::Value) {
        let task = |resource: &Resource, more: serde_json::Value| {
            let mut details = json!({ "resourceType": resource.service(), "resource": resource.action() });
            if let (Some(details), serde_json::Value::Object(more)) = (details.as_object_mut(), more) {
                details.extend(more.into_iter().filter(|(_, value)| !value.is_null()));
            }
            details
        };
        let present = |mut details: serde_json::Value| {
            if let Some(details) = details.as_object_mut() {
                details.retain(|_, value| !value.is_null());
            }
            details
        };
        let failure =
            |error: &Option<Text>, cause: &Option<Text>| present(json!({ "error": error, "cause": cause }));
        match self {
            Self::TaskScheduled { resource, parameters, timeout, heartbeat } if resource.is_activity() => {
                let more = json!({
                    "resource": format!("{STATES}:activity:{}", resource.action()),
                    "input": parameters.text(),
                    "timeoutInSeconds": timeout.map(Seconds::get),
                    "heartbeatInSeconds": heartbeat.map(Seconds::get),
                });
                ("activityScheduledEventDetails", present(more))
            }
            Self::TaskStarted { resource } if resource.is_activity() => {
                ("activityStartedEventDetails", json!({}))
            }
            Self::TaskSucceeded { resource, output } if resource.is_activity() => {
                ("activitySucceededEventDetails", json!({ "output": output.text() }))
            }
            Self::TaskFailed { resource, error, cause } if resource.is_activity() => {
                ("activityFailedEventDetails", present(json!({ "error": error, "cause": cause })))
            }
            Self::TaskTimedOut { resource, error, cause } if resource.is_activity() => {
                ("activityTimedOutEventDetails", present(json!({ "error": error, "cause": cause })))
            }
            Self::ExecutionStarted { input } => ("executionStartedEventDetails", json!({ "input": input })),
            Self::StateEntered { name, input, .. } => {
                ("stateEnteredEventDetails", json!({ "name": name, "input": input }))
            }
            Self::StateExited { name, output, .. } => {
                ("stateExitedEventDetails", json!({ "name": name, "output": output }))
            }
            Self::TaskScheduled { resource, parameters, timeout, heartbeat } => {
                let more = json!({
                    "parameters": parameters.text(),
                    "timeoutInSeconds": timeout.map(Seconds::get),
                    "heartbeatInSeconds": heartbeat.map(Seconds::get),
                });
                ("taskScheduledEventDetails", task(resource, more))
            }
            Self::TaskStarted { resource } => ("taskStartedEventDetails", task(resource, json!({}))),
            Self::TaskSubmitted { resource, output } => {
                ("taskSubmittedEventDetails", task(resource, json!({ "output": output.text() })))
            }
            Self::TaskSucceeded { resource, output } => {
                ("taskSucceededEventDetails", task(resource, json!({ "output": output.text() })))
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
        map.serialize_entry(key, &details)?;
        map.end()
    }
}
