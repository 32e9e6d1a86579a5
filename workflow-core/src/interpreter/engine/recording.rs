//! What an execution leaves behind: its events while it runs, and the rest when it ended.

use super::{End, Engine, Execution};
use crate::{
    history::{Detail, History, HistoryEvent, Outcome, Status, Text},
    interpreter::fault::Failure,
    time::Timestamp,
};
use std::time::Duration;

impl Engine<'_> {
    pub(super) fn fail_execution(&mut self, previous: u64, failure: Failure) {
        let Failure { error, cause, .. } = failure.clone();
        self.record(0, previous, || Detail::ExecutionFailed { error, cause });
        self.end.get_or_insert(End::Failed(failure));
    }

    /// Writes an event, and gives its id. What it tells is put together only where it is kept.
    pub(super) fn record(&mut self, scope: usize, previous: u64, detail: impl FnOnce() -> Detail) -> u64 {
        let started = self.scopes[0].started;
        let Some(execution) = self.scopes.get_mut(scope) else { return 0 };
        execution.events += 1;
        let id = execution.events;
        if scope == 0
            && let Some(most) = self.settings.max_events
            && id >= most
            && self.end.is_none()
        {
            // The last event that there may be tells why there are no more.
            let cause = format!("The execution reached the maximum number of history events ({most}).");
            let failure = Failure::new("States.Runtime", cause);
            let ended =
                Detail::ExecutionFailed { error: failure.error.clone(), cause: failure.cause.clone() };
            self.end = Some(End::Failed(failure));
            if execution.recorded {
                let timestamp = later(started, self.now);
                self.history.push(HistoryEvent { id, previous_id: previous, timestamp, detail: ended });
            }
            return id;
        }
        if execution.recorded && self.end.is_none() {
            let timestamp = later(started, self.now);
            self.history.push(HistoryEvent { id, previous_id: previous, timestamp, detail: detail() });
        }
        id
    }

    pub(super) fn time(&self) -> Timestamp {
        later(self.scopes[0].started, self.now)
    }

    /// What is left of the execution.
    pub(in crate::interpreter) fn into_execution(self) -> Execution {
        let (outcome, aborted, output) = match self.end {
            Some(End::Succeeded(output)) => (outcome(Status::Succeeded, None), None, Some(output)),
            Some(End::Failed(failure)) => (outcome(Status::Failed, Some(failure)), None, None),
            Some(End::TimedOut) => (outcome(Status::TimedOut, None), None, None),
            Some(End::Aborted(error)) => {
                let failure = Failure::new(error.name(), error.to_string());
                (outcome(Status::Aborted, Some(failure)), Some(error), None)
            }
            None => (outcome(Status::Aborted, None), None, None),
        };
        let mut history = self.history;
        if self.settings.history {
            let detail = match (&aborted, outcome.status) {
                (Some(error), _) => Some(Detail::ExecutionAborted {
                    error: Some(error.name().into()),
                    cause: Some(error.to_string().into()),
                }),
                (None, Status::TimedOut) => Some(Detail::ExecutionTimedOut),
                _ => None,
            };
            if let Some(detail) = detail {
                let id = history.len() as u64 + 1;
                let previous_id = id - 1;
                let timestamp = later(self.scopes[0].started, self.now);
                history.push(HistoryEvent { id, previous_id, timestamp, detail });
            }
        }
        Execution {
            outcome,
            output,
            elapsed: self.now,
            history: History { events: history },
            steps: self.steps,
            written: self.written,
            aborted,
        }
    }
}

fn outcome(status: Status, failure: Option<Failure>) -> Outcome {
    let Failure { error, cause, .. } = failure.unwrap_or_default();
    let owned = |text: Text| text.to_string();
    Outcome { status, output: None, error: error.map(owned), cause: cause.map(owned) }
}

pub(super) fn later(start: Timestamp, elapsed: Duration) -> Timestamp {
    let millis = i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(start.as_millis().saturating_add(millis))
}
