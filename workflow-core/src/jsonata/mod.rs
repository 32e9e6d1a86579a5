//! JSONata as Step Functions runs it: version 2.0.6 without `$eval`, with `$states`, variables and six
//! functions of Step Functions' own.
//!
//! The engine is the crate `jsonata-core`, whose types no other module names. `analysis` reads the
//! parsed expression once: what Step Functions lacks is refused, and what it reads is noted, so that an
//! evaluation binds no more than that. `direct` evaluates the expressions that loops are made of
//! (paths, comparisons, arithmetic) on `serde_json` values without the engine.

mod analysis;
mod direct;
mod engine;
mod functions;
mod growth;
mod messages;
mod syntax;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use jsonata_core::ast::AstNode;
use serde_json::Value;

pub use self::{analysis::Reads, syntax::SyntaxError};
use crate::Scope;

/// A JSONata expression that has been parsed. Clones share it.
///
/// ```
/// use serde_json::json;
/// use workflow_core::{FixedScope, jsonata::{Environment, Expression}};
///
/// let expression = Expression::parse("$states.input.price * $count").unwrap();
/// let scope = FixedScope::new(json!({"count": 3}).as_object().unwrap().clone());
/// let input = json!({"price": 1.5});
/// let value = expression.evaluate(&Environment::new(&input, &scope)).unwrap();
/// assert_eq!(value, Some(json!(4.5)));
/// ```
#[derive(Clone)]
pub struct Expression(Arc<Parsed>);

struct Parsed {
    source: String,
    tree: AstNode,
    reads: Reads,
    needs: engine::Needs,
    direct: Option<direct::Direct>,
}

/// What an expression may read: the members of `$states`, and a scope for all else.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// `$states.input`.
    pub input: Option<&'a Value>,
    /// `$states.result`.
    pub result: Option<&'a Value>,
    /// `$states.errorOutput`.
    pub error_output: Option<&'a Value>,
    /// Variables, `$states.context`, time and randomness.
    pub scope: &'a dyn Scope,
}

impl<'a> Environment<'a> {
    /// An environment with an input, and neither result nor error output.
    pub fn new(input: &'a Value, scope: &'a dyn Scope) -> Self {
        Self { input: Some(input), result: None, error_output: None, scope }
    }
}

/// Why an expression gave no value.
///
/// Its text is what Step Functions writes behind "threw an error during evaluation. ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default())]
pub struct EvaluationError {
    /// JSONata's code for it, such as `T2001`; absent for a few errors that have none.
    pub code: Option<String>,
    /// What is wrong, without the code.
    pub message: String,
}

impl EvaluationError {
    fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: Some(code.to_owned()), message: message.into() }
    }
}

impl Expression {
    /// Parses the text between `{%` and `%}`.
    ///
    /// # Errors
    ///
    /// What is not JSONata 2.0.6. `$eval`, which Step Functions does not offer, fails when it is called.
    pub fn parse(source: &str) -> Result<Self, SyntaxError> {
        let source = source.trim();
        let mut tree = syntax::parse(source)?;
        let mut analysis = analysis::analyse(&tree).map_err(|refused| refused.located(source))?;
        analysis.needs.functions.extend(growth::limit(&mut tree));
        Ok(Self(Arc::new(Parsed {
            source: source.to_owned(),
            reads: analysis.reads,
            needs: analysis.needs,
            direct: direct::compile(&tree),
            tree,
        })))
    }

    /// The expression as it was written, without the spaces around it.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// What it reads of its environment.
    pub fn reads(&self) -> &Reads {
        &self.0.reads
    }

    /// The value of the expression, or none where it is undefined.
    ///
    /// # Errors
    ///
    /// What JSONata throws, and a value that JSON cannot hold: a function, or a number that is none.
    pub fn evaluate(&self, environment: &Environment<'_>) -> Result<Option<Value>, EvaluationError> {
        let direct = self.0.direct.as_ref().and_then(|direct| direct.evaluate(environment));
        direct.map_or_else(|| engine::evaluate(&self.0.tree, &self.0.needs, None, environment), Ok)
    }

    /// The same with a value for `$`, the context value, which Step Functions leaves undefined.
    ///
    /// # Errors
    ///
    /// As [`Expression::evaluate`].
    pub fn evaluate_on(
        &self,
        context_value: &Value,
        environment: &Environment<'_>,
    ) -> Result<Option<Value>, EvaluationError> {
        engine::evaluate(&self.0.tree, &self.0.needs, Some(context_value), environment)
    }

    /// The value that a field of a state takes, or the cause with which Step Functions fails the
    /// execution (`States.QueryEvaluationError`).
    ///
    /// `field` is the path of the field in the state, such as `Output/total`.
    ///
    /// # Errors
    ///
    /// The cause, without the part that names the state: the expression threw, or gave nothing.
    pub fn evaluate_field(&self, field: &str, environment: &Environment<'_>) -> Result<Value, String> {
        match self.evaluate(environment) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(format!("{} returned nothing (undefined).", self.in_field(field))),
            Err(error) => {
                let separator = if error.code.is_some() { '.' } else { ':' };
                Err(format!("{} threw an error during evaluation{separator} {error}", self.in_field(field)))
            }
        }
    }

    /// The cause with which Step Functions fails where a field needs a value of another type.
    ///
    /// `expected` is JSONata's name of the type: `array`, `boolean`, `number`, `object`, `string`.
    pub fn unexpected_type(&self, field: &str, expected: &str, value: &Value) -> String {
        format!(
            "{} returned an unexpected result type. Expected '{expected}', but was '{}' for value: {value}",
            self.in_field(field),
            type_name(value)
        )
    }

    fn in_field(&self, field: &str) -> String {
        format!("The JSONata expression '{}' specified for the field '{field}'", self.source())
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Expression").field(&self.source()).finish()
    }
}

/// The text between `{%` and `%}`, where a string is JSONata: it starts with the one and ends with
/// the other.
///
/// ```
/// assert_eq!(workflow_core::jsonata::delimited("{% 1 + 1 %}"), Some(" 1 + 1 "));
/// assert_eq!(workflow_core::jsonata::delimited("1 + 1"), None);
/// ```
pub fn delimited(text: &str) -> Option<&str> {
    text.strip_prefix("{%")?.strip_suffix("%}")
}

/// JSONata's name for the type of a value.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Whether JSONata, as Step Functions runs it, has a function of this name, without `$`.
pub fn is_function(name: &str) -> bool {
    FUNCTIONS.binary_search(&name).is_ok()
}

/// The functions of JSONata 2.0.6 but `$eval`, and those of Step Functions, in order.
const FUNCTIONS: [&str; 69] = [
    "abs",
    "append",
    "assert",
    "average",
    "base64decode",
    "base64encode",
    "boolean",
    "ceil",
    "clone",
    "contains",
    "count",
    "decodeUrl",
    "decodeUrlComponent",
    "distinct",
    "each",
    "encodeUrl",
    "encodeUrlComponent",
    "error",
    "exists",
    "filter",
    "floor",
    "formatBase",
    "formatInteger",
    "formatNumber",
    "fromMillis",
    "hash",
    "join",
    "keys",
    "length",
    "lookup",
    "lowercase",
    "map",
    "match",
    "max",
    "merge",
    "millis",
    "min",
    "not",
    "now",
    "number",
    "pad",
    "parse",
    "parseInteger",
    "partition",
    "power",
    "random",
    "range",
    "reduce",
    "replace",
    "reverse",
    "round",
    "shuffle",
    "sift",
    "single",
    "sort",
    "split",
    "spread",
    "sqrt",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "sum",
    "toMillis",
    "trim",
    "type",
    "uppercase",
    "uuid",
    "zip",
];
