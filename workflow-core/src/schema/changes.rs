//! What a change of a workflow breaks, read from its schema before and after.

use std::fmt;

use serde_json::{Map, Value};

/// A change that breaks something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Who notices.
    pub affected: Affected,
    /// What changed, with the path to it.
    pub what: String,
}

/// Who notices a change that breaks something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Affected {
    /// Who starts executions, and who reads how they ended.
    Callers,
    /// Executions that were started before: they keep their definition, which calls functions as it always
    /// did. They notice unless the definition names versions of its functions.
    InFlight,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whom = match self.affected {
            Affected::Callers => "callers",
            Affected::InFlight => "executions in flight",
        };
        write!(f, "breaks {whom}: {}", self.what)
    }
}

/// What a workflow's schema, as [`of`](super::of) writes it, breaks of what it said before: an input or a
/// payload that is refused now, an output or a result that is new, an error name or a function that is gone.
///
/// ```
/// use serde_json::json;
/// use workflow_core::schema::changes;
///
/// let schema = |quantity: &str| json!({ "$defs": { "input": {
///     "type": "object", "properties": { "quantity": { "type": quantity } },
/// }}});
/// assert_eq!(changes(&schema("integer"), &schema("number")), []);
/// let change = &changes(&schema("number"), &schema("integer"))[0];
/// assert_eq!(change.to_string(), "breaks callers: input.quantity: was number, is integer");
/// ```
pub fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let empty = Map::new();
    let defs = |schema: &Value| schema.get("$defs").and_then(Value::as_object).cloned();
    let (old, new) = (defs(before).unwrap_or_default(), defs(after).unwrap_or(empty));
    let mut changes = Vec::new();
    for (name, schema) in &old {
        let (subject, part) = name.rsplit_once('.').unwrap_or(("", name));
        let affected = if subject.is_empty() { Affected::Callers } else { Affected::InFlight };
        let mut add = |what: String| changes.push(Change { affected, what });
        match (part, new.get(name)) {
            ("input" | "payload", Some(now)) => {
                lost(&Side { defs: &old, schema }, &Side { defs: &new, schema: now }, name, &mut Vec::new())
                    .into_iter()
                    .for_each(&mut add);
            }
            ("output" | "result", Some(now)) => {
                let new = Side { defs: &new, schema: now };
                let lost = lost(&new, &Side { defs: &old, schema }, name, &mut Vec::new());
                lost.into_iter().for_each(|what| add(reversed(&what)));
            }
            ("errors", Some(now)) => {
                let names = |schema: &Value| schema["enum"].as_array().cloned().unwrap_or_default();
                let now = names(now);
                for gone in names(schema).iter().filter(|error| !now.contains(error)) {
                    let error = gone.as_str().unwrap_or_default();
                    add(match subject {
                        "" => format!("the error `{error}` is gone"),
                        _ => format!("the error `{error}` of `{subject}` is gone"),
                    });
                }
            }
            ("payload", None) => add(format!("the function `{subject}` is gone")),
            _ => {}
        }
    }
    changes
}

/// A schema and the types that it refers to.
#[derive(Clone, Copy)]
struct Side<'a> {
    defs: &'a Map<String, Value>,
    schema: &'a Value,
}

impl<'a> Side<'a> {
    fn at(self, schema: &'a Value) -> Self {
        Self { schema, ..self }
    }

    /// The schema itself, and the name under which it was found.
    fn resolved(self) -> (Self, Option<&'a str>) {
        let name = self.schema.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix("#/$defs/"));
        match name.and_then(|name| Some((name, self.defs.get(name)?))) {
            Some((name, schema)) => (self.at(schema), Some(name)),
            None => (self, None),
        }
    }

    fn list(self, key: &str) -> Option<&'a Vec<Value>> {
        self.schema.get(key)?.as_array()
    }

    fn is_required(self, key: &str) -> bool {
        self.list("required").is_some_and(|required| required.iter().any(|it| it == key))
    }

    /// The values that it allows, where they are few.
    fn values(self) -> Option<Vec<&'a Value>> {
        match self.schema.get("const") {
            Some(value) => Some(vec![value]),
            None => Some(self.list("enum")?.iter().collect()),
        }
    }
}

/// Why a value that `from` allows may be refused by `to`.
fn lost<'a>(
    from: &Side<'a>,
    to: &Side<'a>,
    path: &str,
    assumed: &mut Vec<(&'a str, &'a str)>,
) -> Vec<String> {
    let (from, from_name) = from.resolved();
    let (to, to_name) = to.resolved();
    if let (Some(from), Some(to)) = (from_name, to_name) {
        // A type that holds itself is compared once.
        if assumed.contains(&(from, to)) {
            return Vec::new();
        }
        assumed.push((from, to));
    }
    if to.schema.as_object().is_none_or(Map::is_empty) && to.schema != &Value::Bool(false) {
        return Vec::new();
    }
    if let Some(alternatives) = from.list("anyOf") {
        let each = alternatives.iter().flat_map(|one| lost(&from.at(one), &to, path, assumed));
        return each.collect();
    }
    if let Some(alternatives) = to.list("anyOf") {
        let tried: Vec<Vec<String>> =
            alternatives.iter().map(|one| lost(&from, &to.at(one), path, &mut assumed.clone())).collect();
        // The alternative that comes closest says best what is wrong.
        return match tried.iter().any(Vec::is_empty) {
            true => Vec::new(),
            false => tried.into_iter().min_by_key(Vec::len).unwrap_or_default(),
        };
    }
    if let Some(values) = from.values() {
        let refused = values.into_iter().filter(|value| !allows(&to, value));
        return refused.map(|value| format!("{path}: {value} is not allowed any more")).collect();
    }
    if to.values().is_some() {
        return vec![format!("{path}: was {}, is one of a few values", kind(&from))];
    }
    if let Some(parts) = to.list("allOf") {
        return parts.iter().flat_map(|part| lost(&from, &to.at(part), path, assumed)).collect();
    }
    if let Some(parts) = from.list("allOf") {
        let tried = parts.iter().map(|part| lost(&from.at(part), &to, path, &mut assumed.clone()));
        return tried.min_by_key(Vec::len).unwrap_or_default();
    }
    let (was, is) = (kind(&from), kind(&to));
    if was != is && (was, is) != ("integer", "number") {
        return vec![format!("{path}: was {was}, is {is}")];
    }
    match is {
        "integer" => bounds(&from, &to, path),
        "array" => array(&from, &to, path, assumed),
        "object" => object(&from, &to, path, assumed),
        _ => Vec::new(),
    }
}

/// What a schema allows, in a word.
fn kind<'a>(side: &Side<'a>) -> &'a str {
    side.schema.get("type").and_then(Value::as_str).unwrap_or("anything")
}

/// Whether a schema allows a text.
fn allows(side: &Side<'_>, value: &Value) -> bool {
    let (side, _) = side.resolved();
    if let Some(alternatives) = side.list("anyOf") {
        return alternatives.iter().any(|one| allows(&side.at(one), value));
    }
    match side.values() {
        Some(values) => values.contains(&value),
        None => ["string", "anything"].contains(&kind(&side)),
    }
}

fn bounds(from: &Side<'_>, to: &Side<'_>, path: &str) -> Vec<String> {
    let bound = |side: &Side<'_>, key: &str| side.schema.get(key).and_then(Value::as_f64);
    let mut lost = Vec::new();
    for (key, words, narrower) in [
        ("minimum", "the least was", f64::gt as fn(&f64, &f64) -> bool),
        ("maximum", "the most was", f64::lt as fn(&f64, &f64) -> bool),
    ] {
        if let Some(now) = bound(to, key)
            && bound(from, key).is_none_or(|before| narrower(&now, &before))
        {
            let text = |side: &Side<'_>| side.schema.get(key).map_or("nothing".to_owned(), Value::to_string);
            lost.push(format!("{path}: {words} {}, is {}", text(from), text(to)));
        }
    }
    lost
}

fn array<'a>(
    from: &Side<'a>,
    to: &Side<'a>,
    path: &str,
    assumed: &mut Vec<(&'a str, &'a str)>,
) -> Vec<String> {
    match (from.list("prefixItems"), to.list("prefixItems")) {
        (Some(before), Some(now)) if before.len() == now.len() => {
            let pairs = before.iter().zip(now).enumerate();
            pairs
                .flat_map(|(at, (before, now))| {
                    lost(&from.at(before), &to.at(now), &format!("{path}[{at}]"), assumed)
                })
                .collect()
        }
        (Some(before), Some(now)) => {
            vec![format!("{path}: had {} elements, has {}", before.len(), now.len())]
        }
        (None, Some(now)) => vec![format!("{path}: had any number of elements, has {}", now.len())],
        (before, None) => {
            let Some(items) = to.schema.get("items") else { return Vec::new() };
            let before =
                before.into_iter().flatten().chain(from.schema.get("items").filter(|it| it.is_object()));
            let inside = format!("{path}[]");
            before.flat_map(|before| lost(&from.at(before), &to.at(items), &inside, assumed)).collect()
        }
    }
}

fn object<'a>(
    from: &Side<'a>,
    to: &Side<'a>,
    path: &str,
    assumed: &mut Vec<(&'a str, &'a str)>,
) -> Vec<String> {
    let properties = |side: &Side<'a>| side.schema.get("properties").and_then(Value::as_object);
    let mut found = Vec::new();
    let required = to.list("required").into_iter().flatten().filter_map(Value::as_str);
    for key in required.filter(|key| !from.is_required(key)) {
        found.push(format!("{path}.{key}: could be absent, must be there"));
    }
    for (key, before) in properties(from).into_iter().flatten() {
        let inside = format!("{path}.{key}");
        match properties(to).and_then(|now| now.get(key)).or_else(|| to.schema.get("additionalProperties")) {
            Some(Value::Bool(false)) => found.push(format!("{inside}: is not allowed any more")),
            Some(now) => found.extend(lost(&from.at(before), &to.at(now), &inside, assumed)),
            // serde passes over a key that it does not know.
            None => {}
        }
    }
    let more = |side: &Side<'a>| side.schema.get("additionalProperties").filter(|it| it.is_object());
    if let (Some(before), Some(now)) = (more(from), more(to)) {
        found.extend(lost(&from.at(before), &to.at(now), &format!("{path}{{}}"), assumed));
    }
    found
}

/// The words for what is written instead of read: the comparison was made the other way round.
fn reversed(what: &str) -> String {
    let (path, what) = what.split_once(": ").unwrap_or(("", what));
    if let Some((was, is)) = what.strip_prefix("was ").and_then(|rest| rest.split_once(", is ")) {
        return format!("{path}: was {is}, is {was}");
    }
    for words in ["the least was", "the most was"] {
        if let Some((was, is)) = what.strip_prefix(words).and_then(|rest| rest.split_once(", is ")) {
            return format!("{path}: {words} {is}, is{was}");
        }
    }
    if let Some((had, has)) = what.strip_prefix("had ").and_then(|rest| rest.split_once(", has ")) {
        return format!("{path}: had {has}, has {had}");
    }
    match what.strip_suffix(" is not allowed any more") {
        Some(value) => format!("{path}: {value} may be there now"),
        None if what == "is not allowed any more" => format!("{path}: may be there now"),
        None if what == "could be absent, must be there" => {
            format!("{path}: was always there, may be absent")
        }
        None => format!("{path}: {what}"),
    }
}
