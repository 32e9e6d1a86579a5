//! Retriers and catchers.
//!
//! (<https://states-language.net/#errors>)

use serde_json::Value;

use super::{
    expression::PathRule,
    fields::{LARGEST, Schema, all, both, jsonata, path, required},
    machine::{Check, Site},
    values::Kind::{AssignOfError, OfError, OneOf, OptionalPath, PlainInteger, PlainNumber, Text, Texts},
};

/// A leap year in seconds.
const LONGEST_DELAY: i64 = 31_622_400;

const RETRIER: Schema = all(&[
    required("ErrorEquals", Texts),
    both("Comment", Text),
    both("IntervalSeconds", PlainInteger(1, LARGEST)),
    both("MaxAttempts", PlainInteger(0, LARGEST)),
    both("BackoffRate", PlainNumber(1.0, f64::MAX)),
    both("MaxDelaySeconds", PlainInteger(1, LONGEST_DELAY)),
    both("JitterStrategy", OneOf(&["FULL", "NONE"])),
]);

const CATCHER: Schema = all(&[
    required("ErrorEquals", Texts),
    required("Next", Text),
    both("Comment", Text),
    path("ResultPath", OptionalPath(PathRule::Result)),
    jsonata("Output", OfError),
    both("Assign", AssignOfError),
]);

/// Checks a `Retry`.
pub(super) fn retry(retriers: &[Value], at: &str, site: Site, check: &mut Check<'_>) {
    each(retriers, at, site, &RETRIER, check);
    for (place, retrier) in retriers.iter().enumerate() {
        let seconds = |name: &str| retrier.get(name).and_then(Value::as_i64);
        if let Some(longest) = seconds("MaxDelaySeconds")
            && longest <= seconds("IntervalSeconds").unwrap_or(1)
        {
            check.error(
                &format!("{at}[{place}]/MaxDelaySeconds"),
                "MaxDelaySeconds must be greater than IntervalSeconds",
            );
        }
    }
}

/// Checks a `Catch`.
pub(super) fn catch(catchers: &[Value], at: &str, site: Site, check: &mut Check<'_>) {
    each(catchers, at, site, &CATCHER, check);
}

fn each(items: &[Value], at: &str, site: Site, schema: &Schema, check: &mut Check<'_>) {
    for (place, item) in items.iter().enumerate() {
        let at = format!("{at}[{place}]");
        let Some(fields) = item.as_object() else {
            check.error(&at, "Expected value of type Object");
            continue;
        };
        check.object(fields, &at, site, schema);
        let names = fields.get("ErrorEquals").and_then(Value::as_array);
        error_names(names, &format!("{at}/ErrorEquals"), place + 1 == items.len(), check);
    }
}

/// `States.ALL` stands alone in the last of them, and so does `States.TaskFailed` not: it may stand
/// with others.
fn error_names(names: Option<&Vec<Value>>, at: &str, is_last: bool, check: &mut Check<'_>) {
    let Some(names) = names else { return };
    if names.is_empty() {
        check.error(at, "ErrorEquals must not be empty");
    }
    if !names.iter().any(|name| name == "States.ALL") {
        return;
    }
    if names.len() > 1 {
        check.error(at, "'States.ALL' must appear alone");
    }
    if !is_last {
        check.error(at, "'States.ALL' must appear in the last element");
    }
}
