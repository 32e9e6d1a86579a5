//! Values in Terraform's language, formatted as `terraform fmt` would.

use std::fmt::Write as _;

use serde_json::Value;

/// A value: a text that begins with `=` is an expression, any other is quoted with its `${..}` kept.
pub(super) fn value(json: &Value, indent: usize) -> String {
    match json {
        Value::String(text) => match text.strip_prefix('=') {
            Some(expression) => expression.to_owned(),
            None => quoted(text),
        },
        Value::Array(elements) if elements.is_empty() => "[]".to_owned(),
        Value::Array(elements) => {
            let inner = indent + 2;
            let lines = elements.iter().map(|element| format!("{:inner$}{},\n", "", value(element, inner)));
            format!("[\n{}{:indent$}]", lines.collect::<String>(), "")
        }
        Value::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Object(entries) => {
            let mut text = String::from("{\n");
            attributes(entries, indent + 2, &mut text);
            // Writing to a string cannot fail.
            let _ = write!(text, "{:indent$}}}", "");
            text
        }
        other => other.to_string(),
    }
}

/// `name = value` on lines of their own. The `=` of neighbours on one line each are aligned.
pub(super) fn attributes(entries: &serde_json::Map<String, Value>, indent: usize, text: &mut String) {
    let entries: Vec<(String, String)> =
        entries.iter().map(|(key, json)| (name(key), value(json, indent))).collect();
    let is_line = |entry: &(String, String)| !entry.1.contains('\n');
    let mut at = 0;
    while at < entries.len() {
        let run = entries[at..].iter().take_while(|entry| is_line(entry)).count();
        // A value of several lines is aligned with nothing.
        let end = at + run.max(1);
        let width = entries[at..end].iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        for (name, value) in &entries[at..end] {
            let _ = writeln!(text, "{:indent$}{name:width$} = {value}", "");
        }
        at = end;
    }
}

/// A key: bare where it is an identifier.
fn name(key: &str) -> String {
    let identifier = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if identifier { key.to_owned() } else { quoted(key) }
}

fn quoted(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace("%{", "%%{")
    )
}
