//! One evaluation by the engine: values in, limits on, values out.
//!
//! The engine's values are not `Send` and live only here, inside a function that no future is held
//! across.

use jsonata_core::{
    ast::AstNode,
    evaluator::{Context, Evaluator, EvaluatorError, EvaluatorOptions},
    value::{JArray, JValue},
};
use serde_json::{Map, Number, Value};

use super::{Environment, EvaluationError, analysis::Parts, functions, growth, messages, syntax::split_code};

/// How long one evaluation may take, in milliseconds.
const TIMEOUT: u64 = 5_000;
/// How deep an evaluation may nest.
const DEPTH: usize = 2_000;
/// How long a list that an expression makes may grow.
pub(super) const LENGTH: usize = 1_000_000;
/// How deep a value may nest that leaves an expression.
const VALUE_DEPTH: usize = 1_000;
/// How large a value may be that leaves an expression, roughly in bytes of its text.
const VALUE_SIZE: usize = 64 * 1024 * 1024;

/// What an evaluation needs to bind.
#[derive(Clone, Debug, Default)]
pub(super) struct Needs {
    /// The variables, `states` among them, with the parts that are read.
    pub(super) variables: Vec<(String, Parts)>,
    /// Every name that may be a function's.
    pub(super) functions: Vec<String>,
    /// The operator with which it compares by size, where it is only one.
    pub(super) comparison: Option<&'static str>,
}

/// Evaluates a tree.
pub(super) fn evaluate(
    tree: &AstNode,
    needs: &Needs,
    context_value: Option<&Value>,
    environment: &Environment<'_>,
) -> Result<Option<Value>, EvaluationError> {
    let mut context = Context::new();
    for (name, parts) in &needs.variables {
        if name == "states" {
            context.bind(name.clone(), states(parts, environment));
        } else if let Some(value) = environment.scope.variable(name) {
            context.bind(name.clone(), part(value, parts));
        }
    }
    let options = EvaluatorOptions {
        timeout_ms: Some(TIMEOUT),
        max_stack_depth: Some(DEPTH),
        max_sequence_length: Some(LENGTH),
        ..EvaluatorOptions::default()
    };
    let mut evaluator = Evaluator::with_options(context, options);
    functions::register(&mut evaluator, &needs.functions, environment.scope)
        .and_then(|()| growth::register(&mut evaluator, &needs.functions))
        .map_err(|found| error(found, needs))?;
    let context_value = context_value.map_or(JValue::Undefined, import);
    let value = evaluator.evaluate(tree, &context_value).map_err(|found| error(found, needs))?;
    match value {
        JValue::Undefined => Ok(None),
        value if growth::takes(&value, &mut { VALUE_SIZE }, 0) => export(&value, 0).map(Some),
        _ => Err(EvaluationError::new("U1001", "The value is too large or nested too deeply")),
    }
}

/// The error that the engine's own stands for.
fn error(error: EvaluatorError, needs: &Needs) -> EvaluationError {
    let (code, message) = split_code(error.message());
    // JSONata 2.0.6 has one code for an evaluation that is cut off.
    let code = code.map(|code| if matches!(code, "D1011" | "D1012") { "U1001" } else { code });
    let mut functions = needs.functions.iter().filter(|name| super::is_function(name));
    let function = functions.next().filter(|_| functions.next().is_none()).map(String::as_str);
    let message = messages::of_evaluation(code, message, function, needs.comparison);
    EvaluationError { code: code.map(str::to_owned), message }
}

/// `$states`, with the members that are read.
fn states(parts: &Parts, environment: &Environment<'_>) -> JValue {
    let wanted = |name: &str| {
        let field = parts.fields.iter().find(|(field, _)| field == name).map(|(_, parts)| parts);
        if parts.whole { Some(&WHOLE) } else { field }
    };
    let member = |name: &str, value: Option<&Value>| Some((name.to_owned(), part(value?, wanted(name)?)));
    let context = wanted("context").map(|_| environment.scope.context());
    let members = [
        member("input", environment.input),
        member("result", environment.result),
        member("errorOutput", environment.error_output),
        member("context", context),
    ];
    JValue::object(members.into_iter().flatten().collect())
}

static WHOLE: Parts = Parts { whole: true, fields: Vec::new() };

/// The engine's form of the parts of a value. A path that meets a list goes on in each of its items.
fn part(value: &Value, parts: &Parts) -> JValue {
    match value {
        Value::Object(fields) if !parts.whole => {
            let wanted = parts.fields.iter();
            let found = wanted
                .filter_map(|(name, parts)| fields.get(name).map(|value| (name.clone(), part(value, parts))));
            JValue::object(found.collect())
        }
        Value::Array(items) if !parts.whole => list(items, |item| part(item, parts)),
        _ => import(value),
    }
}

/// The engine's form of a value. Numbers become doubles, as JSONata has no others.
pub(super) fn import(value: &Value) -> JValue {
    match value {
        Value::Null => JValue::Null,
        Value::Bool(value) => JValue::Bool(*value),
        Value::Number(number) => JValue::Number(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => JValue::string(text.as_str()),
        Value::Array(items) => list(items, import),
        Value::Object(fields) => {
            JValue::object(fields.iter().map(|(name, value)| (name.clone(), import(value))).collect())
        }
    }
}

fn list(items: &[Value], import: impl Fn(&Value) -> JValue) -> JValue {
    let flat = !items.iter().any(Value::is_array);
    JValue::Array(JArray::new_flat(items.iter().map(import).collect(), flat))
}

/// The JSON that a value of the engine is.
fn export(value: &JValue, depth: usize) -> Result<Value, EvaluationError> {
    if depth > VALUE_DEPTH {
        return Err(EvaluationError::new("U1001", "The value is nested too deeply"));
    }
    Ok(match value {
        // An undefined item or field is what JavaScript writes as null, or not at all.
        JValue::Null | JValue::Undefined => Value::Null,
        JValue::Bool(value) => Value::Bool(*value),
        JValue::Number(number) => Value::Number(self::number(*number)?),
        JValue::String(text) => Value::String(text.to_string()),
        JValue::Array(items) => {
            Value::Array(items.iter().map(|item| export(item, depth + 1)).collect::<Result<_, _>>()?)
        }
        JValue::Object(fields) => {
            let mut object = Map::with_capacity(fields.len());
            for (name, value) in fields.iter().filter(|(_, value)| !value.is_undefined()) {
                object.insert(name.clone(), export(value, depth + 1)?);
            }
            Value::Object(object)
        }
        JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => {
            return Err(EvaluationError { code: None, message: "The value is a function".to_owned() });
        }
    })
}

/// A double as the JSON number that it is: an integer where it is integral.
pub(super) fn number(number: f64) -> Result<Number, EvaluationError> {
    const LARGEST: f64 = 1e21;
    if number.fract() == 0.0 && number.abs() < LARGEST {
        #[expect(clippy::cast_possible_truncation, reason = "checked for what an i64 holds")]
        if number.abs() < 9_223_372_036_854_775_808.0 {
            return Ok(Number::from(number as i64));
        }
    }
    Number::from_f64(number)
        .ok_or_else(|| EvaluationError::new("D3001", "The number is out of range: it is no JSON number"))
}
