//! Small pieces that the macros' code is made of.

use serde::Serialize;
use serde_json::Value;

/// A `Result`, also under another name: what a function that returns one succeeds and fails with.
pub trait IsResult {
    /// What it succeeds with.
    type Ok;
    /// What it fails with.
    type Err;
}

impl<T, E> IsResult for Result<T, E> {
    type Ok = T;
    type Err = E;
}

/// A value as JSON text.
///
/// # Errors
///
/// When serde cannot write it, such as a map whose keys are no strings.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(value)
}

/// A constant in a pattern as JSON; `null` where it has no JSON form.
pub fn json<T: Serialize + ?Sized>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The JSON text of an object, written field by field.
#[derive(Debug)]
pub struct JsonObject {
    text: Result<String, serde_json::Error>,
}

impl Default for JsonObject {
    fn default() -> Self {
        Self::new()
    }
}

impl JsonObject {
    /// An empty object.
    pub fn new() -> Self {
        Self { text: Ok(String::from("{")) }
    }

    /// Adds a field. `name` is an identifier, which needs no escapes.
    #[must_use]
    pub fn field<T: Serialize + ?Sized>(mut self, name: &str, value: &T) -> Self {
        if let Ok(text) = &mut self.text {
            match serde_json::to_string(value) {
                Ok(value) => {
                    if text.len() > 1 {
                        text.push(',');
                    }
                    text.push('"');
                    text.push_str(name);
                    text.push_str("\":");
                    text.push_str(&value);
                }
                Err(error) => self.text = Err(error),
            }
        }
        self
    }

    /// The text.
    ///
    /// # Errors
    ///
    /// When serde cannot write one of the fields.
    pub fn finish(self) -> Result<String, serde_json::Error> {
        self.text.map(|mut text| {
            text.push('}');
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_written_field_by_field() {
        let text = JsonObject::new().field("a", &1).field("b", &"x").finish().unwrap();
        assert_eq!(text, r#"{"a":1,"b":"x"}"#);
        assert_eq!(JsonObject::new().finish().unwrap(), "{}");
    }
}
