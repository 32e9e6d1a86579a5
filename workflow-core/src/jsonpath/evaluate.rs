//! A path applied to a value.

use std::{borrow::Cow, cell::Cell, fmt::Write as _};

use serde_json::{Number, Value};

use super::{
    Path, PathNotFound,
    path::{Function, Step},
};
use crate::weight::Budget;

/// How many values one evaluation may look at: many times those of the largest document that there is, and few
/// enough that `$..*..*..*` comes to an end.
const STEPS: u32 = 2_000_000;

/// How many values an evaluation may still look at, its filters among them.
pub(super) struct Left(Cell<u32>);

impl Left {
    pub(super) fn new() -> Self {
        Self(Cell::new(STEPS))
    }

    /// Whether an evaluation was stopped for it.
    pub(super) fn is_used_up(&self) -> bool {
        self.0.get() == 0
    }

    fn step(&self) -> Result<(), PathNotFound> {
        match self.0.get().checked_sub(1) {
            Some(left) => {
                self.0.set(left);
                Ok(())
            }
            None => Err(not_found(format!("The path leads to more than {STEPS} values"))),
        }
    }
}

/// The value at the end of a path from `root`; filters see `document` as `$`.
pub(super) fn apply<'a>(
    path: &Path,
    root: &'a Value,
    document: &'a Value,
    left: &Left,
) -> Result<Cow<'a, Value>, PathNotFound> {
    if path.definite
        && let Some(value) = direct(&path.steps, root)
    {
        return Ok(Cow::Borrowed(value));
    }
    let (steps, of_all) = match path.steps.split_last() {
        Some((Step::Function(function), before)) if before.iter().any(|step| matches!(step, Step::Scan)) => {
            (before, Some(*function))
        }
        _ => (path.steps.as_slice(), None),
    };
    let mut walk = Walk { steps, document, left, found: Vec::new() };
    walk.step(root, 0, true)?;
    let nothing = || PathNotFound { message: format!("No results for path: {}", canonical(&path.steps)) };
    let found = walk.found;
    let mut room = Budget::new();
    if found.len() > 1 && !found.iter().all(|value| room.takes(value)) {
        left.0.set(0);
        return Err(not_found("What the path leads to is too large".to_owned()));
    }
    if let Some(function) = of_all {
        let list = Value::Array(found.into_iter().map(Cow::into_owned).collect());
        return call(function, &list).map(Cow::Owned).ok_or_else(nothing);
    }
    if path.definite {
        return found.into_iter().next().ok_or_else(nothing);
    }
    Ok(Cow::Owned(Value::Array(found.into_iter().map(Cow::into_owned).collect())))
}

/// The value behind names and indexes alone, if there is one.
fn direct<'a>(steps: &[Step], root: &'a Value) -> Option<&'a Value> {
    steps.iter().try_fold(root, |value, step| match step {
        Step::Name(name) => value.as_object()?.get(name),
        Step::Index(index) => at(value.as_array()?, *index),
        _ => None,
    })
}

/// The item at an index, which counts from the end where negative.
fn at(items: &[Value], index: i64) -> Option<&Value> {
    let place = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 {
        items.len().checked_sub(place).and_then(|place| items.get(place))
    } else {
        items.get(place)
    }
}

struct Walk<'p, 'a> {
    steps: &'p [Step],
    document: &'a Value,
    left: &'p Left,
    found: Vec<Cow<'a, Value>>,
}

impl<'a> Walk<'_, 'a> {
    /// Applies the step at a place and all behind it. `definite` says whether those before it lead to
    /// this one value: only then is anything missing an error.
    fn step(&mut self, value: &'a Value, place: usize, definite: bool) -> Result<(), PathNotFound> {
        self.left.step()?;
        let Some(step) = self.steps.get(place) else {
            self.found.push(Cow::Borrowed(value));
            return Ok(());
        };
        let (next, is_last) = (place + 1, place + 1 == self.steps.len());
        match (step, value) {
            (Step::Name(name), Value::Object(fields)) => match fields.get(name) {
                Some(value) => self.step(value, next, definite),
                None if is_last || !definite => Ok(()),
                None => {
                    Err(not_found(format!("Missing property in path {}", canonical(&self.steps[..next]))))
                }
            },
            (Step::Names(names), Value::Object(fields)) => {
                let found = names.iter().filter_map(|name| fields.get(name).map(|value| (name, value)));
                if is_last {
                    let merged = found.map(|(name, value)| (name.clone(), value.clone())).collect();
                    self.found.push(Cow::Owned(Value::Object(merged)));
                    return Ok(());
                }
                found.into_iter().try_for_each(|(_, value)| self.step(value, next, false))
            }
            (Step::Name(_) | Step::Names(_), _) if definite => Err(not_found(format!(
                "Expected to find an object with property {} in path {} but found '{}'. This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.",
                &canonical(&self.steps[place..next])[1..],
                canonical(&self.steps[..place]),
                java_class(value),
            ))),
            (Step::Index(index), Value::Array(items)) => {
                at(items, *index).map_or(Ok(()), |value| self.step(value, next, definite))
            }
            (Step::Indexes(indexes), Value::Array(items)) => indexes
                .iter()
                .filter_map(|index| at(items, *index))
                .try_for_each(|value| self.step(value, next, false)),
            (Step::Slice(from, to), Value::Array(items)) => items[slice(items.len(), *from, *to)]
                .iter()
                .try_for_each(|value| self.step(value, next, false)),
            (Step::Index(_) | Step::Indexes(_) | Step::Slice(..), Value::Null) if definite => {
                Err(not_found(format!("The path {} is null", canonical(&self.steps[..place]))))
            }
            (Step::Index(_) | Step::Indexes(_) | Step::Slice(..), other) if definite => {
                Err(not_found(format!(
                    "Filter: {} can only be applied to arrays. Current context is: {other}",
                    &canonical(&self.steps[place..next])[1..]
                )))
            }
            (Step::Wildcard, Value::Array(items)) => {
                items.iter().try_for_each(|value| self.step(value, next, false))
            }
            (Step::Wildcard, Value::Object(fields)) => {
                fields.values().try_for_each(|value| self.step(value, next, false))
            }
            (Step::Filter(filter), Value::Array(items)) => items
                .iter()
                .filter(|item| filter.accepts(item, self.document, self.left))
                .try_for_each(|item| self.step(item, next, false)),
            (Step::Filter(filter), Value::Object(_)) if filter.accepts(value, self.document, self.left) => {
                self.step(value, next, false)
            }
            (Step::Scan, _) => self.scan(value, next),
            (Step::Function(function), _) => {
                self.found.extend(call(*function, value).map(Cow::Owned));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Applies the step at a place to a value and to everything in it, a container before its content.
    fn scan(&mut self, value: &'a Value, place: usize) -> Result<(), PathNotFound> {
        self.left.step()?;
        let applies = match (&self.steps[place], value) {
            (Step::Names(names), Value::Object(fields)) => names.iter().all(|name| fields.contains_key(name)),
            (Step::Filter(filter), _) => filter.accepts(value, self.document, self.left),
            _ => true,
        };
        match value {
            Value::Array(items) => {
                if applies {
                    self.step(value, place, false)?;
                }
                items.iter().try_for_each(|item| self.scan(item, place))
            }
            Value::Object(fields) => {
                if applies {
                    self.step(value, place, false)?;
                }
                fields.values().try_for_each(|field| self.scan(field, place))
            }
            _ => Ok(()),
        }
    }
}

fn not_found(message: String) -> PathNotFound {
    PathNotFound { message }
}

/// The places that a slice covers.
fn slice(length: usize, from: Option<i64>, to: Option<i64>) -> std::ops::Range<usize> {
    let place = |bound: i64| {
        let distance = usize::try_from(bound.unsigned_abs()).unwrap_or(usize::MAX);
        if bound < 0 { length.saturating_sub(distance) } else { distance.min(length) }
    };
    let from = from.map_or(0, place);
    let to = to.map_or(length, place);
    from..to.max(from)
}

fn java_class(value: &Value) -> &'static str {
    match value {
        Value::Null => "com.fasterxml.jackson.databind.node.NullNode",
        Value::Bool(_) => "com.fasterxml.jackson.databind.node.BooleanNode",
        Value::Number(number) if number.is_f64() => "com.fasterxml.jackson.databind.node.DoubleNode",
        Value::Number(_) => "com.fasterxml.jackson.databind.node.IntNode",
        Value::String(_) => "com.fasterxml.jackson.databind.node.TextNode",
        Value::Array(_) => "com.fasterxml.jackson.databind.node.ArrayNode",
        Value::Object(_) => "com.fasterxml.jackson.databind.node.ObjectNode",
    }
}

/// Calls a function; none where it has no meaning for the value.
fn call(function: Function, value: &Value) -> Option<Value> {
    let items = value.as_array();
    let numbers = || items.map(|items| items.iter().filter_map(Value::as_f64).collect::<Vec<_>>());
    let of_numbers = |compute: &dyn Fn(&[f64]) -> f64| {
        let numbers = numbers().filter(|numbers| !numbers.is_empty())?;
        Number::from_f64(compute(&numbers)).map(Value::Number)
    };
    match function {
        Function::Length => match value {
            Value::Array(items) => Some(items.len().into()),
            Value::Object(fields) => Some(fields.len().into()),
            _ => None,
        },
        Function::Keys => {
            value.as_object().map(|fields| fields.keys().map(|name| Value::String(name.clone())).collect())
        }
        Function::First => items?.first().cloned(),
        Function::Last => items?.last().cloned(),
        Function::Min => of_numbers(&|numbers| numbers.iter().copied().fold(f64::INFINITY, f64::min)),
        Function::Max => of_numbers(&|numbers| numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
        Function::Sum => of_numbers(&|numbers| numbers.iter().sum()),
        Function::Average => of_numbers(&mean),
        Function::Deviation => of_numbers(&|numbers| {
            let squares: Vec<f64> = numbers.iter().map(|number| number * number).collect();
            (mean(&squares) - mean(numbers).powi(2)).max(0.0).sqrt()
        }),
    }
}

fn mean(numbers: &[f64]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no list is as long as 2^53")]
    let count = numbers.len() as f64;
    numbers.iter().sum::<f64>() / count
}

/// Steps in the one notation that Jayway shows them in.
pub(super) fn canonical(steps: &[Step]) -> String {
    let mut text = "$".to_owned();
    for step in steps {
        // Writing to a String cannot fail.
        let _ = match step {
            Step::Name(name) => write!(text, "['{name}']"),
            Step::Names(names) => write!(text, "['{}']", names.join("','")),
            Step::Index(index) => write!(text, "[{index}]"),
            Step::Indexes(indexes) => {
                let indexes: Vec<String> = indexes.iter().map(i64::to_string).collect();
                write!(text, "[{}]", indexes.join(","))
            }
            Step::Slice(from, to) => {
                let bound = |bound: &Option<i64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
                write!(text, "[{}:{}]", bound(from), bound(to))
            }
            Step::Wildcard => write!(text, "[*]"),
            Step::Scan => write!(text, ".."),
            Step::Filter(_) => write!(text, "[?]"),
            Step::Function(function) => write!(text, ".{function:?}()").map(|()| text.make_ascii_lowercase()),
        };
    }
    text
}
