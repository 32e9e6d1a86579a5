//! The rules of a Choice state.
//!
//! (<https://states-language.net/#choice-state>)

use serde_json::{Map, Value};

use super::{
    expression::PathRule,
    fields::{Field, Schema, both, jsonata, path, required},
    machine::{Check, Language, Site},
    values::Kind::{self, Assign, Boolean, Condition, Path, PlainNumber, Template, Text, Timestamp},
};

const COMMENT: Field = both("Comment", Text);
const NEXT: Field = required("Next", Text);

/// A rule in JSONata.
const CONDITION: Schema = Schema {
    fields: &[
        Field { is_required: true, ..jsonata("Condition", Condition) },
        NEXT,
        COMMENT,
        jsonata("Output", Template),
        both("Assign", Assign),
    ],
    exclusive: &[],
    one_of: &[],
};

/// The fields of a rule in JSONPath beside its test; one inside another has fewer.
const RULE: [Field; 3] = [NEXT, COMMENT, both("Assign", Assign)];

const VARIABLE: Field = path("Variable", Path(PathRule::Any));

/// Checks `Choices`.
pub(super) fn rules(rules: &[Value], at: &str, site: Site, check: &mut Check<'_>) {
    if rules.is_empty() {
        check.error(at, "Choices must not be empty");
    }
    for (place, rule) in rules.iter().enumerate() {
        let at = format!("{at}[{place}]");
        match (rule.as_object(), site.language) {
            (Some(fields), Language::Jsonata) => check.object(fields, &at, site, &CONDITION),
            (Some(fields), Language::JsonPath) => test(fields, &at, true, site, check),
            (None, _) => check.error(&at, "Expected value of type Object"),
        }
    }
}

/// Checks a rule, or a test inside one.
fn test(fields: &Map<String, Value>, at: &str, is_rule: bool, site: Site, check: &mut Check<'_>) {
    let mut operators = Vec::new();
    for (name, value) in fields {
        let field = RULE.iter().find(|field| field.name == name);
        let at_field = format!("{at}/{name}");
        match (name.as_str(), field) {
            (_, Some(field)) if is_rule || name == "Comment" => field.kind.check(value, &at_field, site, check),
            ("Variable", _) => VARIABLE.kind.check(value, &at_field, site, check),
            ("And" | "Or", _) => {
                operators.push(name.as_str());
                match value.as_array() {
                    Some(tests) if !tests.is_empty() => tests.iter().enumerate().for_each(|(place, inner)| {
                        inside(inner, &format!("{at_field}[{place}]"), site, check);
                    }),
                    Some(_) => check.error(&at_field, format!("{name} must not be empty")),
                    None => check.error(&at_field, "Expected value of type Array"),
                }
            }
            ("Not", _) => {
                operators.push("Not");
                inside(value, &at_field, site, check);
            }
            ("Condition", _) => check.error(
                at,
                "The QueryLanguage is set to 'JSONPath', but field 'Condition' is only supported for the 'JSONata' QueryLanguage",
            ),
            _ => match comparison(name) {
                Some(kind) => {
                    operators.push(name.as_str());
                    kind.check(value, &at_field, site, check);
                }
                None => check.error(at, format!("Field '{name}' is not supported")),
            },
        }
    }
    if is_rule && !fields.contains_key("Next") {
        check.error(at, "These fields are required: [Next]");
    }
    let compares = !operators.iter().any(|name| matches!(*name, "And" | "Or" | "Not"));
    match operators.as_slice() {
        [] => check.error(at, "A rule must have a comparison operator"),
        [_] if compares && !fields.contains_key("Variable") => {
            check.error(at, "These fields are required: [Variable]");
        }
        [_] => {}
        several => {
            check.error(
                at,
                format!("There should only be one of the following fields: [{}]", several.join(", ")),
            );
        }
    }
}

fn inside(value: &Value, at: &str, site: Site, check: &mut Check<'_>) {
    match value.as_object() {
        Some(fields) => test(fields, at, false, site, check),
        None => check.error(at, "Expected value of type Object"),
    }
}

/// What a comparison operator compares with; none where there is no such operator.
fn comparison(name: &str) -> Option<Kind> {
    if matches!(name, "IsBoolean" | "IsNull" | "IsNumeric" | "IsPresent" | "IsString" | "IsTimestamp") {
        return Some(Boolean);
    }
    let (operator, is_path) = name.strip_suffix("Path").map_or((name, false), |operator| (operator, true));
    let (kind, operator) = [
        ("Boolean", Boolean),
        ("Numeric", PlainNumber(f64::MIN, f64::MAX)),
        ("String", Text),
        ("Timestamp", Timestamp),
    ]
    .into_iter()
    .find_map(|(prefix, kind)| operator.strip_prefix(prefix).map(|operator| (kind, operator)))?;
    let is_known = match (operator, kind) {
        ("Equals", _) => true,
        ("Matches", Text) => !is_path,
        (_, Boolean) => false,
        ("LessThan" | "LessThanEquals" | "GreaterThan" | "GreaterThanEquals", _) => true,
        _ => false,
    };
    is_known.then_some(if is_path { Path(PathRule::Any) } else { kind })
}
