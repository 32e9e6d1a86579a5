//! How the history of the service is written from a [`Tape`](super::tape::Tape).
//!
//! Whether a failed task was caught shows only in what the workflow does next, so the exit of its
//! state is written then.

use std::time::Duration;

use serde_json::json;

use crate::{
    clock::Timestamp,
    error::{Failure, PlatformError},
    history::{Called, Detail, History, HistoryEvent, Parameters, Resource, StateKind, TaskOutput, Text},
    native::tape::Entry,
    retry::Seconds,
};

const LAMBDA: Called = Called::Task(Resource::LambdaInvoke);

pub(super) struct Log {
    events: Vec<HistoryEvent>,
    now: Timestamp,
    /// The event that leads to the next one.
    previous: u64,
    /// What flows from state to state: the last output, at first the input.
    data: Text,
    /// The state that was entered last.
    state: &'static str,
    /// The failure of that state, until it shows whether it was caught.
    unsettled: Option<Failure>,
}

impl Log {
    pub(super) fn new(input: Text, now: Timestamp) -> Self {
        let mut log =
            Self { events: Vec::new(), now, previous: 0, data: input.clone(), state: "", unsettled: None };
        log.push(Detail::ExecutionStarted { input });
        // The first state's entry stands beside the start, not after it.
        log.previous = 0;
        log
    }

    pub(super) fn write(&mut self, entry: &Entry, now: Timestamp) {
        self.now = now;
        match entry {
            Entry::Entered(state, name) => {
                self.settle();
                self.state = name;
                let input = self.data.clone();
                self.push(Detail::StateEntered { state: *state, name: (*name).into(), input });
            }
            Entry::Scheduled { task, payload, timeout, heartbeat } => {
                let parameters =
                    Parameters::Lambda { function: task.function.into(), payload: payload.clone() };
                let (timeout, heartbeat) = (seconds(*timeout), seconds(*heartbeat));
                self.push(Detail::TaskScheduled {
                    resource: LAMBDA,
                    parameters,
                    timeout,
                    heartbeat,
                    region: None,
                    credentials: None,
                });
                self.push(Detail::TaskStarted { resource: LAMBDA });
            }
            Entry::Answered(Ok(output)) => {
                let answer = TaskOutput::Lambda(output.clone());
                self.push(Detail::TaskSucceeded { resource: LAMBDA, output: answer });
                self.data = output.clone();
                self.exit(StateKind::Task);
            }
            Entry::Answered(Err(failure)) => {
                let (error, cause) = texts(failure);
                let timed_out = *error == *PlatformError::TIMEOUT.as_str();
                let resource = LAMBDA;
                self.push(if timed_out {
                    Detail::TaskTimedOut { resource, error, cause }
                } else {
                    Detail::TaskFailed { resource, error: Some(error), cause }
                });
            }
            Entry::GaveUp(failure) => self.unsettled = Some(Failure::clone(failure)),
            Entry::Waited => self.exit(StateKind::Wait),
            Entry::Succeeded(output) => {
                self.settle();
                self.push(Detail::ExecutionSucceeded { output: output.clone() });
            }
            Entry::Failed(failure) => {
                // A failure that leaves the workflow untouched was not caught.
                self.unsettled.take_if(|unsettled| *unsettled == **failure);
                self.settle();
                let (error, cause) = texts(failure);
                self.push(Detail::ExecutionFailed { error: Some(error), cause });
            }
            Entry::TimedOut => self.push(Detail::ExecutionTimedOut),
            Entry::Aborted(error) => {
                let (error, cause) = (error.name().into(), error.to_string().into());
                self.push(Detail::ExecutionAborted { error: Some(error), cause: Some(cause) });
            }
        }
    }

    pub(super) fn into_history(self) -> History {
        History { events: self.events }
    }

    /// Writes the exit of a state whose failure was caught, for the workflow went on.
    fn settle(&mut self) {
        if let Some(Failure { error, cause }) = self.unsettled.take() {
            self.data = json!({ "Error": error, "Cause": cause }).to_string().into();
            self.exit(StateKind::Task);
        }
    }

    fn exit(&mut self, state: StateKind) {
        let (name, output) = (self.state.into(), self.data.clone());
        self.push(Detail::StateExited { state, name, output, assigned: Vec::new() });
    }

    fn push(&mut self, detail: Detail) {
        let id = self.events.len() as u64 + 1;
        self.events.push(HistoryEvent { id, previous_id: self.previous, timestamp: self.now, detail });
        self.previous = id;
    }
}

fn seconds(seconds: u32) -> Option<Seconds> {
    (seconds > 0).then(|| Duration::from_secs(seconds.into()).into())
}

/// The name and the cause of a failure; a timeout has none, and what is not given is missing.
pub(super) fn texts(failure: &Failure) -> (Text, Option<Text>) {
    let Failure { error, cause } = failure;
    let absent = cause.is_empty() && error == PlatformError::TIMEOUT.as_str();
    (error.clone().into(), (!absent).then(|| cause.clone().into()))
}
