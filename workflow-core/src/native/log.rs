//! How the native executor writes an execution's history.
//!
//! Whether a failed task was caught shows only in what the workflow does next, so the exit of its
//! state is written then.

use serde_json::json;

use crate::{
    clock::Timestamp,
    error::{Failure, PlatformError},
    history::{Detail, History, HistoryEvent, Outcome, Parameters, Resource, StateKind, Status, TaskOutput, Text},
    native::execution::{CallRecord, ExecutorError},
    retry::Policy,
};

const LAMBDA: Resource = Resource::LambdaInvoke;

pub(super) struct Log {
    events: Vec<HistoryEvent>,
    calls: Vec<CallRecord>,
    /// The event that leads to the next one.
    previous: u64,
    /// What flows from state to state: the last output, at first the input.
    data: Text,
    /// The state whose task failed last, until it shows whether the failure was caught.
    unsettled: Option<(&'static str, Failure)>,
    /// When the clock was last read; the time of the next event.
    pub(super) now: Timestamp,
}

/// What is left when an execution is over.
pub(super) struct Ended {
    pub(super) outcome: Outcome,
    pub(super) history: History,
    pub(super) calls: Vec<CallRecord>,
}

impl Log {
    pub(super) fn new(input: Text, now: Timestamp, sites: usize) -> Self {
        let mut log = Self {
            // A task that succeeds at once leaves five events.
            events: Vec::with_capacity(5 * sites + 2),
            calls: Vec::with_capacity(sites),
            previous: 0,
            data: input.clone(),
            unsettled: None,
            now,
        };
        log.push(Detail::ExecutionStarted { input });
        // The first state's entry stands beside the start, not after it.
        log.previous = 0;
        log
    }

    pub(super) fn data(&self) -> Text {
        self.data.clone()
    }

    /// The name of the state that was entered last.
    pub(super) fn last_state(&self) -> Option<&Text> {
        self.events.iter().rev().find_map(|event| match &event.detail {
            Detail::StateEntered { name, .. } => Some(name),
            _ => None,
        })
    }

    pub(super) fn enter(&mut self, state: StateKind, name: &'static str) {
        self.settle();
        let input = self.data.clone();
        self.push(Detail::StateEntered { state, name: name.into(), input });
    }

    pub(super) fn leave(
        &mut self,
        state: StateKind,
        name: &'static str,
        result: &Result<Text, Failure>,
    ) {
        match result {
            Ok(output) => {
                self.data = output.clone();
                self.push(Detail::StateExited { state, name: name.into(), output: output.clone() });
            }
            Err(failure) => self.unsettled = Some((name, failure.clone())),
        }
    }

    pub(super) fn schedule(
        &mut self,
        task: &'static str,
        function: &'static str,
        payload: &Text,
        policy: &Policy,
    ) {
        self.calls.push(CallRecord { task, payload: payload.clone() });
        let scheduled = Detail::TaskScheduled {
            resource: LAMBDA,
            parameters: Parameters::Lambda { function: function.into(), payload: payload.clone() },
            timeout: policy.timeout,
            heartbeat: policy.heartbeat,
        };
        self.push(scheduled);
        self.push(Detail::TaskStarted { resource: LAMBDA });
    }

    pub(super) fn answer(&mut self, answer: &Result<Text, Failure>) {
        let detail = match answer {
            Ok(output) => Detail::TaskSucceeded { resource: LAMBDA, output: TaskOutput::Lambda(output.clone()) },
            Err(failure) => {
                let (error, cause) = texts(failure);
                if *error == *PlatformError::TIMEOUT.as_str() {
                    Detail::TaskTimedOut { resource: LAMBDA, error, cause }
                } else {
                    Detail::TaskFailed { resource: LAMBDA, error, cause }
                }
            }
        };
        self.push(detail);
    }

    pub(super) fn succeed(&mut self, output: Text) -> Ended {
        self.settle();
        self.push(Detail::ExecutionSucceeded { output: output.clone() });
        self.end(Status::Succeeded, Some(output), None)
    }

    pub(super) fn fail(&mut self, failure: &Failure) -> Ended {
        // A failure that leaves the workflow untouched was not caught.
        if self.unsettled.as_ref().is_some_and(|(_, last)| last == failure) {
            self.unsettled = None;
        }
        self.settle();
        let (error, cause) = texts(failure);
        self.push(Detail::ExecutionFailed { error: Some(error.clone()), cause: cause.clone() });
        self.end(Status::Failed, None, Some((error, cause)))
    }

    pub(super) fn time_out(&mut self) -> Ended {
        self.push(Detail::ExecutionTimedOut);
        self.end(Status::TimedOut, None, None)
    }

    pub(super) fn abort(&mut self, error: &ExecutorError) -> Ended {
        let (error, cause) = (Text::from(error.name()), Some(Text::from(error.to_string())));
        self.push(Detail::ExecutionAborted { error: Some(error.clone()), cause: cause.clone() });
        self.end(Status::Aborted, None, Some((error, cause)))
    }

    fn end(&mut self, status: Status, output: Option<Text>, failure: Option<(Text, Option<Text>)>) -> Ended {
        let (error, cause) = failure.unzip();
        let outcome = Outcome {
            status,
            output,
            error: error.map(|error| error.to_string()),
            cause: cause.flatten().map(|cause| cause.to_string()),
        };
        let history = History { events: std::mem::take(&mut self.events) };
        Ended { outcome, history, calls: std::mem::take(&mut self.calls) }
    }

    /// Writes the exit of a state whose failure was caught, for the workflow went on.
    fn settle(&mut self) {
        if let Some((name, Failure { error, cause })) = self.unsettled.take() {
            let output = Text::from(json!({ "Error": error, "Cause": cause }).to_string());
            self.data = output.clone();
            self.push(Detail::StateExited { state: StateKind::Task, name: name.into(), output });
        }
    }

    fn push(&mut self, detail: Detail) {
        let id = self.events.len() as u64 + 1;
        self.events.push(HistoryEvent { id, previous_id: self.previous, timestamp: self.now, detail });
        self.previous = id;
    }
}

/// The fields of an event; a timeout has no cause, and one that is not given is missing.
fn texts(failure: &Failure) -> (Text, Option<Text>) {
    let Failure { error, cause } = failure;
    let absent = cause.is_empty() && error == PlatformError::TIMEOUT.as_str();
    (Text::from(error.clone()), (!absent).then(|| Text::from(cause.clone())))
}
