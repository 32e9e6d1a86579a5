//! Values that states hand on: shared, never copied, and written as text at most once.

use std::{
    fmt,
    ops::Deref,
    sync::{Arc, OnceLock},
};

use serde_json::Value;

use crate::{history::Text, limits::MAX_DATA_BYTES, weight::exceeds};

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
        exceeds(&self.0.value, MAX_DATA_BYTES)
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
