//! What goes wrong in a state, before it is known whether something catches it.

use crate::{
    error::{PlatformError, QUERY_EVALUATION_ERROR},
    history::Text,
};

/// Why a state cannot go on.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// The data does not fit what JSONPath says of it: `States.Runtime`, which nothing catches.
    Runtime(String),
    /// An expression of JSONata failed, at a field: `States.QueryEvaluationError`.
    Query { cause: String, location: Option<String>, after: After },
    /// An error whose cause names the state: its name, and the cause without the state.
    Named(&'static str, String),
    /// An error with all its words, as a task or a Fail state gives it.
    Failed(Failure),
}

/// Which event an expression that failed follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// The state's last event, but the one before its entry where the state did nothing yet.
    Work,
    /// The one before the state's entry, whatever the state did.
    Before,
    /// The state's last event, its entry if need be.
    Entry,
}

/// An error as it is caught and told. AWS allows one without a name, and one without a cause.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Failure {
    pub(super) error: Option<Text>,
    pub(super) cause: Option<Text>,
    /// Whether no retrier and no catcher sees it.
    pub(super) fatal: bool,
}

impl Failure {
    pub(super) fn new(error: impl Into<Text>, cause: impl Into<Text>) -> Self {
        Self { error: Some(error.into()), cause: Some(cause.into()), fatal: false }
    }

    pub(super) fn timeout() -> Self {
        let error = Some(Text::Static(PlatformError::TIMEOUT.as_str()));
        Self { error, cause: None, fatal: false }
    }

    pub(super) fn is_timeout(&self) -> bool {
        self.error.as_deref() == Some(PlatformError::TIMEOUT.as_str())
    }

    /// The name that `ErrorEquals` is compared with.
    pub(super) fn name(&self) -> &str {
        self.error.as_deref().unwrap_or_default()
    }
}

impl Fault {
    pub(super) fn query(cause: impl Into<String>, location: &str) -> Self {
        Self::Query { cause: cause.into(), location: Some(location.to_owned()), after: After::Work }
    }

    /// The same, told as if the state had done nothing yet.
    pub(super) fn early(self) -> Self {
        match self {
            Self::Query { cause, location, .. } => Self::Query { cause, location, after: After::Before },
            other => other,
        }
    }

    /// The error that it is in a state that was entered at an event.
    pub(super) fn in_state(self, state: &str, entered: u64) -> Failure {
        self.told(|cause| {
            format!(
                "An error occurred while executing the state '{state}' (entered at the event id #{entered}). {cause}"
            )
        })
    }

    /// The error that it is, without the state.
    pub(super) fn bare(self) -> Failure {
        self.told(|cause| cause)
    }

    fn told(self, told: impl FnOnce(String) -> String) -> Failure {
        match self {
            Self::Runtime(cause) => Failure { fatal: true, ..Failure::new("States.Runtime", told(cause)) },
            Self::Query { cause, .. } => Failure::new(QUERY_EVALUATION_ERROR, told(cause)),
            Self::Named(error, cause) => Failure::new(error, told(cause)),
            Self::Failed(failure) => failure,
        }
    }
}

impl From<crate::error::Failure> for Failure {
    fn from(failure: crate::error::Failure) -> Self {
        Self::new(failure.error, failure.cause)
    }
}
