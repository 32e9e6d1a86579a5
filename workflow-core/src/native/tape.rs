//! What happened in an execution, in the fewest words; the history is written from it when asked for.
//!
//! Most executions end without anybody reading their history, so the running one leaves an entry
//! where the history has several events: what follows from the entries before is not repeated.

use crate::{
    error::Failure,
    history::{History, StateKind, TaskOutput, Text},
    native::{
        execution::{CallRecord, ExecutorError},
        log::Log,
    },
    resource::Resource,
    retry::{Policy, Seconds},
    time::Timestamp,
};

/// The entries of an execution. Reads of the clock are apart: what happens together has one time.
#[derive(Clone, Debug)]
pub(super) struct Tape {
    input: Text,
    started: Timestamp,
    now: Timestamp,
    entries: Vec<(Timestamp, Lane, Entry)>,
    /// The branch that runs, and how many there were.
    lane: Lane,
    lanes: u32,
}

/// A branch or an iteration by its number in the execution; 0 is the workflow itself.
pub(super) type Lane = u32;

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    /// A state was entered.
    Entered(StateKind, &'static str),
    /// An attempt was scheduled and started.
    Scheduled {
        task: &'static TaskNames,
        payload: Text,
        /// In seconds; 0 where there is none.
        timeout: u32,
        /// In seconds; 0 where there is none.
        heartbeat: u32,
    },
    /// The attempt was handed on to somebody who answers later.
    Submitted(TaskOutput),
    /// The attempt ended. With a result, its state was left.
    Answered(Result<Text, Box<Failure>>),
    /// A task failed for good; whether its state was left shows in what comes next.
    GaveUp(Box<Failure>),
    /// A wait is over, and its state was left.
    Waited,
    /// A state started its branches, or its iterations, of which there are so many.
    Forked(Option<usize>),
    /// A branch of this number started. An iteration has its place and its item.
    Branch(Lane, Option<(usize, Text)>),
    /// A branch ended with this output, or failed.
    BranchEnded(Option<Text>),
    /// All branches ended, with the list of their outputs, and their state was left.
    Joined(Text),
    /// The child executions of a Map state started, as a run with this ARN.
    MapRunStarted(Text),
    /// The run ended, or failed.
    MapRunEnded(Option<Box<Failure>>),
    Succeeded(Text),
    Failed(Box<Failure>),
    TimedOut,
    Aborted(Box<ExecutorError>),
    /// Another execution had this one end.
    Stopped,
}

/// The names of a task.
#[derive(Debug)]
pub(super) struct TaskNames {
    pub(super) name: &'static str,
    pub(super) resource: Resource,
    pub(super) function: &'static str,
}

impl Entry {
    pub(super) fn scheduled(task: &'static TaskNames, payload: &Text, policy: &Policy) -> Self {
        let compact =
            |seconds: Option<Seconds>| seconds.map_or(0, |s| u32::try_from(s.get()).unwrap_or(u32::MAX));
        Self::Scheduled {
            task,
            payload: payload.clone(),
            timeout: compact(policy.timeout),
            heartbeat: compact(policy.heartbeat),
        }
    }
}

impl Tape {
    pub(super) fn new(input: Text, now: Timestamp, sites: usize) -> Self {
        // A task that succeeds at once leaves three entries.
        Self { input, started: now, now, entries: Vec::with_capacity(3 * sites + 1), lane: 0, lanes: 0 }
    }

    /// The number of a new branch.
    pub(super) fn new_lane(&mut self) -> Lane {
        self.lanes += 1;
        self.lanes
    }

    /// Has what is written next belong to a branch. Gives the one that it belonged to before.
    pub(super) fn enter(&mut self, lane: Lane) -> Lane {
        std::mem::replace(&mut self.lane, lane)
    }

    /// The input of the execution.
    pub(super) fn input(&self) -> Text {
        self.input.clone()
    }

    /// Sets the time of what is written next.
    pub(super) fn tick(&mut self, now: Timestamp) {
        self.now = now;
    }

    pub(super) fn push(&mut self, entry: Entry) {
        self.entries.push((self.now, self.lane, entry));
    }

    /// Takes the entries out; what is left is empty.
    pub(super) fn take(&mut self) -> Self {
        Self { entries: std::mem::take(&mut self.entries), input: self.input.clone(), ..*self }
    }

    /// The name of the state that was entered last.
    pub(super) fn last_state(&self) -> Option<&'static str> {
        self.entries.iter().rev().find_map(|(_, _, entry)| match entry {
            Entry::Entered(_, name) => Some(*name),
            _ => None,
        })
    }

    /// Writes the history.
    pub(super) fn history(&self) -> History {
        let mut log = Log::new(self.input.clone(), self.started);
        for (now, lane, entry) in &self.entries {
            log.write(entry, *lane, *now);
        }
        log.into_history()
    }

    /// The attempts in the order in which they were scheduled.
    pub(super) fn calls(&self) -> Vec<CallRecord> {
        let calls = self.entries.iter().filter_map(|(_, _, entry)| match entry {
            Entry::Scheduled { task, payload, .. } => {
                Some(CallRecord { task: task.name, payload: payload.clone() })
            }
            _ => None,
        });
        calls.collect()
    }
}
