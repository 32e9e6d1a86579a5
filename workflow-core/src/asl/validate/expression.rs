//! Texts that are evaluated: JSONata between `{%` and `%}`, paths, and payload templates of both.

use serde_json::Value;

use super::{Code, Diagnostic};
use crate::{
    intrinsics::Query,
    jsonata::{Expression, delimited},
    jsonpath::{Path, Root},
};

/// The members of `$states` that an expression may read beside the input and the context.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Offers {
    pub(super) result: bool,
    pub(super) error_output: bool,
}

/// Checks a text in a JSONata state; one without delimiters stands for itself.
pub(super) fn jsonata(text: &str, at: &str, offers: Offers, found: &mut Vec<Diagnostic>) {
    let invalid = |message: String| Diagnostic::error(Code::InvalidJsonataExpression, at, message);
    let Some(source) = delimited(text) else {
        if text.starts_with("{%") || text.ends_with("%}") {
            found.push(invalid("An expression starts with '{%' and ends with '%}'".to_owned()));
        }
        return;
    };
    let expression = match Expression::parse(source) {
        Ok(expression) => expression,
        Err(error) => return found.push(invalid(error.message)),
    };
    let reads = expression.reads();
    let mut missing: Vec<String> =
        reads.top_level.iter().map(|name| format!("'{name}' at the top level")).collect();
    if !reads.whole_states {
        if reads.result && !offers.result {
            missing.push("'$states.result' in this field".to_owned());
        }
        if reads.error_output && !offers.error_output {
            missing.push("'$states.errorOutput' in this field".to_owned());
        }
    }
    found.extend(missing.into_iter().map(|what| {
        let message = format!("Reference to {what} is not supported.");
        Diagnostic::error(Code::UnsupportedJsonataExpression, at, message)
    }));
}

/// Checks every text in a template of a JSONata state.
pub(super) fn jsonata_template(template: &Value, at: &str, offers: Offers, found: &mut Vec<Diagnostic>) {
    match template {
        Value::String(text) => jsonata(text, at, offers, found),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(place, item)| jsonata_template(item, &format!("{at}[{place}]"), offers, found)),
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, field)| jsonata_template(field, &format!("{at}/{name}"), offers, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Checks a payload template of a JSONPath state: a field whose name ends in `.$` holds a path or a call.
pub(super) fn payload_template(template: &Value, at: &str, found: &mut Vec<Diagnostic>) {
    match template {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(place, item)| payload_template(item, &format!("{at}[{place}]"), found)),
        Value::Object(fields) => {
            for (name, field) in fields {
                let at = format!("{at}/{name}");
                if !name.ends_with(".$") {
                    payload_template(field, &at, found);
                } else if !field.as_str().is_some_and(is_query) {
                    let message = format!(
                        "The value for the field '{name}' must be a valid JSONPath or a valid intrinsic function call"
                    );
                    found.push(Diagnostic::error(Code::SchemaValidationFailed, at, message));
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a text is a path, or a call of as many functions as one field may hold.
fn is_query(text: &str) -> bool {
    const CALLS: usize = 10;
    match Query::parse(text) {
        Ok(Query::Path(_)) => true,
        Ok(Query::Intrinsic(intrinsic)) => intrinsic.calls() <= CALLS,
        Err(_) => false,
    }
}

/// What a path may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathRule {
    /// Any path, or a call of an intrinsic function, which Step Functions takes there as well.
    Any,
    /// One place of the document, of a variable or of the context object.
    Reference,
    /// One place of the document.
    Result,
    /// One place, or a call of an intrinsic function.
    ReferenceOrCall,
}

/// Checks a field that holds a path.
pub(super) fn path(text: &str, at: &str, rule: PathRule, found: &mut Vec<Diagnostic>) {
    let error = |message: &str| Diagnostic::error(Code::SchemaValidationFailed, at, message);
    if matches!(rule, PathRule::Any | PathRule::ReferenceOrCall)
        && crate::intrinsics::Intrinsic::is_call(text)
    {
        if !is_query(text) {
            found.push(error("Value is not a valid intrinsic function call"));
        }
        return;
    }
    let parsed = Path::parse(text).ok().filter(|_| text.starts_with('$'));
    let Some(path) = parsed else { return found.push(error("Value is not a valid JSONPath")) };
    let fits = match rule {
        PathRule::Any => true,
        PathRule::Result => path.is_reference() && *path.root() == Root::Document,
        PathRule::Reference | PathRule::ReferenceOrCall => path.is_reference(),
    };
    if !fits {
        found.push(error("Value is not a Reference Path"));
    }
}
