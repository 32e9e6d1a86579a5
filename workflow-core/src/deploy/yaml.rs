//! JSON as YAML that people read: blocks, and quotes only where they are needed.

use std::fmt::Write as _;

use serde_json::Value;

/// A document, ending in a newline.
pub(super) fn document(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

fn block(value: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                // Writing to a string cannot fail.
                let _ = write!(text, "{:indent$}{}:", "", scalar(&Value::from(key.as_str())));
                behind(value, indent + 2, text);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                let _ = write!(text, "{:indent$}-", "");
                match element {
                    Value::Object(entries) if !entries.is_empty() => {
                        // The first entry stands beside the dash, the others below it.
                        let mut inner = String::new();
                        block(element, indent + 2, &mut inner);
                        text.push(' ');
                        text.push_str(inner.trim_start());
                    }
                    _ => behind(element, indent + 2, text),
                }
            }
        }
        _ => {}
    }
}

/// A value behind its key or its dash.
fn behind(value: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            text.push('\n');
            block(value, indent, text);
        }
        Value::Array(elements) if !elements.is_empty() => {
            text.push('\n');
            block(value, indent, text);
        }
        _ => {
            text.push(' ');
            text.push_str(&scalar(value));
            text.push('\n');
        }
    }
}

/// A value on one line. What YAML could read as anything but this text is in JSON's quotes, which YAML
/// understands.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is_plain(text: &str) -> bool {
    let starts = text.starts_with(|first: char| first.is_ascii_alphabetic() || "/$".contains(first));
    let inside = |character: char| character.is_ascii_alphanumeric() || " _-./:${}%()'+".contains(character);
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"];
    starts
        && text.chars().all(inside)
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !reserved.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn blocks_are_indented_and_only_what_needs_quotes_has_them() {
        let value = json!({
            "A": { "B": ["x", { "C": 1, "D": [] }, [true]] },
            "Version": "2012-10-17", "Star": "*", "No": "no", "Text": "a: b", "Plain": "arn:${X}:y/*".trim_end_matches('*'),
        });
        let expected = "\
A:
  B:
    - x
    - C: 1
      D: []
    -
      - true
Version: \"2012-10-17\"
Star: \"*\"
\"No\": \"no\"
Text: \"a: b\"
Plain: arn:${X}:y/
";
        assert_eq!(document(&value), expected);
    }
}
