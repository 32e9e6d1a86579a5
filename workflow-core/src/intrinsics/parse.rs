//! Text to call.

use serde_json::{Number, Value};

use super::{
    call::{Argument, Call},
    function::Function,
};
use crate::jsonpath::{Cursor, Path, SyntaxError};

/// Parses a call that is the whole text.
pub(super) fn intrinsic(source: &str) -> Result<Call, SyntaxError> {
    let mut cursor = Cursor::new(source, 0);
    cursor.skip_blanks();
    let call = call(&mut cursor)?;
    cursor.skip_blanks();
    if cursor.is_at_end() {
        Ok(call)
    } else {
        Err(cursor.error(format!("Unexpected '{}' behind the call", cursor.rest())))
    }
}

fn call(cursor: &mut Cursor<'_>) -> Result<Call, SyntaxError> {
    let start = cursor.at();
    let name = cursor.take_while(|letter| letter.is_ascii_alphanumeric() || letter == '.');
    let function = Function::from_name(name).ok_or_else(|| SyntaxError {
        message: format!("'{name}' is no intrinsic function"),
        position: start,
    })?;
    cursor.skip_blanks();
    cursor.expect("(")?;
    cursor.skip_blanks();
    let mut arguments = Vec::new();
    if !cursor.eat(")") {
        loop {
            cursor.skip_blanks();
            arguments.push(argument(cursor)?);
            cursor.skip_blanks();
            if !cursor.eat(",") {
                break;
            }
        }
        cursor.expect(")")?;
    }
    let (least, most) = function.arity();
    if arguments.len() < least || arguments.len() > most {
        let message = format!("Invalid number of arguments for {name}");
        return Err(SyntaxError { message, position: start });
    }
    Ok(Call { source: cursor.since(start).to_owned(), function, arguments })
}

fn argument(cursor: &mut Cursor<'_>) -> Result<Argument, SyntaxError> {
    match cursor.peek() {
        Some('\'') => {
            cursor.next();
            text(cursor)
        }
        Some('$') => path(cursor),
        Some('S') => cursor.nested(call).map(|call| Argument::Call(Box::new(call))),
        _ => word(cursor),
    }
}

/// A text in single quotes. The quote is escaped by a backslash, and so are braces, which mean a place
/// for a value in `States.Format`, and the backslash.
fn text(cursor: &mut Cursor<'_>) -> Result<Argument, SyntaxError> {
    let start = cursor.at();
    let (mut plain, mut template) = (String::new(), String::new());
    loop {
        match cursor.next() {
            Some('\'') => return Ok(Argument::Text { value: Value::String(plain), template }),
            Some('\\') => match cursor.next() {
                Some(letter @ ('{' | '}' | '\\')) => {
                    plain.push(letter);
                    template.push('\\');
                    template.push(letter);
                }
                Some('\'') => {
                    plain.push('\'');
                    template.push('\'');
                }
                Some(letter) => {
                    plain.extend(['\\', letter]);
                    template.extend(['\\', letter]);
                }
                None => break,
            },
            Some(letter) => {
                plain.push(letter);
                template.push(letter);
            }
            None => break,
        }
    }
    Err(SyntaxError { message: "The text has no closing quote".to_owned(), position: start })
}

/// A path ends at a comma, a blank or a closing parenthesis outside of its own brackets.
fn path(cursor: &mut Cursor<'_>) -> Result<Argument, SyntaxError> {
    let start = cursor.at();
    let mut open = 0_usize;
    while let Some(letter) = cursor.peek() {
        match letter {
            ',' | ')' if open == 0 => break,
            '[' | '(' => open += 1,
            ']' | ')' => open = open.saturating_sub(1),
            '\'' | '"' => {
                cursor.next();
                cursor.quoted(letter)?;
                continue;
            }
            _ => {}
        }
        cursor.next();
    }
    Path::parse(cursor.since(start).trim_end())
        .map(Argument::Path)
        .map_err(|error| SyntaxError { position: start + error.position, ..error })
}

fn word(cursor: &mut Cursor<'_>) -> Result<Argument, SyntaxError> {
    let start = cursor.at();
    let word =
        cursor.take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '+'));
    let value = match word {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        _ => serde_json::from_str::<Number>(word).map(Value::Number).map_err(|_| SyntaxError {
            message: "Expected a path, a text in single quotes, a number or a call".to_owned(),
            position: start,
        })?,
    };
    Ok(Argument::Value(value))
}
