//! Filters: `[?(@.price < 10 && @.tags contains 'new')]`.

use std::{borrow::Cow, cmp::Ordering};

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::{
    Path, SyntaxError,
    cursor::Cursor,
    evaluate::{self, Left},
    literal, parse,
};

/// The most memory that a compiled regular expression may take.
const REGEX_BYTES: usize = 1 << 20;

/// A condition on an item (`@`).
#[derive(Clone, Debug)]
pub(super) enum Filter {
    Any(Vec<Filter>),
    All(Vec<Filter>),
    Not(Box<Filter>),
    Exists(Operand),
    Compare(Operand, Operator, Operand),
}

/// One side of a comparison.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// A path from the item.
    Item(Box<Path>),
    /// A path from the root of the document.
    Document(Box<Path>),
    Literal(Value),
    Regex(Regex),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    In,
    NotIn,
    SubsetOf,
    AnyOf,
    NoneOf,
    Contains,
    Size,
    Empty,
}

/// Operators by their sign, a longer one before its beginning.
const OPERATORS: [(&str, Operator); 19] = [
    ("===", Operator::Equal),
    ("!==", Operator::NotEqual),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("=~", Operator::Matches),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<>", Operator::NotEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("in", Operator::In),
    ("nin", Operator::NotIn),
    ("subsetof", Operator::SubsetOf),
    ("anyof", Operator::AnyOf),
    ("noneof", Operator::NoneOf),
    ("contains", Operator::Contains),
    ("sizeof", Operator::Size),
    ("size", Operator::Size),
    ("empty", Operator::Empty),
];

/// Parses what follows `?`, in its parentheses.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Filter, SyntaxError> {
    cursor.expect("(")?;
    let filter = cursor.nested(any)?;
    cursor.skip_blanks();
    cursor.expect(")")?;
    Ok(filter)
}

fn any(cursor: &mut Cursor<'_>) -> Result<Filter, SyntaxError> {
    separated(cursor, "||", all).map(|parts| one_or(parts, Filter::Any))
}

fn all(cursor: &mut Cursor<'_>) -> Result<Filter, SyntaxError> {
    separated(cursor, "&&", condition).map(|parts| one_or(parts, Filter::All))
}

fn separated(
    cursor: &mut Cursor<'_>,
    sign: &str,
    part: impl Fn(&mut Cursor<'_>) -> Result<Filter, SyntaxError>,
) -> Result<Vec<Filter>, SyntaxError> {
    let mut parts = vec![part(cursor)?];
    cursor.skip_blanks();
    while cursor.eat(sign) {
        parts.push(part(cursor)?);
        cursor.skip_blanks();
    }
    Ok(parts)
}

fn one_or(mut parts: Vec<Filter>, several: impl FnOnce(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            several(parts)
        }
        None => several(parts),
    }
}

fn condition(cursor: &mut Cursor<'_>) -> Result<Filter, SyntaxError> {
    cursor.skip_blanks();
    if cursor.eat("!") {
        return Ok(Filter::Not(Box::new(cursor.nested(condition)?)));
    }
    if cursor.peek() == Some('(') {
        return parse(cursor);
    }
    let left = operand(cursor)?;
    cursor.skip_blanks();
    let Some(operator) = operator(cursor) else { return Ok(Filter::Exists(left)) };
    cursor.skip_blanks();
    let right = operand(cursor)?;
    if (operator == Operator::Matches) != matches!(right, Operand::Regex(_)) {
        return Err(cursor.error("A regular expression stands to the right of =~"));
    }
    Ok(Filter::Compare(left, operator, right))
}

fn operator(cursor: &mut Cursor<'_>) -> Option<Operator> {
    let is_letter = |text: &str| text.starts_with(|letter: char| letter.is_ascii_alphabetic());
    OPERATORS.into_iter().find_map(|(sign, operator)| {
        let rest = cursor.rest();
        let whole = !is_letter(sign)
            || rest.get(..sign.len()).is_some_and(|word| word.eq_ignore_ascii_case(sign))
                && !is_letter(&rest[sign.len()..]);
        let follows = if is_letter(sign) { whole } else { rest.starts_with(sign) };
        follows.then(|| {
            (0..sign.len()).for_each(|_| {
                cursor.next();
            });
            operator
        })
    })
}

fn operand(cursor: &mut Cursor<'_>) -> Result<Operand, SyntaxError> {
    match cursor.peek() {
        Some('@') => Ok(Operand::Item(Box::new(cursor.nested(parse::inner)?))),
        Some('$') => Ok(Operand::Document(Box::new(cursor.nested(parse::inner)?))),
        Some('/') => regex(cursor).map(Operand::Regex),
        _ => literal::parse(cursor).map(Operand::Literal),
    }
}

fn regex(cursor: &mut Cursor<'_>) -> Result<Regex, SyntaxError> {
    let start = cursor.at();
    cursor.next();
    let mut pattern = String::new();
    loop {
        match cursor.next() {
            Some('/') => break,
            Some('\\') => {
                if cursor.peek() != Some('/') {
                    pattern.push('\\');
                }
                pattern.extend(cursor.next());
            }
            Some(letter) => pattern.push(letter),
            None => return Err(cursor.error("The regular expression has no closing '/'")),
        }
    }
    let flags = cursor.take_while(|letter| letter.is_ascii_alphabetic());
    let has = |flag: char| flags.contains(flag);
    // As Java's `matches`, the pattern must match the whole text.
    RegexBuilder::new(&format!("^(?:{pattern})$"))
        .case_insensitive(has('i'))
        .dot_matches_new_line(has('s'))
        .multi_line(has('m'))
        .ignore_whitespace(has('x'))
        .size_limit(REGEX_BYTES)
        .build()
        .map_err(|error| SyntaxError {
            message: format!("The regular expression cannot be used: {error}"),
            position: start,
        })
}

impl Filter {
    /// Whether an item meets the condition.
    pub(super) fn accepts(&self, item: &Value, document: &Value, steps: &Left) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.accepts(item, document, steps)),
            Self::All(parts) => parts.iter().all(|part| part.accepts(item, document, steps)),
            Self::Not(part) => !part.accepts(item, document, steps),
            Self::Exists(operand) => operand.value(item, document, steps).is_some(),
            Self::Compare(left, operator, Operand::Regex(regex)) => {
                debug_assert_eq!(*operator, Operator::Matches);
                left.value(item, document, steps).is_some_and(|text| matches(regex, &text))
            }
            Self::Compare(left, operator, right) => compare(
                left.value(item, document, steps).as_deref(),
                *operator,
                right.value(item, document, steps).as_deref(),
            ),
        }
    }
}

fn matches(regex: &Regex, value: &Value) -> bool {
    match value {
        Value::String(text) => regex.is_match(text),
        Value::Array(items) => {
            items.iter().any(|item| item.as_str().is_some_and(|text| regex.is_match(text)))
        }
        _ => false,
    }
}

impl Operand {
    fn value<'a>(&'a self, item: &'a Value, document: &'a Value, steps: &Left) -> Option<Cow<'a, Value>> {
        match self {
            Self::Item(path) => evaluate::apply(path, item, document, steps).ok(),
            Self::Document(path) => evaluate::apply(path, document, document, steps).ok(),
            Self::Literal(value) => Some(Cow::Borrowed(value)),
            Self::Regex(_) => None,
        }
    }
}

/// Compares values as Jayway does; what is missing equals nothing.
fn compare(left: Option<&Value>, operator: Operator, right: Option<&Value>) -> bool {
    if operator == Operator::NotEqual {
        return !compare(left, Operator::Equal, right);
    }
    let (Some(left), Some(right)) = (left, right) else { return false };
    let among =
        |item: &Value| right.as_array().is_some_and(|list| list.iter().any(|other| equal(item, other)));
    let items = || left.as_array().map(Vec::as_slice);
    match operator {
        Operator::Equal => equal(left, right),
        Operator::NotEqual | Operator::Matches => false,
        Operator::Less => order(left, right).is_some_and(Ordering::is_lt),
        Operator::LessOrEqual => order(left, right).is_some_and(Ordering::is_le),
        Operator::Greater => order(left, right).is_some_and(Ordering::is_gt),
        Operator::GreaterOrEqual => order(left, right).is_some_and(Ordering::is_ge),
        Operator::In => among(left),
        Operator::NotIn => right.is_array() && !among(left),
        Operator::SubsetOf => right.is_array() && items().is_some_and(|items| items.iter().all(among)),
        Operator::AnyOf => items().is_some_and(|items| items.iter().any(among)),
        Operator::NoneOf => right.is_array() && items().is_some_and(|items| !items.iter().any(among)),
        Operator::Contains => match left {
            Value::Array(items) => items.iter().any(|item| equal(item, right)),
            Value::String(text) => right.as_str().is_some_and(|part| text.contains(part)),
            _ => false,
        },
        Operator::Size => {
            right.as_u64().is_some_and(|size| length(left).is_some_and(|length| length as u64 == size))
        }
        Operator::Empty => {
            right.as_bool().is_some_and(|empty| length(left).is_some_and(|length| (length == 0) == empty))
        }
    }
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(items) => Some(items.len()),
        Value::Object(fields) => Some(fields.len()),
        _ => None,
    }
}

/// Whether two values are equal. A text and a number are compared as what the left one is.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Number(left), Value::String(right)) => right.trim().parse().ok() == left.as_f64(),
        (Value::String(left), Value::Number(right)) => *left == right.to_string(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| equal(value, other)))
        }
        _ => left == right,
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64()?.partial_cmp(&right.as_f64()?),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}
