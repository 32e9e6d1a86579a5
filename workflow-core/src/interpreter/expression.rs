//! Expressions of both query languages, as fields of states use them.

use std::borrow::Cow;

use serde_json::Value;

use super::{context::StateScope, fault::Fault};
use crate::{
    intrinsics, jsonata,
    jsonpath::{self, NotApplicable},
};

/// What an expression is evaluated in.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    /// `$` in JSONPath, `$states.input` in JSONata.
    pub(super) document: &'a Value,
    /// `$states.result`.
    pub(super) result: Option<&'a Value>,
    /// `$states.errorOutput`.
    pub(super) error_output: Option<&'a Value>,
    pub(super) scope: &'a StateScope<'a>,
}

impl<'a> Surroundings<'a> {
    pub(super) fn new(document: &'a Value, scope: &'a StateScope<'a>) -> Self {
        Self { document, result: None, error_output: None, scope }
    }
}

/// A path or an intrinsic function: what JSONPath states take.
#[derive(Debug)]
pub(super) enum Path {
    Path(jsonpath::Path),
    Intrinsic(intrinsics::Intrinsic),
}

/// Why a path gave no value.
pub(super) enum PathError {
    /// It leads nowhere; in the words of Jayway.
    Nowhere(String),
    /// An intrinsic function failed.
    Intrinsic(intrinsics::IntrinsicError),
}

impl Path {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.trim_start().starts_with("States.") {
            return intrinsics::Intrinsic::parse(text).map(Self::Intrinsic).map_err(|error| error.to_string());
        }
        jsonpath::Path::parse(text).map(Self::Path).map_err(|error| error.to_string())
    }

    pub(super) fn source(&self) -> &str {
        match self {
            Self::Path(path) => path.source(),
            Self::Intrinsic(intrinsic) => intrinsic.source(),
        }
    }

    pub(super) fn find<'a>(&self, surroundings: &Surroundings<'a>) -> Result<Cow<'a, Value>, PathError> {
        match self {
            Self::Path(path) => path
                .evaluate(surroundings.document, surroundings.scope)
                .map_err(|error| PathError::Nowhere(error.message)),
            Self::Intrinsic(intrinsic) => intrinsic
                .evaluate(surroundings.document, surroundings.scope)
                .map(Cow::Owned)
                .map_err(PathError::Intrinsic),
        }
    }

    /// What a path of a state itself selects: `InputPath`, `OutputPath`, `ItemsPath` and the like.
    pub(super) fn select<'a>(&self, surroundings: &Surroundings<'a>) -> Result<Cow<'a, Value>, Fault> {
        self.find(surroundings).map_err(|error| match error {
            PathError::Nowhere(message) => {
                Fault::Runtime(format!("Invalid path '{}' : {message}", self.source()))
            }
            PathError::Intrinsic(error) => error.into(),
        })
    }
}

impl PathError {
    /// The fault of a template's entry.
    pub(super) fn in_template(self, path: &Path, key: &str, surroundings: &Surroundings<'_>) -> Fault {
        match self {
            Self::Nowhere(_) => Fault::Runtime(format!(
                "The JSONPath '{}' specified for the field '{key}' could not be found in the input '{}'",
                path.source(),
                surroundings.document
            )),
            Self::Intrinsic(error) => error.into(),
        }
    }
}

impl From<intrinsics::IntrinsicError> for Fault {
    fn from(error: intrinsics::IntrinsicError) -> Self {
        match error {
            intrinsics::IntrinsicError::Path { source, .. } => Self::Runtime(source.to_string()),
            error => Self::Named("States.IntrinsicFailure", error.to_string()),
        }
    }
}

/// A path that a value is put at.
#[derive(Debug)]
pub(super) struct ReferencePath(jsonpath::ReferencePath);

impl ReferencePath {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        jsonpath::ReferencePath::parse(text).map(Self).map_err(|error| error.to_string())
    }

    pub(super) fn put(&self, document: Value, value: Value) -> Result<Value, Fault> {
        self.0.set(document, value).map_err(|NotApplicable { path, document }| {
            Fault::Named(
                "States.ResultPathMatchFailure",
                format!("Unable to apply ReferencePath {path} to input {document}"),
            )
        })
    }
}

/// An expression of JSONata, and the field that holds it.
#[derive(Debug)]
pub(super) struct Jsonata {
    expression: jsonata::Expression,
    field: String,
}

impl Jsonata {
    /// Reads a text that has the form `{% .. %}`.
    pub(super) fn delimited(text: &str, field: &str) -> Option<Result<Self, String>> {
        let source = jsonata::delimited(text)?;
        let parsed = jsonata::Expression::parse(source).map_err(|error| error.to_string());
        Some(parsed.map(|expression| Self { expression, field: field.to_owned() }))
    }

    pub(super) fn value(&self, surroundings: &Surroundings<'_>) -> Result<Value, Fault> {
        let environment = jsonata::Environment {
            input: Some(surroundings.document),
            result: surroundings.result,
            error_output: surroundings.error_output,
            scope: surroundings.scope,
        };
        self.expression
            .evaluate_field(&self.field, &environment)
            .map_err(|cause| Fault::query(cause, &self.field))
    }

    /// The fault of a value that is not of the type that the field takes.
    pub(super) fn unexpected(&self, expected: &str, value: &Value) -> Fault {
        Fault::query(self.expression.unexpected_type(&self.field, expected, value), &self.field)
    }
}
