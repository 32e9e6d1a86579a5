//! What a definition leaves to its deployment: `${Name}`, as `DefinitionSubstitutions` of AWS SAM and
//! CloudFormation, and `templatefile` of Terraform, fill it in.
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html>)
//!
//! One that stands in quotes is a text like any other. One without, such as
//! `"MaxConcurrency": ${Workers}`, keeps the definition from being JSON until it is filled in.

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use serde_json::Value;

/// Fills values in, also inside of texts. What has no value stays as it is.
///
/// ```
/// use workflow_core::asl::substitution;
///
/// let values = [("Workers".to_owned(), "4".to_owned())].into();
/// assert_eq!(substitution::fill(r#"{"MaxConcurrency": ${Workers}}"#, &values), r#"{"MaxConcurrency": 4}"#);
/// ```
pub fn fill(text: &str, values: &BTreeMap<String, String>) -> String {
    replace(text, |found| values.get(found.name).cloned()).into_owned()
}

/// Puts quotes around what stands outside of quotes, so that the rest can be read.
pub fn quoted(text: &str) -> Cow<'_, str> {
    replace(text, |found| {
        let whole = &text[found.place.clone()];
        (!found.is_quoted).then(|| Value::from(whole).to_string())
    })
}

/// The first that stands outside of quotes, with its braces.
pub fn first_unquoted(text: &str) -> Option<&str> {
    let mut scanner = Scanner { text, at: 0, is_quoted: false };
    scanner.find(|found| !found.is_quoted).map(|found| &text[found.place])
}

/// Whether a text is nothing but what a deployment fills in, which may then be of any type.
pub fn is_substitution(text: &str) -> bool {
    text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| !name.contains("${"))
}

fn replace<'a>(text: &'a str, value: impl Fn(&Found<'a>) -> Option<String>) -> Cow<'a, str> {
    let mut filled = String::new();
    let mut copied = 0;
    for found in (Scanner { text, at: 0, is_quoted: false }) {
        if let Some(value) = value(&found) {
            filled.push_str(&text[copied..found.place.start]);
            filled.push_str(&value);
            copied = found.place.end;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    filled.push_str(&text[copied..]);
    Cow::Owned(filled)
}

struct Found<'a> {
    name: &'a str,
    /// Where it stands, with its braces.
    place: Range<usize>,
    is_quoted: bool,
}

/// Goes through JSON in which substitutions stand anywhere.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
    is_quoted: bool,
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Found<'a>;

    fn next(&mut self) -> Option<Found<'a>> {
        loop {
            let rest = &self.text[self.at..];
            let step = rest.find(['"', '\\', '$'])?;
            self.at += step + 1;
            let rest = &rest[step..];
            if rest.starts_with('"') {
                self.is_quoted = !self.is_quoted;
            } else if rest.starts_with('\\') && self.is_quoted {
                self.at += rest[1..].chars().next().map_or(0, char::len_utf8);
            } else if rest.starts_with("${")
                && let Some(length) = closing(&rest[2..], self.is_quoted)
            {
                let start = self.at - 1;
                self.at = start + 2 + length + 1;
                let name = rest[2..2 + length].trim();
                return Some(Found { name, place: start..self.at, is_quoted: self.is_quoted });
            }
        }
    }
}

/// Where the brace stands that closes one, past those inside. In a text it does not reach beyond the text,
/// and elsewhere not beyond its line.
fn closing(rest: &str, is_quoted: bool) -> Option<usize> {
    let mut open = 0_usize;
    for (place, letter) in rest.char_indices() {
        match letter {
            '{' => open += 1,
            '}' if open == 0 => return Some(place),
            '}' => open -= 1,
            '"' if is_quoted => return None,
            '\n' => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_no_quotes_gets_some() {
        let text = r#"{"a": ${max_workers}, "b": "x ${Y} \" ${Z}", "c": [${f("q", {k = 1})}]}"#;
        let value: Value = serde_json::from_str(&quoted(text)).unwrap();
        assert_eq!(value["a"], "${max_workers}");
        assert_eq!(value["b"], "x ${Y} \" ${Z}");
        assert_eq!(value["c"][0], r#"${f("q", {k = 1})}"#);
        assert_eq!(first_unquoted(text), Some("${max_workers}"));
    }

    #[test]
    fn values_are_filled_in_everywhere() {
        let values = [("A".to_owned(), "1".to_owned())].into();
        assert_eq!(fill(r#"[${A}, "${ A }", "${B}"]"#, &values), r#"[1, "1", "${B}"]"#);
    }

    #[test]
    fn what_is_not_closed_is_left() {
        for text in ["${", "\"${\"}", "${a\n}", "$", "\"\\", "{\"a\": 1}", "\\é${"] {
            assert_eq!(quoted(text), text);
            assert_eq!(first_unquoted(text), None);
        }
    }
}
