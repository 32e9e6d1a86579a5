//! The Amazon States Language as Rust types: what the lowering builds and serde writes.
//!
//! Every field says what <https://states-language.net> says of it. Order of fields is order in the
//! file. Nothing here knows of Rust functions or of executions.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

use super::{Distributed, ItemReader, ProcessorConfig};

/// A state machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StateMachine {
    /// A human-readable description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The query language of all states that name none.
    pub query_language: QueryLanguage,
    /// The name of the state at which an execution starts.
    pub start_at: String,
    /// The longest that an execution may run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u64>,
    /// The states by name, in the order in which they are written.
    #[serde(serialize_with = "in_order")]
    pub states: Vec<(String, State)>,
}

/// The language of expressions in a state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum QueryLanguage {
    /// `{% .. %}` holds JSONata.
    #[serde(rename = "JSONata")]
    Jsonata,
}

/// A state of any type.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "Type")]
pub enum State {
    /// Does a unit of work.
    Task(Task),
    /// Branches on conditions.
    Choice(Choice),
    /// Runs branches at the same time.
    Parallel(Parallel),
    /// Runs the same states for each element of a list.
    Map(Map),
    /// Does nothing but assign or shape data.
    Pass(Pass),
    /// Waits for a time.
    Wait(Wait),
    /// Ends the execution as succeeded.
    Succeed(Succeed),
    /// Ends the execution as failed.
    Fail(Fail),
}

/// Variables to set, in the order in which they are written. Each value is JSON in which strings
/// of the form `{% .. %}` are JSONata.
pub type Assign = serde_json::Map<String, Value>;

/// Where a state leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    /// `Next`: the state of this name.
    Next(String),
    /// `End`: the execution ends with this state's output.
    End,
}

/// A state of type Task.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Task {
    /// A human-readable description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The ARN of what does the work.
    pub resource: String,
    /// What the resource receives.
    pub arguments: Value,
    /// The longest that one attempt may run: a number of seconds, or JSONata for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<Value>,
    /// The longest time between two heartbeats, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat_seconds: Option<Value>,
    /// What to try again, first match first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retry: Vec<Retrier>,
    /// Where to go when an error is not retried, first match first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub catch: Vec<Catcher>,
    /// Variables to set when the task succeeds.
    #[serde(skip_serializing_if = "Assign::is_empty")]
    pub assign: Assign,
    /// What the state passes on; the task's whole result where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// Where it leads on success.
    #[serde(flatten)]
    pub transition: Transition,
}

/// A retrier of a Task state.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Retrier {
    /// The error names that it matches.
    pub error_equals: Vec<String>,
    /// The delay before the first retry.
    pub interval_seconds: u64,
    /// How many retries there are at most.
    pub max_attempts: u32,
    /// What the delay is multiplied with after each retry.
    pub backoff_rate: serde_json::Number,
    /// What the delay grows to at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_delay_seconds: Option<u64>,
    /// `FULL` draws each delay between 0 and its computed value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jitter_strategy: Option<&'static str>,
}

/// A catcher of a Task state.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Catcher {
    /// The error names that it matches.
    pub error_equals: Vec<String>,
    /// Variables to set; `$states.errorOutput` holds the error.
    #[serde(skip_serializing_if = "Assign::is_empty")]
    pub assign: Assign,
    /// What the state passes on; `$states.errorOutput` where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// The name of the state to go to.
    pub next: String,
}

/// The states of a branch or of an iteration.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Branch {
    /// How a Map state runs it, where that is not in the execution itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processor_config: Option<ProcessorConfig>,
    /// The name of the state at which it starts.
    pub start_at: String,
    /// The states by name, in the order in which they are written.
    #[serde(serialize_with = "in_order")]
    pub states: Vec<(String, State)>,
}

/// A state of type Parallel.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Parallel {
    /// A human-readable description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What runs at the same time. Each has the state's input.
    pub branches: Vec<Branch>,
    /// What to try again, first match first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retry: Vec<Retrier>,
    /// Where to go when an error is not retried, first match first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub catch: Vec<Catcher>,
    /// Variables to set when all branches succeed.
    #[serde(skip_serializing_if = "Assign::is_empty")]
    pub assign: Assign,
    /// What the state passes on; the list of the branches' outputs where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// Where it leads on success.
    #[serde(flatten)]
    pub transition: Transition,
}

/// A state of type Map.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Map {
    /// A human-readable description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The list; null where a reader gives the elements.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub items: Value,
    /// What reads the elements, in `DISTRIBUTED` mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_reader: Option<Box<ItemReader>>,
    /// What an iteration receives; the element where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_selector: Option<Value>,
    /// How many iterations run at once at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_concurrency: Option<u32>,
    /// What is done for each element.
    pub item_processor: Branch,
    /// What only `DISTRIBUTED` mode has.
    #[serde(flatten)]
    pub distributed: Option<Box<Distributed>>,
    /// What to try again, first match first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retry: Vec<Retrier>,
    /// Where to go when an error is not retried, first match first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub catch: Vec<Catcher>,
    /// Variables to set when all iterations succeed.
    #[serde(skip_serializing_if = "Assign::is_empty")]
    pub assign: Assign,
    /// What the state passes on; the list of the iterations' outputs where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// Where it leads on success.
    #[serde(flatten)]
    pub transition: Transition,
}

/// A state of type Choice.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Choice {
    /// A human-readable description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The rules in order: the first whose condition is true counts.
    pub choices: Vec<ChoiceRule>,
    /// Variables to set when no rule matches.
    #[serde(skip_serializing_if = "Assign::is_empty")]
    pub assign: Assign,
    /// Where to go when no rule matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

/// A rule of a Choice state.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChoiceRule {
    /// A human-readable description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// JSONata that gives true or false.
    pub condition: Value,
    /// Variables to set when this rule matches.
    #[serde(skip_serializing_if = "Assign::is_empty")]
    pub assign: Assign,
    /// The name of the state to go to.
    pub next: String,
}

/// A state of type Pass.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Pass {
    /// A human-readable description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Variables to set.
    #[serde(skip_serializing_if = "Assign::is_empty")]
    pub assign: Assign,
    /// What the state passes on; its input where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// Where it leads.
    #[serde(flatten)]
    pub transition: Transition,
}

/// A state of type Wait.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Wait {
    /// A human-readable description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// How many seconds to wait: a number, or JSONata that gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<Value>,
    /// Until when to wait: an RFC 3339 time, or JSONata that gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Value>,
    /// Variables to set.
    #[serde(skip_serializing_if = "Assign::is_empty")]
    pub assign: Assign,
    /// What the state passes on; its input where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// Where it leads.
    #[serde(flatten)]
    pub transition: Transition,
}

/// A state of type Succeed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Succeed {
    /// A human-readable description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The output of the execution; the state's input where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
}

/// A state of type Fail.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Fail {
    /// A human-readable description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The error name, or JSONata that gives it.
    pub error: String,
    /// The cause, or JSONata that gives it.
    pub cause: String,
}

impl State {
    /// The branches of a Parallel state, the iteration of a Map state.
    pub fn branches(&self) -> &[Branch] {
        match self {
            Self::Parallel(parallel) => &parallel.branches,
            Self::Map(map) => std::slice::from_ref(&map.item_processor),
            _ => &[],
        }
    }

    /// The names of all states that this one may lead to, in the order in which they are written.
    pub fn successors(&self) -> Vec<&str> {
        fn next(transition: &Transition) -> Option<&str> {
            match transition {
                Transition::Next(name) => Some(name),
                Transition::End => None,
            }
        }
        fn caught<'a>(catch: &'a [Catcher], transition: &'a Transition) -> Vec<&'a str> {
            catch.iter().map(|catcher| catcher.next.as_str()).chain(next(transition)).collect()
        }
        match self {
            Self::Task(task) => caught(&task.catch, &task.transition),
            Self::Parallel(parallel) => caught(&parallel.catch, &parallel.transition),
            Self::Map(map) => caught(&map.catch, &map.transition),
            Self::Choice(choice) => choice
                .choices
                .iter()
                .map(|rule| rule.next.as_str())
                .chain(choice.default.as_deref())
                .collect(),
            Self::Pass(pass) => next(&pass.transition).into_iter().collect(),
            Self::Wait(wait) => next(&wait.transition).into_iter().collect(),
            Self::Succeed(_) | Self::Fail(_) => Vec::new(),
        }
    }
}

impl Serialize for Transition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Next(name) => map.serialize_entry("Next", name)?,
            Self::End => map.serialize_entry("End", &true)?,
        }
        map.end()
    }
}

/// Writes named states as an object in the order of the list.
fn in_order<S: Serializer>(states: &[(String, State)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(states.iter().map(|(name, state)| (name, state)))
}
