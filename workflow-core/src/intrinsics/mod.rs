//! Intrinsic functions (`States.Format('{}', $.name)`), which JSONPath states may call where a value is
//! taken from a path.
//!
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html>)

mod call;
mod format;
mod function;
mod parse;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde_json::Value;

use self::call::Call;
use crate::{
    Scope,
    jsonpath::{Path, PathNotFound, SyntaxError},
};

/// What a field whose name ends in `.$` holds: a path, or a call of an intrinsic function.
///
/// ```
/// use serde_json::json;
/// use workflow_core::{FixedScope, intrinsics::Query};
///
/// let query = Query::parse("States.Format('{} of {}', $.part, States.ArrayLength($.all))").unwrap();
/// let (document, scope) = (json!({"part": 1, "all": ["a", "b"]}), FixedScope::default());
/// assert_eq!(*query.evaluate(&document, &scope).unwrap(), json!("1 of 2"));
/// ```
#[derive(Clone, Debug)]
pub enum Query {
    /// A path, from any root.
    Path(Path),
    /// A call.
    Intrinsic(Intrinsic),
}

/// A call of an intrinsic function that has been parsed, with those among its arguments.
#[derive(Clone, Debug)]
pub struct Intrinsic(Call);

/// Why a query gave no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A path leads nowhere: `States.Runtime`, or `States.ParameterPathFailure` in a catcher.
    #[error("{error}")]
    NotFound {
        /// The path as it was written.
        path: String,
        /// What is missing.
        error: PathNotFound,
    },
    /// A function failed: `States.IntrinsicFailure`.
    #[error("The function '{call}' had the following error: {message}")]
    Intrinsic {
        /// The innermost call that failed, as it was written.
        call: String,
        /// What is wrong.
        message: String,
    },
}

impl Query {
    /// Parses a path or a call.
    ///
    /// # Errors
    ///
    /// A text that is neither.
    pub fn parse(source: &str) -> Result<Self, SyntaxError> {
        if Intrinsic::is_call(source) {
            Intrinsic::parse(source).map(Self::Intrinsic)
        } else if source.starts_with('$') {
            Path::parse(source).map(Self::Path)
        } else {
            let message = "Expected a path, which starts with '$', or an intrinsic function".to_owned();
            Err(SyntaxError { message, position: 0 })
        }
    }

    /// The query as it was written.
    pub fn source(&self) -> &str {
        match self {
            Self::Path(path) => path.source(),
            Self::Intrinsic(intrinsic) => intrinsic.source(),
        }
    }

    /// Every path in the query, from left to right.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Self::Path(path) => vec![path],
            Self::Intrinsic(intrinsic) => intrinsic.paths(),
        }
    }

    /// The value of the query.
    ///
    /// # Errors
    ///
    /// A path leads nowhere, or a function fails.
    pub fn evaluate<'a>(
        &'a self,
        document: &'a Value,
        scope: &'a dyn Scope,
    ) -> Result<Cow<'a, Value>, QueryError> {
        match self {
            Self::Path(path) => path
                .evaluate(document, scope)
                .map_err(|error| QueryError::NotFound { path: path.source().to_owned(), error }),
            Self::Intrinsic(intrinsic) => intrinsic.evaluate(document, scope).map(Cow::Owned),
        }
    }

    /// The value that a field of a state takes, or the cause with which Step Functions fails the
    /// execution.
    ///
    /// `field` is the name of the field as it is written, such as `total.$`.
    ///
    /// # Errors
    ///
    /// The cause, without the part that names the state, and the name of the error.
    pub fn evaluate_field<'a>(
        &'a self,
        field: &str,
        document: &'a Value,
        scope: &'a dyn Scope,
    ) -> Result<Cow<'a, Value>, (&'static str, String)> {
        self.evaluate(document, scope).map_err(|error| match error {
            QueryError::NotFound { path, .. } => (
                "States.Runtime",
                format!(
                    "The JSONPath '{path}' specified for the field '{field}' could not be found in the input '{document}'"
                ),
            ),
            QueryError::Intrinsic { .. } => ("States.IntrinsicFailure", error.to_string()),
        })
    }
}

impl Intrinsic {
    /// Parses a call.
    ///
    /// # Errors
    ///
    /// A text that is no call of a function that there is, with as many arguments as it takes.
    pub fn parse(source: &str) -> Result<Self, SyntaxError> {
        parse::intrinsic(source).map(Self)
    }

    /// Whether a text means to be a call: it starts with `States.`.
    pub fn is_call(source: &str) -> bool {
        source.trim_start().starts_with("States.")
    }

    /// The call as it was written.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Every path among the arguments, from left to right.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        self.0.collect_paths(&mut paths);
        paths
    }

    /// How many calls it is made of, itself among them. Step Functions allows ten in a field.
    pub fn calls(&self) -> usize {
        self.0.count()
    }

    /// The value of the call.
    ///
    /// # Errors
    ///
    /// A path among the arguments leads nowhere, or a function fails.
    pub fn evaluate(&self, document: &Value, scope: &dyn Scope) -> Result<Value, QueryError> {
        self.0.evaluate(document, scope)
    }
}
