//! Expressions of both query languages, as fields of states use them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{context::StateScope, fault::Fault};
use crate::{
    intrinsics::{Query, QueryError},
    jsonata,
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
pub(super) struct Path(Query);

impl Path {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Query::parse(text).map(Self).map_err(|error| error.to_string())
    }

    pub(super) fn source(&self) -> &str {
        self.0.source()
    }

    /// The value, or why there is none.
    pub(super) fn find<'a>(&'a self, surroundings: &Surroundings<'a>) -> Result<Cow<'a, Value>, QueryError> {
        self.0.evaluate(surroundings.document, surroundings.scope)
    }

    /// What a path of a state itself selects: `InputPath`, `OutputPath`, `ItemsPath` and the like.
    pub(super) fn select<'a>(&'a self, surroundings: &Surroundings<'a>) -> Result<Cow<'a, Value>, Fault> {
        self.find(surroundings).map_err(|error| match error {
            QueryError::NotFound { error, .. } => {
                Fault::Runtime(format!("Invalid path '{}' : {error}", self.source()))
            }
            error @ QueryError::Intrinsic { .. } => {
                Fault::Named("States.IntrinsicFailure", error.to_string())
            }
        })
    }

    /// The value of an entry of a template, or of a field whose name ends in `Path`.
    pub(super) fn entry<'a>(
        &'a self,
        key: &str,
        surroundings: &Surroundings<'a>,
    ) -> Result<Cow<'a, Value>, Fault> {
        self.0.evaluate_field(key, surroundings.document, surroundings.scope).map_err(|(error, cause)| {
            if error == "States.Runtime" { Fault::Runtime(cause) } else { Fault::Named(error, cause) }
        })
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
        let value = self.expression.evaluate_field(&self.field, &environment);
        if let Some(observer) = &surroundings.scope.settings.observer {
            let (expression, value) = (&self.expression, value.as_ref());
            (observer.0)(&Evaluation { expression, environment: &environment, value });
        }
        value.map_err(|cause| Fault::query(cause, &self.field))
    }

    /// The fault of a value that is not of the type that the field takes.
    pub(super) fn unexpected(&self, expected: &str, value: &Value) -> Fault {
        Fault::query(self.expression.unexpected_type(&self.field, expected, value), &self.field)
    }
}

/// What an expression came to.
pub(crate) struct Evaluation<'a> {
    pub(crate) expression: &'a jsonata::Expression,
    environment: &'a jsonata::Environment<'a>,
    /// The value, or the cause that the state fails with.
    pub(crate) value: Result<&'a Value, &'a String>,
}

impl Evaluation<'_> {
    /// What the expression read: `states` with the members that it mentions, and its variables.
    pub(crate) fn bindings(&self) -> Value {
        let (reads, environment) = (self.expression.reads(), self.environment);
        let members = [
            ("input", reads.input, environment.input),
            ("result", reads.result, environment.result),
            ("errorOutput", reads.error_output, environment.error_output),
        ];
        let mut states = Map::new();
        for (name, is_read, value) in members {
            if let Some(value) = value.filter(|_| is_read || reads.whole_states) {
                states.insert(name.to_owned(), value.clone());
            }
        }
        if reads.context || reads.whole_states {
            states.insert("context".to_owned(), environment.scope.context().clone());
        }
        let mut bindings = Map::new();
        for name in &reads.variables {
            if let Some(value) = environment.scope.variable(name) {
                bindings.insert(name.clone(), value.clone());
            }
        }
        bindings.insert("states".to_owned(), states.into());
        bindings.into()
    }
}
