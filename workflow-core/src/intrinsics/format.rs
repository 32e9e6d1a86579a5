//! `States.Format`, which prints values as Java prints its own.

use std::{borrow::Cow, fmt::Write as _};

use serde_json::Value;

use crate::weight::Budget;

/// The template with a value in each `{}`.
pub(super) fn format(template: &str, values: &[Cow<'_, Value>]) -> Result<Value, String> {
    let mut room = Budget::new();
    if !values.iter().all(|value| room.takes(value)) {
        return Err("The text is too large".to_owned());
    }
    let mut text = String::with_capacity(template.len());
    let mut values = values.iter();
    let mut letters = template.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.peek() {
                Some('{' | '}' | '\\' | '\'') => text.extend(letters.next()),
                _ => text.push('\\'),
            },
            '{' if letters.peek() == Some(&'}') => {
                letters.next();
                let value = values.next().ok_or("The template has more {} than there are arguments")?;
                print(value, &mut text);
            }
            '{' | '}' => {
                return Err("The template has a brace that is neither part of {} nor escaped".to_owned());
            }
            _ => text.push(letter),
        }
    }
    if values.next().is_some() {
        return Err("The template has fewer {} than there are arguments".to_owned());
    }
    Ok(Value::String(text))
}

/// A value as Java's collections print it: `{Arg1=1, Arg2=[]}`.
fn print(value: &Value, text: &mut String) {
    match value {
        Value::String(value) => text.push_str(value),
        Value::Array(items) => {
            text.push('[');
            separated(items, text, print);
            text.push(']');
        }
        Value::Object(fields) => {
            text.push('{');
            separated(fields, text, |(name, value), text| {
                text.push_str(name);
                text.push('=');
                print(value, text);
            });
            text.push('}');
        }
        // Writing to a String cannot fail.
        _ => drop(write!(text, "{value}")),
    }
}

fn separated<T>(items: impl IntoIterator<Item = T>, text: &mut String, print: impl Fn(T, &mut String)) {
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            text.push_str(", ");
        }
        print(item, text);
    }
}
