//! The fields of an object in a definition, which know where they stand.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{DefinitionError, Parsed};
use crate::asl::substitution::is_substitution;

pub(super) struct Fields<'a> {
    fields: &'a Map<String, Value>,
    location: String,
}

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value, location: String) -> Parsed<Self> {
        match value {
            Value::Object(fields) => Ok(Self { fields, location }),
            _ => Err(DefinitionError::new(location, "expected an object")),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.fields.iter()
    }

    pub(super) fn required(&self, name: &str) -> Parsed<&'a Value> {
        self.get(name).ok_or_else(|| self.missing(name))
    }

    pub(super) fn text(&self, name: &str) -> Parsed<Option<&'a str>> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.error(name, "expected a text")),
        }
    }

    /// A whole number that is not negative.
    pub(super) fn whole(&self, name: &str) -> Parsed<Option<u64>> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.as_f64() {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
                Some(number) if number >= 0.0 && number.fract() == 0.0 && number < 1e15 => {
                    Ok(Some(number as u64))
                }
                _ => Err(self.unexpected(name, "expected a whole number that is not negative")),
            },
        }
    }

    /// The objects of a list.
    pub(super) fn list(&self, name: &str) -> Parsed<Option<Vec<Self>>> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(index, item)| Self::of(item, format!("{}/{index}", self.place(name))))
                .collect::<Parsed<_>>()
                .map(Some),
            Some(_) => Err(self.unexpected(name, "expected a list")),
        }
    }

    pub(super) fn object(&self, name: &str) -> Parsed<Option<Self>> {
        self.get(name).map(|value| Self::of(value, self.place(name))).transpose()
    }

    /// The number of a state that a field names.
    pub(super) fn state(&self, numbers: &HashMap<String, usize>, field: &str, name: &str) -> Parsed<usize> {
        numbers.get(name).copied().ok_or_else(|| self.error(field, format!("there is no state `{name}`")))
    }

    /// Where a field stands, as a JSON pointer; the object itself where the name is empty.
    pub(super) fn place(&self, name: &str) -> String {
        if name.is_empty() {
            return self.location.clone();
        }
        format!("{}/{}", self.location, name.replace('~', "~0").replace('/', "~1"))
    }

    pub(super) fn error(&self, name: &str, message: impl Into<String>) -> DefinitionError {
        DefinitionError::new(self.place(name), message)
    }

    /// A field holds something else than it must; one that a deployment fills in is told as such.
    pub(super) fn unexpected(&self, name: &str, expected: &str) -> DefinitionError {
        match self.get(name) {
            Some(Value::String(text)) if is_substitution(text) => {
                self.error(name, format!("{expected}; `{text}` has to be filled in before"))
            }
            _ => self.error(name, expected),
        }
    }

    pub(super) fn missing(&self, name: &str) -> DefinitionError {
        DefinitionError::new(self.place(""), format!("`{name}` is missing"))
    }
}
