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

    /// Whether its text is longer than a state may hand on.
    pub(super) fn is_too_large(&self) -> bool {
        match self.0.text.get() {
            Some(text) => text.len() > MAX_DATA_BYTES,
            None => exceeds(&self.0.value, MAX_DATA_BYTES),
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

/// Whether a value has more than so many bytes as text. Most values are far smaller, which a rough
/// count tells.
pub(super) fn exceeds(value: &Value, limit: usize) -> bool {
    let mut left = limit;
    if at_most(value, &mut left) {
        return false;
    }
    text_length(value) > limit
}

/// Subtracts the most that a value's text can have from what is left; `false` where it is not enough.
fn at_most(value: &Value, left: &mut usize) -> bool {
    let cost = match value {
        Value::Null | Value::Bool(_) => 6,
        Value::Number(_) => 25,
        Value::String(text) => text.len().saturating_mul(6) + 3,
        Value::Array(items) => {
            return take(left, 2) && items.iter().all(|item| take(left, 1) && at_most(item, left));
        }
        Value::Object(entries) => {
            return take(left, 2)
                && entries
                    .iter()
                    .all(|(key, item)| take(left, key.len().saturating_mul(6) + 4) && at_most(item, left));
        }
    };
    take(left, cost)
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
