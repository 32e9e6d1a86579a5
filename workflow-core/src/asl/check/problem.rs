//! What can be wrong with a state machine, and how it is said.

use crate::asl::validate::Diagnostic;

/// Something in a state machine that Step Functions refuses or that can never work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Step Functions refuses it, and says why.
    #[error("{0}")]
    Refused(Diagnostic),
    /// Two states share a name.
    #[error("more than one state is named `{state}`; give one of them another name")]
    DuplicateName {
        /// The shared name.
        state: String,
    },
    /// No path from the start leads to a state.
    #[error("no path leads from `{start}` to state `{state}`")]
    Unreachable {
        /// Where the state machine starts.
        start: String,
        /// The state that is never entered.
        state: String,
    },
    /// No path from the start ends.
    #[error("no path from `{start}` ends: an execution would run until it times out")]
    Endless {
        /// Where the state machine starts.
        start: String,
    },
    /// A placeholder that nothing will fill in.
    #[error("{} holds the placeholder `${{{name}}}`, which nothing fills in", place(.state))]
    UnknownPlaceholder {
        /// The state; absent for the state machine itself.
        state: Option<String>,
        /// The placeholder without `${` and `}`.
        name: String,
    },
    /// A state that cannot be written as JSON.
    #[error("state `{state}` cannot be written as JSON: {message}")]
    Unwritable {
        /// The state.
        state: String,
        /// What serde says.
        message: String,
    },
}

/// A state or the whole state machine, in a sentence.
fn place(state: &Option<String>) -> String {
    match state {
        Some(state) => format!("state `{state}`"),
        None => "the state machine".to_owned(),
    }
}
