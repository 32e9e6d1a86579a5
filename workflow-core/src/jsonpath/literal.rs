//! Values that are written out in a filter: JSON, in which texts may have single quotes.

use serde_json::{Map, Number, Value};

use super::{SyntaxError, cursor::Cursor};

/// Parses a value.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Value, SyntaxError> {
    cursor.skip_blanks();
    match cursor.peek() {
        Some(quote @ ('\'' | '"')) => {
            cursor.next();
            cursor.quoted(quote).map(Value::String)
        }
        Some('[') => cursor.nested(list),
        Some('{') => cursor.nested(object),
        _ => word(cursor),
    }
}

fn word(cursor: &mut Cursor<'_>) -> Result<Value, SyntaxError> {
    let start = cursor.at();
    let word = cursor.take_while(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '+'));
    match word {
        "true" => Ok(Value::Bool(true)),
        "false" => Ok(Value::Bool(false)),
        "null" => Ok(Value::Null),
        _ => number(word)
            .map(Value::Number)
            .ok_or_else(|| SyntaxError { message: "Expected a path or a value".to_owned(), position: start }),
    }
}

/// A number, whose digits before the dot may be missing here: `.85`.
fn number(word: &str) -> Option<Number> {
    let (sign, digits) = word.strip_prefix('-').map_or(("", word), |digits| ("-", digits));
    if digits.starts_with('.') {
        return serde_json::from_str(&format!("{sign}0{digits}")).ok();
    }
    serde_json::from_str(word).ok()
}

fn list(cursor: &mut Cursor<'_>) -> Result<Value, SyntaxError> {
    cursor.expect("[")?;
    let mut items = Vec::new();
    cursor.skip_blanks();
    if cursor.eat("]") {
        return Ok(Value::Array(items));
    }
    loop {
        items.push(parse(cursor)?);
        cursor.skip_blanks();
        if !cursor.eat(",") {
            break;
        }
    }
    cursor.expect("]")?;
    Ok(Value::Array(items))
}

fn object(cursor: &mut Cursor<'_>) -> Result<Value, SyntaxError> {
    cursor.expect("{")?;
    let mut fields = Map::new();
    cursor.skip_blanks();
    if cursor.eat("}") {
        return Ok(Value::Object(fields));
    }
    loop {
        let Value::String(name) = parse(cursor)? else {
            return Err(cursor.error("Expected a name in quotes"));
        };
        cursor.skip_blanks();
        cursor.expect(":")?;
        fields.insert(name, parse(cursor)?);
        cursor.skip_blanks();
        if !cursor.eat(",") {
            break;
        }
    }
    cursor.expect("}")?;
    Ok(Value::Object(fields))
}
