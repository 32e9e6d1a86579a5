//! What every task of an execution was asked, and what it answered.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::Value;

use super::{Calls, Nulls, canonical};
use crate::{
    error::PlatformError,
    history::{Detail, History, HistoryEvent},
    interpreter::{Answer, TaskCall},
    native::Report,
};

/// The answers of an execution's tasks, by the state that asked and what it asked.
pub(super) struct Script {
    nulls: Nulls,
    asked: Vec<(String, String)>,
    state: Mutex<State>,
}

struct State {
    answers: HashMap<(String, String), VecDeque<Recorded>>,
    calls: Vec<(String, String)>,
    unexpected: Vec<(String, String)>,
}

/// An error and its cause, as far as each was told.
type Told = (Option<String>, Option<String>);

/// What came of an attempt.
pub(super) struct Recorded {
    /// None where the attempt never ended.
    pub(super) result: Option<Result<Value, Told>>,
    submitted: Option<Value>,
    after: Duration,
}

impl Script {
    pub(super) fn of(report: &Report, workflow: &str, nulls: Nulls) -> Self {
        let mut asked = Vec::new();
        let mut answers: HashMap<(String, String), VecDeque<Recorded>> = HashMap::new();
        let mut found = |state: String, arguments: String, recorded| {
            asked.push((state.clone(), arguments.clone()));
            answers.entry((state, arguments)).or_default().push_back(recorded);
        };
        attempts(report.history(), nulls, &mut found);
        let children = report.map_runs.iter().flat_map(|run| &run.executions);
        for child in children.filter(|child| child.workflow == workflow) {
            attempts(child.report.history(), nulls, &mut found);
        }
        let state = State { answers, calls: Vec::new(), unexpected: Vec::new() };
        Self { nulls, asked, state: Mutex::new(state) }
    }

    /// The answer to an attempt in the interpreter.
    pub(super) fn answer(&self, call: &TaskCall<'_>) -> Answer {
        let key = (call.state.to_owned(), canonical(call.input, self.nulls));
        let mut state = self.lock();
        state.calls.push(key.clone());
        let Some(recorded) = state.answers.get_mut(&key).and_then(VecDeque::pop_front) else {
            state.unexpected.push(key);
            return Answer::hangs();
        };
        let answer = match recorded.result {
            None => Answer::hangs(),
            Some(Ok(value)) => Answer::value(value),
            Some(Err((error, cause))) => Answer::failure_of(error, cause),
        };
        // Heartbeats were missed where the script says so, and nowhere else.
        let answer = answer.after(recorded.after).heartbeats(Duration::from_secs(1));
        match recorded.submitted {
            Some(submitted) => answer.submitted(submitted),
            None => answer,
        }
    }

    /// What a key that holds `null` is.
    pub(super) fn nulls(&self) -> Nulls {
        self.nulls
    }

    /// The calls of the workflow itself, in order.
    pub(super) fn asked(&self) -> &[(String, String)] {
        &self.asked
    }

    /// The calls of the state machine, in order.
    pub(super) fn calls(&self) -> Vec<(String, String)> {
        self.lock().calls.clone()
    }

    /// The calls of the state machine that the workflow did not make.
    pub(super) fn unexpected(&self) -> Vec<(String, String)> {
        self.lock().unexpected.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How often each call was made.
pub(super) fn counted(calls: &[(String, String)]) -> Calls {
    let mut counted = BTreeMap::new();
    for call in calls {
        *counted.entry(call.clone()).or_default() += 1;
    }
    counted
}

/// Every attempt in a history: the state, its arguments, and what came of it.
pub(super) fn attempts(history: &History, nulls: Nulls, found: &mut dyn FnMut(String, String, Recorded)) {
    let mut followers: HashMap<u64, Vec<&HistoryEvent>> = HashMap::new();
    for event in &history.events {
        followers.entry(event.previous_id).or_default().push(event);
    }
    let by_id: HashMap<u64, &HistoryEvent> = history.events.iter().map(|event| (event.id, event)).collect();
    let state_of = |event: &HistoryEvent| {
        let mut at = Some(event);
        while let Some(event) = at {
            if let Detail::StateEntered { name, .. } = &event.detail {
                return name.to_string();
            }
            at = by_id.get(&event.previous_id).copied().filter(|previous| previous.id < event.id);
        }
        String::new()
    };
    for event in &history.events {
        let arguments = match &event.detail {
            Detail::TaskScheduled { parameters, .. } => parameters.text(),
            Detail::ActivityScheduled { input, .. } | Detail::LambdaScheduled { input, .. } => input.to_string(),
            _ => continue,
        };
        let arguments = canonical(&serde_json::from_str(&arguments).unwrap_or_default(), nulls);
        let mut recorded = Recorded { result: None, submitted: None, after: Duration::ZERO };
        let mut at = event;
        while let Some(next) = followers.get(&at.id).and_then(|next| next.iter().find(|next| goes_on(next))) {
            at = next;
            let timeout = || Some(PlatformError::TIMEOUT.as_str().to_owned());
            let text = |text: &Option<crate::history::Text>| text.as_ref().map(ToString::to_string);
            recorded.result = match &at.detail {
                Detail::TaskSubmitted { output, .. } => {
                    recorded.submitted = serde_json::from_str(&output.text()).ok();
                    None
                }
                Detail::TaskSucceeded { output, .. } => serde_json::from_str(&output.text()).ok().map(Ok),
                Detail::ActivitySucceeded { output } | Detail::LambdaSucceeded { output } => {
                    serde_json::from_str(output).ok().map(Ok)
                }
                Detail::TaskFailed { error, cause, .. }
                | Detail::ActivityFailed { error, cause }
                | Detail::LambdaFailed { error, cause } => Some(Err((text(error), text(cause)))),
                Detail::TaskTimedOut { cause, .. }
                | Detail::ActivityTimedOut { cause, .. }
                | Detail::LambdaTimedOut { cause, .. } => Some(Err((timeout(), text(cause)))),
                _ => None,
            };
        }
        if recorded.result.is_some() {
            recorded.after = at.timestamp.since(event.timestamp).into();
        }
        found(state_of(event), arguments, recorded);
    }
}

/// Whether an event belongs to the attempt that the event before it belongs to.
fn goes_on(event: &HistoryEvent) -> bool {
    matches!(
        event.detail,
        Detail::TaskStarted { .. }
            | Detail::TaskSubmitted { .. }
            | Detail::TaskSucceeded { .. }
            | Detail::TaskFailed { .. }
            | Detail::TaskTimedOut { .. }
            | Detail::ActivityStarted { .. }
            | Detail::ActivitySucceeded { .. }
            | Detail::ActivityFailed { .. }
            | Detail::ActivityTimedOut { .. }
            | Detail::LambdaStarted
            | Detail::LambdaSucceeded { .. }
            | Detail::LambdaFailed { .. }
            | Detail::LambdaTimedOut { .. }
    )
}
