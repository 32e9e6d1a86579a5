//! How the history of the service is written from a [`Tape`](super::tape::Tape).
//!
//! Whether a failed task was caught shows only in what the workflow does next, so the exit of its
//! state is written then.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;

use crate::{
    child::STATES,
    error::{Failure, PlatformError},
    history::{
        Detail, FanStep, History, HistoryEvent, IterationStep, Parameters, StateKind, TaskOutput,
        TaskResource, Text,
    },
    native::tape::{Entry, Lane},
    resource::Resource,
    retry::Seconds,
    time::Timestamp,
};

pub(super) struct Log {
    events: Vec<HistoryEvent>,
    now: Timestamp,
    /// The workflow itself, and every branch and iteration by its number.
    threads: BTreeMap<Lane, Thread>,
    /// What the entry that is being written belongs to.
    lane: Lane,
}

/// A line of events that follow each other: the workflow's own, a branch's, an iteration's.
#[derive(Clone)]
struct Thread {
    /// The event that leads to the next one.
    previous: u64,
    /// What flows from state to state: the last output, at first the input.
    data: Text,
    /// The state that was entered last.
    state: &'static str,
    kind: StateKind,
    /// What the attempt that was scheduled last calls.
    resource: Resource,
    /// The failure of that state, until it shows whether it was caught.
    unsettled: Option<Failure>,
    /// Which thread it belongs to, and its place among the iterations of a Map state.
    parent: Option<(Lane, Option<usize>)>,
    /// The last event of an iteration that made room for the next one.
    freed: Option<u64>,
    /// Whether it ended.
    ended: bool,
}

impl Log {
    pub(super) fn new(input: Text, now: Timestamp) -> Self {
        let thread = Thread {
            previous: 0,
            data: input.clone(),
            state: "",
            kind: StateKind::Task,
            resource: Resource::LAMBDA_INVOKE,
            unsettled: None,
            parent: None,
            freed: None,
            ended: false,
        };
        let mut log = Self { events: Vec::new(), now, threads: BTreeMap::from([(0, thread)]), lane: 0 };
        log.push(Detail::ExecutionStarted { input });
        // The first state's entry stands beside the start, not after it.
        log.thread().previous = 0;
        log
    }

    pub(super) fn write(&mut self, entry: &Entry, lane: Lane, now: Timestamp) {
        self.now = now;
        self.lane = lane;
        match entry {
            Entry::Entered(state, name) => {
                self.settle();
                let thread = self.thread();
                thread.state = name;
                thread.kind = *state;
                let input = thread.data.clone();
                self.push(Detail::StateEntered { state: *state, name: (*name).into(), input });
            }
            Entry::Forked(None) => self.push(Detail::ParallelStarted),
            Entry::Forked(Some(length)) => self.push(Detail::MapStarted { length: *length as u64 }),
            Entry::Branch(number, iteration) => self.branch(*number, iteration.as_ref()),
            Entry::BranchEnded(output) => self.branch_ended(output.as_ref()),
            Entry::Joined(output) => {
                let last = self.last_of_branches();
                let map = self.thread().kind == StateKind::Map;
                let step = FanStep::Succeeded;
                self.thread().previous = last;
                self.push(if map { Detail::MapEnded { step } } else { Detail::ParallelEnded { step } });
                self.thread().data = output.clone();
                // The exit follows what ended last as well.
                let ended = std::mem::replace(&mut self.thread().previous, last);
                self.exit();
                debug_assert!(self.thread().previous > ended);
            }
            Entry::MapRunStarted(arn) => self.push(Detail::MapRunStarted { arn: arn.clone() }),
            Entry::MapRunEnded(None) => self.push(Detail::MapRunSucceeded),
            Entry::MapRunEnded(Some(failure)) => {
                let (error, cause) = texts(failure);
                self.push(Detail::MapRunFailed { error: Some(error), cause });
            }
            Entry::Scheduled { task, payload, timeout, heartbeat } => {
                let resource = task.resource;
                self.thread().resource = resource;
                let parameters = if resource.is_lambda() {
                    Parameters::Lambda { function: task.function.into(), payload: payload.clone() }
                } else {
                    Parameters::Json(payload.clone())
                };
                let (timeout, heartbeat) = (seconds(*timeout), seconds(*heartbeat));
                if resource.is_activity() {
                    let arn = format!("{STATES}:activity:{}", resource.action()).into();
                    let input = payload.clone();
                    self.push(Detail::ActivityScheduled { resource: arn, input, timeout, heartbeat });
                    self.push(Detail::ActivityStarted { worker: None });
                    return;
                }
                self.push(Detail::TaskScheduled {
                    resource: TaskResource::Known(resource),
                    parameters,
                    timeout,
                    heartbeat,
                    region: None,
                    credentials: None,
                });
                self.push(Detail::TaskStarted { resource: TaskResource::Known(resource) });
            }
            Entry::Submitted(output) => {
                let resource = TaskResource::Known(self.thread().resource);
                self.push(Detail::TaskSubmitted { resource, output: output.clone() });
            }
            Entry::Answered(Ok(output)) => {
                let resource = self.thread().resource;
                if resource.is_activity() {
                    self.push(Detail::ActivitySucceeded { output: output.clone() });
                    self.thread().data = output.clone();
                    self.exit();
                    return;
                }
                let answer = if resource.answers_as_lambda() {
                    TaskOutput::Lambda(output.clone())
                } else {
                    TaskOutput::Json(output.clone())
                };
                self.push(Detail::TaskSucceeded { resource: TaskResource::Known(resource), output: answer });
                self.thread().data = output.clone();
                self.exit();
            }
            Entry::Answered(Err(failure)) => {
                let (error, cause) = texts(failure);
                let timed_out = *error == *PlatformError::TIMEOUT.as_str();
                let called = self.thread().resource;
                let resource = TaskResource::Known(called);
                self.push(match (called.is_activity(), timed_out) {
                    (false, false) => Detail::TaskFailed { resource, error: Some(error), cause },
                    (false, true) => Detail::TaskTimedOut { resource, error, cause },
                    (true, false) => Detail::ActivityFailed { error: Some(error), cause },
                    (true, true) => Detail::ActivityTimedOut { error, cause },
                });
            }
            Entry::GaveUp(failure) => {
                let failure = Failure::clone(failure);
                let step = FanStep::Failed;
                match self.thread().kind {
                    StateKind::Parallel => {
                        self.abort_branches();
                        self.push(Detail::ParallelEnded { step });
                    }
                    StateKind::Map => {
                        self.abort_branches();
                        self.push(Detail::MapEnded { step });
                    }
                    _ => {}
                }
                self.thread().unsettled = Some(failure);
            }
            Entry::Waited => self.exit(),
            Entry::Succeeded(output) => {
                self.settle();
                self.push(Detail::ExecutionSucceeded { output: output.clone() });
            }
            Entry::Failed(failure) => {
                // A failure that leaves the workflow untouched was not caught.
                self.thread().unsettled.take_if(|unsettled| *unsettled == **failure);
                self.settle();
                let (error, cause) = texts(failure);
                self.push(Detail::ExecutionFailed { error: Some(error), cause });
            }
            Entry::Stopped => self.push(Detail::ExecutionAborted { error: None, cause: None }),
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

    fn branch(&mut self, number: Lane, iteration: Option<&(usize, Text)>) {
        let parent = self.lane;
        let around = self.thread();
        let mut thread = Thread {
            previous: around.freed.take().unwrap_or(around.previous),
            parent: Some((parent, iteration.map(|(place, _)| *place))),
            freed: None,
            unsettled: None,
            ..around.clone()
        };
        let name = around.state;
        if let Some((_, item)) = iteration {
            thread.data = item.clone();
        }
        self.threads.insert(number, thread);
        if let Some((place, _)) = iteration {
            self.lane = number;
            self.iteration(IterationStep::Started, name, *place);
        }
    }

    fn branch_ended(&mut self, output: Option<&Text>) {
        match output {
            Some(_) => self.settle(),
            // The failure leaves the branch, and the state that failed was not left.
            None => self.thread().unsettled = None,
        }
        let thread = self.thread();
        thread.ended = true;
        let last = thread.previous;
        let Some((parent, place)) = thread.parent else { return };
        if output.is_none() && thread.kind == StateKind::Task {
            self.push(Detail::StateAborted { state: StateKind::Task });
            self.thread().previous = last;
        }
        let Some(place) = place else { return };
        let name = self.threads.get(&parent).map_or("", |parent| parent.state);
        let step = if output.is_some() { IterationStep::Succeeded } else { IterationStep::Failed };
        self.iteration(step, name, place);
        // What follows the iteration has the same event before it.
        self.thread().previous = last;
        if let Some(parent) = self.threads.get_mut(&parent) {
            parent.freed = Some(last);
        }
    }

    /// Writes that the branches which had not ended were stopped.
    fn abort_branches(&mut self) {
        let parent = self.lane;
        let last = self.last_of_branches();
        let stopped: Vec<Lane> = self
            .threads
            .iter()
            .filter(|(_, thread)| !thread.ended && thread.parent.is_some_and(|(lane, _)| lane == parent))
            .map(|(lane, _)| *lane)
            .collect();
        for lane in stopped {
            self.lane = lane;
            let thread = self.thread();
            thread.ended = true;
            if thread.state.is_empty() {
                continue;
            }
            let state = thread.kind;
            self.push(Detail::StateAborted { state });
        }
        self.lane = parent;
        self.thread().previous = last;
    }

    /// The last event of the branches of the state that was entered last.
    fn last_of_branches(&mut self) -> u64 {
        let (parent, started) = (self.lane, self.thread().previous);
        let branches = self.threads.values();
        let last = branches.filter(|thread| thread.parent.is_some_and(|(lane, _)| lane == parent));
        last.map(|thread| thread.previous).max().unwrap_or(started).max(started)
    }

    fn iteration(&mut self, step: IterationStep, name: &'static str, place: usize) {
        self.push(Detail::MapIteration { step, name: name.into(), index: place as u64 });
    }

    /// Writes the exit of a state whose failure was caught, for the workflow went on.
    fn settle(&mut self) {
        if let Some(Failure { error, cause }) = self.thread().unsettled.take() {
            self.thread().data = json!({ "Error": error, "Cause": cause }).to_string().into();
            self.exit();
        }
    }

    fn exit(&mut self) {
        let thread = self.thread();
        let (state, name, output) = (thread.kind, thread.state.into(), thread.data.clone());
        self.push(Detail::StateExited { state, name, output, assigned: Vec::new() });
    }

    fn push(&mut self, detail: Detail) {
        let id = self.events.len() as u64 + 1;
        let timestamp = self.now;
        let thread = self.thread();
        let previous_id = std::mem::replace(&mut thread.previous, id);
        self.events.push(HistoryEvent { id, previous_id, timestamp, detail });
    }

    fn thread(&mut self) -> &mut Thread {
        // Every lane has been started before anything is written in it.
        self.threads.entry(self.lane).or_insert_with(|| Thread {
            previous: 0,
            data: Text::Static("null"),
            state: "",
            kind: StateKind::Task,
            resource: Resource::LAMBDA_INVOKE,
            unsettled: None,
            parent: None,
            freed: None,
            ended: false,
        })
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
