//! Values that states hand on: shared, never copied, and written as text at most once.

use std::{
    fmt, io,
    ops::Deref,
    sync::{Arc, OnceLock},
};

use serde_json::Value;

use crate::{history::Text, limits::MAX_DATA_BYTES};

/// A JSON value that is cheap to share.
#[derive(Clone)]
pub struct Data(Arc<Datum>);

struct Datum {
    value: Value,
    text: OnceLock<Text>,
}

impl Data {
    /// Shares a value.
    pub fn new(value: Value) -> Self {
        Self(Arc::new(Datum { value, text: OnceLock::new() }))
    }

    /// The value as JSON text, written when first asked for.
    pub fn text(&self) -> Text {
        let write = || Text::json(&self.0.value).unwrap_or(Text::Static("null"));
        self.0.text.get_or_init(write).clone()
    }

    /// The value, copied only where somebody else still has it.
    pub fn into_value(self) -> Value {
        match Arc::try_unwrap(self.0) {
            Ok(datum) => datum.value,
            Err(shared) => shared.value.clone(),
        }
    }

    /// Whether two are the same value in memory.
    pub(super) fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether its text is longer than a state may hand on, or it nests too deep.
    pub(super) fn is_too_large(&self) -> bool {
        match self.0.text.get() {
            Some(text) if text.len() > MAX_DATA_BYTES => true,
            _ => exceeds(&self.0.value, MAX_DATA_BYTES),
        }
    }
}

impl Deref for Data {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0.value
    }
}

impl From<Value> for Data {
    fn from(value: Value) -> Self {
        Self::new(value)
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.value.fmt(f)
    }
}

/// How deep a value may nest that a state hands on. AWS has a limit as well; without one, a loop could
/// build a value that no stack can walk.
const MAX_DEPTH: usize = 512;

/// Whether a value has more than so many bytes as text, or nests too deep. Most values are far smaller,
/// which a rough count tells.
pub(super) fn exceeds(value: &Value, limit: usize) -> bool {
    let mut left = limit;
    match fits(value, &mut left, MAX_DEPTH) {
        Fits::Yes => false,
        Fits::TooDeep => true,
        Fits::Perhaps => too_deep(value, MAX_DEPTH) || text_length(value) > limit,
    }
}

#[derive(PartialEq)]
enum Fits {
    Yes,
    Perhaps,
    TooDeep,
}

/// Subtracts the most that a value's text can have from what is left.
fn fits(value: &Value, left: &mut usize, depth: usize) -> Fits {
    let Some(inner) = depth.checked_sub(1) else { return Fits::TooDeep };
    let cost = match value {
        Value::Null | Value::Bool(_) => 6,
        Value::Number(_) => 25,
        Value::String(text) => text.len().saturating_mul(6) + 3,
        Value::Array(items) => items.len() + 2,
        Value::Object(entries) => {
            entries.keys().map(|key| key.len().saturating_mul(6) + 4).fold(2, usize::saturating_add)
        }
    };
    if !take(left, cost) {
        return Fits::Perhaps;
    }
    let unfit = |fits: &Fits| *fits != Fits::Yes;
    match value {
        Value::Array(items) => items.iter().map(|item| fits(item, left, inner)).find(unfit),
        Value::Object(entries) => entries.values().map(|item| fits(item, left, inner)).find(unfit),
        _ => None,
    }
    .unwrap_or(Fits::Yes)
}

fn too_deep(value: &Value, depth: usize) -> bool {
    let Some(inner) = depth.checked_sub(1) else { return true };
    match value {
        Value::Array(items) => items.iter().any(|item| too_deep(item, inner)),
        Value::Object(entries) => entries.values().any(|item| too_deep(item, inner)),
        _ => false,
    }
}

fn take(left: &mut usize, cost: usize) -> bool {
    match left.checked_sub(cost) {
        Some(rest) => {
            *left = rest;
            true
        }
        None => false,
    }
}

/// How many bytes a value has as JSON text.
pub(super) fn text_length(value: &Value) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    match serde_json::to_writer(&mut count, value) {
        Ok(()) => count.0,
        Err(_) => usize::MAX,
    }
}
