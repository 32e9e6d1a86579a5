//! What remains of an execution.

use std::time::Duration;

use serde_json::Value;

use super::data::Data;
use crate::history::{Detail, History, Outcome, Status};

/// A finished execution of a [`StateMachine`](super::StateMachine).
#[derive(Clone, Debug)]
pub struct Execution {
    pub(super) outcome: Outcome,
    pub(super) output: Option<Data>,
    pub(super) elapsed: Duration,
    pub(super) history: History,
    pub(super) steps: u64,
    pub(super) written: Vec<(String, String)>,
    pub(super) aborted: Option<InterpreterError>,
}

impl Execution {
    /// How it ended.
    pub fn status(&self) -> Status {
        self.outcome.status
    }

    /// The output of a succeeded execution.
    ///
    /// # Errors
    ///
    /// What the execution ended with instead.
    pub fn output(&self) -> Result<Value, ExecutionFailed> {
        match &self.output {
            Some(output) => Ok(Value::clone(output)),
            None => Err(ExecutionFailed {
                status: self.outcome.status,
                error: self.outcome.error.clone(),
                cause: self.outcome.cause.clone(),
            }),
        }
    }

    /// The error name of an execution that did not succeed. AWS allows none.
    pub fn error(&self) -> Option<&str> {
        self.outcome.error.as_deref()
    }

    /// What a person reads of the error.
    pub fn cause(&self) -> Option<&str> {
        self.outcome.cause.as_deref()
    }

    /// How it ended, as `DescribeExecution` would tell.
    pub fn outcome(&self) -> Outcome {
        Outcome { output: self.output.as_ref().map(Data::text), ..self.outcome.clone() }
    }

    /// What happened, as `GetExecutionHistory` would tell. Empty where the history was switched off.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The names of the states in the order in which they were entered, read from the history: those
    /// of child executions are not among them.
    pub fn states(&self) -> Vec<&str> {
        let entered = self.history.events.iter().filter_map(|event| match &event.detail {
            Detail::StateEntered { name, .. } => Some(&**name),
            _ => None,
        });
        entered.collect()
    }

    /// How many states were entered, with and without a history, in child executions as well.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// How long it took, by its own clock.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// What `ResultWriter`s wrote: `bucket/key` and the object's text.
    pub fn written(&self) -> &[(String, String)] {
        &self.written
    }

    /// Why the interpreter could not go on, where the status is [`Status::Aborted`].
    pub fn aborted(&self) -> Option<&InterpreterError> {
        self.aborted.as_ref()
    }
}

/// An execution that has no output.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the execution ended as {status:?}: {}: {}", error.as_deref().unwrap_or("(no error)"), cause.as_deref().unwrap_or("(no cause)"))]
pub struct ExecutionFailed {
    /// How it ended.
    pub status: Status,
    /// The error name.
    pub error: Option<String>,
    /// What a person reads of the error.
    pub cause: Option<String>,
}

/// Why the interpreter could not go on. The state machine is not to blame, and none of its catchers
/// sees this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InterpreterError {
    /// Nothing was given that does the work of a Task state.
    #[error(
        "nothing does the work of the state `{state}` with the resource `{resource}`{}; add a handler or a mock for it",
        function.as_ref().map(|name| format!(" (the function `{name}`)")).unwrap_or_default()
    )]
    NoHandler {
        /// The state's name.
        state: String,
        /// Its `Resource`.
        resource: String,
        /// The Lambda function that it calls.
        function: Option<String>,
    },
    /// A handler cannot answer.
    #[error("{message}")]
    Handler {
        /// The state's name.
        state: String,
        /// Why.
        message: String,
    },
    /// Nothing can ever happen again: a task hangs, and no timeout ends it.
    #[error("nothing can happen any more in `{state}`; give the task that hangs a timeout")]
    Stalled {
        /// The state that waits.
        state: String,
    },
    /// The execution entered more states than it may.
    #[error(
        "the execution entered more than {limit} states; raise the limit with `max_steps` if that is right"
    )]
    TooManySteps {
        /// The limit.
        limit: u64,
    },
    /// The input is larger than an execution may be given.
    #[error("the input has {bytes} bytes; Step Functions allows at most {}", crate::MAX_DATA_BYTES)]
    InputTooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The input is no JSON, or does not fit the workflow.
    #[error("{message}")]
    Input {
        /// What is wrong.
        message: String,
    },
}

impl InterpreterError {
    /// The error name of the aborted execution.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::NoHandler { .. } => "Interpreter.NoHandler",
            Self::Handler { .. } => "Interpreter.Handler",
            Self::Stalled { .. } => "Interpreter.Stalled",
            Self::TooManySteps { .. } => "Interpreter.TooManySteps",
            Self::InputTooLarge { .. } | Self::Input { .. } => "Interpreter.Input",
        }
    }
}
