//! What remains of an execution: its outcome, its history and its calls, with and without types.

use std::{fmt, marker::PhantomData, sync::OnceLock, time::Duration};

use serde::Serialize;

use crate::{
    arguments::{decode, path_at},
    error::{Failure, WorkflowError},
    history::{History, Outcome, Status, Text},
    limits::MAX_DATA_BYTES,
    native::{ChildExecution, MapRun, tape::Tape},
    resource::Resource,
    task::{MissingState, Task, TaskFn, decode_arguments},
    workflow::{Workflow, WorkflowMeta},
};

/// A finished execution, without the types of its workflow.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took, by its own clock.
    pub elapsed: Duration,
    /// Why the executor could not go on, where the status is [`Status::Aborted`].
    pub aborted: Option<ExecutorError>,
    /// The executions that it started, directly or not, in the order in which they were started.
    pub children: Vec<ChildExecution>,
    /// See [`Execution::map_runs`].
    pub map_runs: Vec<MapRun>,
    /// What its values were drawn from, and its name where something asked for it.
    pub(crate) drawn_seed: Option<u64>,
    pub(crate) name: Option<String>,
    pub(super) recorded: Recorded,
}

impl Report {
    /// What happened, as `GetExecutionHistory` would tell. Empty where it never started.
    pub fn history(&self) -> &History {
        self.recorded
            .history
            .get_or_init(|| self.recorded.tape.as_ref().map(Tape::history).unwrap_or_default())
    }

    /// The attempts of tasks in the order in which they were scheduled.
    pub fn calls(&self) -> &[CallRecord] {
        self.recorded.calls.get_or_init(|| self.recorded.tape.as_ref().map(Tape::calls).unwrap_or_default())
    }
}

/// What happened, and how it reads: written out when somebody asks.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorded {
    tape: Option<Tape>,
    history: OnceLock<History>,
    calls: OnceLock<Vec<CallRecord>>,
}

impl Recorded {
    pub(super) fn of(tape: Tape) -> Self {
        Self { tape: Some(tape), ..Self::default() }
    }
}

/// An attempt of a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallRecord {
    /// The function's name in Rust.
    pub task: &'static str,
    /// Its payload as JSON text.
    pub payload: Text,
}

/// A finished execution of the workflow `W`.
pub struct Execution<W> {
    report: Report,
    workflow: PhantomData<fn() -> W>,
}

impl<W: Workflow> Execution<W> {
    pub(super) fn new(report: Report) -> Self {
        Self { report, workflow: PhantomData }
    }

    /// How it ended.
    pub fn status(&self) -> Status {
        self.report.outcome.status
    }

    /// The output of a succeeded execution.
    ///
    /// # Errors
    ///
    /// What the execution ended with instead, whatever that was. [`Execution::error`] has the
    /// workflow's own errors as values.
    pub fn output(&self) -> Result<W::Output, ExecutionError> {
        let outcome = &self.report.outcome;
        if let Some(aborted) = &self.report.aborted {
            return Err(ExecutionError::Aborted(aborted.clone()));
        }
        match (outcome.status, &outcome.output) {
            (Status::TimedOut, _) => Err(ExecutionError::TimedOut { workflow: W::META.name }),
            (Status::Succeeded, Some(output)) => serde_json::from_str(output).map_err(|error| {
                ExecutionError::Output { workflow: W::META.name, message: error.to_string() }
            }),
            _ => Err(ExecutionError::Failed {
                workflow: W::META.name,
                error: outcome.error.clone().unwrap_or_default(),
                cause: outcome.cause.clone().unwrap_or_default(),
            }),
        }
    }

    /// The error of a failed execution. `None` where it did not fail, or failed with a name that
    /// the workflow's error type does not have; [`Execution::outcome`] has the name then.
    pub fn error(&self) -> Option<W::Error> {
        let Outcome { status: Status::Failed, error: Some(error), cause, .. } = &self.report.outcome else {
            return None;
        };
        let failure = Failure::new(error.clone(), cause.clone().unwrap_or_default());
        W::Error::from_failure(failure.reported()).ok()
    }

    /// How it ended, as `DescribeExecution` would tell.
    pub fn outcome(&self) -> &Outcome {
        &self.report.outcome
    }

    /// What happened, as `GetExecutionHistory` would tell.
    pub fn history(&self) -> &History {
        self.report.history()
    }

    /// The arguments of each attempt of a task, in order: `execution.calls(charge)`. A payload that
    /// does not fit the task's parameters stands in [`Execution::all_calls`] alone.
    pub fn calls<F: TaskFn<P>, P>(&self, _: F) -> Vec<<F::Task as Task>::Arguments> {
        let calls = self.report.calls().iter().filter(|call| call.task == F::Task::NAME);
        calls.filter_map(|call| decode_arguments::<F::Task>(&call.payload).ok()).collect()
    }

    /// Every attempt of every task, in the order in which they were scheduled.
    pub fn all_calls(&self) -> &[CallRecord] {
        self.report.calls()
    }

    /// The executions that it started with [`Start::start`](crate::Start::start) or
    /// [`Start::start_sync`](crate::Start::start_sync), directly or not, in the order in which they were
    /// started. One that its parent stopped waiting for is not among them.
    pub fn children(&self) -> &[ChildExecution] {
        &self.report.children
    }

    /// The runs of its distributed Maps, directly or not, in the order in which they ended.
    pub fn map_runs(&self) -> &[MapRun] {
        &self.report.map_runs
    }

    /// How long it took, by its own clock.
    pub fn elapsed(&self) -> Duration {
        self.report.elapsed
    }

    pub(crate) fn report(&self) -> &Report {
        &self.report
    }

    /// The execution without its types.
    pub fn into_report(self) -> Report {
        self.report
    }
}

impl<W> fmt::Debug for Execution<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report.fmt(f)
    }
}

/// Why an execution has no output.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExecutionError {
    /// It failed with an error that nothing caught.
    #[error("`{workflow}` failed with `{error}`: {cause}")]
    Failed {
        /// The workflow's name.
        workflow: &'static str,
        /// The error name.
        error: String,
        /// What a person reads of the error.
        cause: String,
    },
    /// It ran longer than the workflow's `timeout`.
    #[error("`{workflow}` timed out")]
    TimedOut {
        /// The workflow's name.
        workflow: &'static str,
    },
    /// The output's text does not read back as the type that wrote it.
    #[error(
        "the output of `{workflow}` does not read back: {message}; check that its serde attributes agree"
    )]
    Output {
        /// The workflow's name.
        workflow: &'static str,
        /// What serde says.
        message: String,
    },
    /// The executor could not go on.
    #[error(transparent)]
    Aborted(#[from] ExecutorError),
}

/// Why an executor could not start an execution, or could not go on with it. The workflow is not to
/// blame: no `match` in it ever sees one of these.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExecutorError {
    /// The input does not fit the workflow.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Nothing answers in process for a service.
    #[error(
        "nothing answers for `{resource}`; give the executor a service with `.service(..)`, or mock the task"
    )]
    NoService {
        /// The service and its action.
        resource: Resource,
    },
    /// A handler asks for a [`State`](crate::State) that the executor was not given.
    #[error("the task `{task}` cannot run: {source}")]
    MissingState {
        /// The task's name.
        task: &'static str,
        /// Which one.
        source: MissingState,
    },
    /// A task was tried more often than its mock has answers.
    #[error(
        "the mock of `{task}` has {answers} answers and was asked for one more; add one to its `Mock::sequence`"
    )]
    MockExhausted {
        /// The task's name.
        task: &'static str,
        /// How many answers there were.
        answers: usize,
    },
    /// A mock's value cannot be written as JSON.
    #[error("the value of the mock of `{task}` cannot be written as JSON: {message}")]
    MockValue {
        /// The task's name.
        task: &'static str,
        /// What serde says.
        message: String,
    },
    /// Nothing can ever happen again: a mock hangs, and no timeout ends it.
    #[error("nothing can happen any more in `{state}`; give the task that hangs a timeout")]
    Stalled {
        /// The state entered last.
        state: String,
    },
}

impl ExecutorError {
    /// The error name of the aborted execution.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Input(_) => "Executor.Input",
            Self::NoService { .. } => "Executor.NoService",
            Self::MissingState { .. } => "Executor.MissingState",
            Self::MockExhausted { .. } => "Executor.MockExhausted",
            Self::MockValue { .. } => "Executor.MockValue",
            Self::Stalled { .. } => "Executor.Stalled",
        }
    }
}

/// Why an input does not fit a workflow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// It is not JSON, or not what the parameters expect.
    #[error(
        "the input of `{workflow}` does not fit its parameters: {}{message} (line {line}, column {column})",
        if path.is_empty() { String::new() } else { format!("`{path}`: ") }
    )]
    Mismatch {
        /// The workflow's name.
        workflow: &'static str,
        /// The field that is wrong, or that holds the one that is missing; empty for the input itself.
        path: String,
        /// What is wrong with it.
        message: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It is larger than [`MAX_DATA_BYTES`].
    #[error("the input of `{workflow}` has {bytes} bytes; Step Functions allows at most {MAX_DATA_BYTES}")]
    TooLarge {
        /// The workflow's name.
        workflow: &'static str,
        /// Its size.
        bytes: usize,
    },
    /// The arguments cannot be written as JSON.
    #[error("the input of `{workflow}` cannot be written as JSON: {message}")]
    Unwritable {
        /// The workflow's name.
        workflow: &'static str,
        /// What serde says.
        message: String,
    },
}

/// Decodes the input of an execution.
pub(crate) fn decode_input<A: serde::de::DeserializeOwned>(
    meta: &WorkflowMeta,
    input: &str,
) -> Result<A, InputError> {
    if input.len() > MAX_DATA_BYTES {
        return Err(InputError::TooLarge { workflow: meta.name, bytes: input.len() });
    }
    decode(input, meta.parameters).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let full = error.to_string();
        let message =
            full.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&full).to_owned();
        InputError::Mismatch {
            workflow: meta.name,
            path: path_at(input, line, column),
            message,
            line,
            column,
        }
    })
}
