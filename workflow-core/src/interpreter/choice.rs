//! The rules of Choice states in JSONPath.
//! (<https://states-language.net/#data-test-expression>)

use std::{borrow::Cow, cmp::Ordering};

use serde_json::{Number, Value};

use super::{
    expression::{Path, Surroundings},
    fault::Fault,
    time,
};

/// A test, or tests tied together.
#[derive(Debug)]
pub(super) enum Rule {
    And(Vec<Rule>),
    Or(Vec<Rule>),
    Not(Box<Rule>),
    Test { variable: Path, test: Test },
}

#[derive(Debug)]
pub(super) enum Test {
    /// `IsNull` and its like, and whether it shall hold.
    Is(Kind, bool),
    /// `StringMatches`: a text in which `*` stands for anything.
    Matches(String),
    Compare {
        kind: Kind,
        comparison: Comparison,
        operand: Operand,
    },
}

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Present,
    Null,
    Boolean,
    Numeric,
    String,
    Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

#[derive(Debug)]
pub(super) enum Operand {
    Literal(Value),
    Path(Path),
}

impl Rule {
    /// Whether the rule holds.
    pub(super) fn holds(&self, surroundings: &Surroundings<'_>) -> Result<bool, Fault> {
        Ok(match self {
            Self::And(rules) => {
                for rule in rules {
                    if !rule.holds(surroundings)? {
                        return Ok(false);
                    }
                }
                true
            }
            Self::Or(rules) => {
                for rule in rules {
                    if rule.holds(surroundings)? {
                        return Ok(true);
                    }
                }
                false
            }
            Self::Not(rule) => !rule.holds(surroundings)?,
            Self::Test { variable, test: Test::Is(Kind::Present, expected) } => {
                variable.find(surroundings).is_ok() == *expected
            }
            Self::Test { variable, test } => {
                let value = found(variable, surroundings)?;
                match test {
                    Test::Is(kind, expected) => is(*kind, &value) == *expected,
                    Test::Matches(pattern) => value.as_str().is_some_and(|text| matches(pattern, text)),
                    Test::Compare { kind, comparison, operand } => {
                        let operand = match operand {
                            Operand::Literal(literal) => Cow::Borrowed(literal),
                            Operand::Path(path) => found(path, surroundings)?,
                        };
                        compare(*kind, &value, &operand).is_some_and(|ordering| comparison.holds(ordering))
                    }
                }
            }
        })
    }
}

fn found<'a>(path: &'a Path, surroundings: &Surroundings<'a>) -> Result<Cow<'a, Value>, Fault> {
    path.find(surroundings).map_err(|_| {
        Fault::Runtime(format!(
            "Invalid path '{}': The choice state's condition path references an invalid value.",
            path.source()
        ))
    })
}

fn is(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::Present => true,
        Kind::Null => value.is_null(),
        Kind::Boolean => value.is_boolean(),
        Kind::Numeric => value.is_number(),
        Kind::String => value.is_string(),
        Kind::Timestamp => value.as_str().is_some_and(|text| time::parse(text).is_some()),
    }
}

/// How two values of a kind compare; nothing where one is of another kind.
fn compare(kind: Kind, left: &Value, right: &Value) -> Option<Ordering> {
    match (kind, left, right) {
        (Kind::String, Value::String(left), Value::String(right)) => {
            // As Java compares: by UTF-16 code units.
            Some(left.encode_utf16().cmp(right.encode_utf16()))
        }
        (Kind::Numeric, Value::Number(left), Value::Number(right)) => numbers(left, right),
        (Kind::Boolean, Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Kind::Timestamp, Value::String(left), Value::String(right)) => {
            Some(time::parse(left)?.cmp(&time::parse(right)?))
        }
        _ => None,
    }
}

fn numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

impl Comparison {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equals => ordering.is_eq(),
            Self::LessThan => ordering.is_lt(),
            Self::LessThanEquals => ordering.is_le(),
            Self::GreaterThan => ordering.is_gt(),
            Self::GreaterThanEquals => ordering.is_ge(),
        }
    }
}

/// Whether a text matches a pattern in which `*` stands for any text and `\*` for a star.
fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = vec![String::new()];
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match (character, pieces.last_mut()) {
            ('*', _) => pieces.push(String::new()),
            ('\\', Some(piece)) => piece.extend(characters.next()),
            (_, Some(piece)) => piece.push(character),
            (_, None) => {}
        }
    }
    let [first, middle @ .., last] = pieces.as_slice() else {
        return pieces.first().is_some_and(|piece| piece == text);
    };
    // The ends are fixed, and each piece between is best matched as early as it can be.
    let Some(mut rest) = text.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()))
    else {
        return false;
    };
    middle.iter().all(|piece| match rest.find(piece.as_str()) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, expected) in [
            ("log-*.txt", "log-1.txt", true),
            ("log-*.txt", "log-.txt", true),
            ("log-*.txt", "log-1.csv", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("*ab*b*", "ab", false),
            ("*ab*b*", "xab", false),
            ("a*a", "a", false),
            (r"a\*", "a*", true),
            (r"a\*", "ab", false),
            ("", "", true),
            ("abc", "abc", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn values_of_another_kind_do_not_compare() {
        assert_eq!(compare(Kind::Numeric, &1.into(), &"1".into()), None);
        assert_eq!(compare(Kind::Timestamp, &"2016-01-01".into(), &"2016-01-01".into()), None);
        assert_eq!(compare(Kind::Numeric, &1.into(), &1.0.into()), Some(Ordering::Equal));
    }

    #[test]
    fn points_in_time_compare_wherever_they_are_told() {
        let order = |left: &str, right: &str| compare(Kind::Timestamp, &left.into(), &right.into());
        assert_eq!(order("2026-01-01T01:00+01:00", "2026-01-01T00:00:00.000Z"), Some(Ordering::Equal));
        assert_eq!(order("2026-01-01T00:00:00.1Z", "2026-01-01T00:00:00Z"), Some(Ordering::Greater));
        assert_eq!(order("2026-01-01T00:00:00-00:30", "2026-01-01T01:00:00Z"), Some(Ordering::Less));
    }
}
