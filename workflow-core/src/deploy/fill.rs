//! Texts with holes, `${Name}`, and what fills them.

use serde_json::Value;

/// The text with every hole filled that `value` knows; the others stay.
pub(super) fn holes(text: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, behind)) => {
                match value(name) {
                    Some(value) => filled.push_str(&value),
                    None => filled.push_str(&format!("${{{name}}}")),
                }
                rest = behind;
            }
            None => {
                filled.push_str("${");
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// The JSON with another text for each of its texts, keys among them.
pub(super) fn texts(json: &Value, text: &dyn Fn(&str) -> String) -> Value {
    match json {
        Value::String(old) => text(old).into(),
        Value::Array(elements) => elements.iter().map(|element| texts(element, text)).collect(),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (text(key), texts(value, text))).collect())
        }
        other => other.clone(),
    }
}
