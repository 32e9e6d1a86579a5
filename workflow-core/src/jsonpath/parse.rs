//! Text to path, as Jayway reads it.

use super::{
    Path, Root, SyntaxError,
    cursor::Cursor,
    filter,
    path::{Function, Step},
};

/// Parses a path of a state machine.
pub(super) fn path(source: &str) -> Result<Path, SyntaxError> {
    let text = source.trim_end();
    let mut cursor = Cursor::new(text, text.len() - text.trim_start().len());
    let root = root(&mut cursor);
    let path = steps(&mut cursor, source, root)?;
    if cursor.is_at_end() { Ok(path) } else { Err(unexpected(&cursor)) }
}

/// Parses a path in a filter, which ends where no step follows.
pub(super) fn inner(cursor: &mut Cursor<'_>) -> Result<Path, SyntaxError> {
    let start = cursor.at();
    cursor.next();
    let mut path = steps(cursor, "", Root::Document)?;
    path.source = cursor.since(start).to_owned();
    Ok(path)
}

fn root(cursor: &mut Cursor<'_>) -> Root {
    if cursor.eat("$$") {
        return Root::Context;
    }
    if cursor.eat("$") {
        let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        return match cursor.take_while(is_name) {
            "" => Root::Document,
            name => Root::Variable(name.to_owned()),
        };
    }
    // Jayway puts `$.` before a path that has no root.
    cursor.eat("@");
    Root::Document
}

fn steps(cursor: &mut Cursor<'_>, source: &str, root: Root) -> Result<Path, SyntaxError> {
    let mut steps = Vec::new();
    let rootless = cursor.at() == 0 && !cursor.is_at_end();
    if rootless {
        steps.push(named(cursor)?);
    }
    loop {
        let scans = cursor.eat("..");
        if scans {
            steps.push(Step::Scan);
        } else if cursor.rest() == "[" {
            // Jayway overlooks a bracket that nothing follows.
            cursor.next();
        }
        let dotted = scans || cursor.eat(".");
        match cursor.peek() {
            Some('[') => steps.push(bracket(cursor)?),
            _ if dotted => steps.push(named(cursor)?),
            _ => break,
        }
        if let (true, Some(Step::Function(_))) = (scans, steps.last()) {
            return Err(cursor.error("A function cannot follow '..'"));
        }
        if let Some(Step::Function(_)) = steps.last() {
            // It is the last step there may be.
            break;
        }
    }
    let definite = is_definite(&steps);
    Ok(Path { source: source.to_owned(), root, steps, definite })
}

/// Whether steps lead to one place. A function of what a scan finds is one value.
fn is_definite(steps: &[Step]) -> bool {
    let last = steps.len().saturating_sub(1);
    let scans = steps.iter().any(|step| matches!(step, Step::Scan));
    if scans && matches!(steps.last(), Some(Step::Function(_))) {
        return true;
    }
    steps.iter().enumerate().all(|(place, step)| match step {
        Step::Name(_) | Step::Index(_) | Step::Function(_) => true,
        Step::Names(_) => place == last,
        Step::Indexes(_) | Step::Slice(..) | Step::Wildcard | Step::Scan | Step::Filter(_) => false,
    })
}

/// What follows a dot.
fn named(cursor: &mut Cursor<'_>) -> Result<Step, SyntaxError> {
    if cursor.eat("*") {
        return Ok(Step::Wildcard);
    }
    let start = cursor.at();
    let ends_a_name = |letter: char| {
        letter.is_whitespace()
            || matches!(letter, '.' | '[' | ']' | '(' | ')' | ',' | '=' | '!' | '<' | '>' | '&' | '|' | '~')
    };
    let name = cursor.take_while(|letter| !ends_a_name(letter));
    if cursor.peek() == Some('(') {
        let function = function(name)
            .ok_or_else(|| SyntaxError { message: format!("'{name}' is no function"), position: start })?;
        cursor.next();
        cursor.skip_blanks();
        cursor.expect(")")?;
        return Ok(Step::Function(function));
    }
    if name.is_empty() {
        return Err(cursor.error("A path must not end with a '.' or '..'"));
    }
    Ok(Step::Name(name.to_owned()))
}

fn function(name: &str) -> Option<Function> {
    Some(match name {
        "length" | "size" => Function::Length,
        "keys" => Function::Keys,
        "first" => Function::First,
        "last" => Function::Last,
        "min" => Function::Min,
        "max" => Function::Max,
        "sum" => Function::Sum,
        "avg" => Function::Average,
        "stddev" => Function::Deviation,
        _ => return None,
    })
}

/// What stands in brackets.
fn bracket(cursor: &mut Cursor<'_>) -> Result<Step, SyntaxError> {
    cursor.expect("[")?;
    cursor.skip_blanks();
    let step = match cursor.peek() {
        Some('\'' | '"') => names(cursor)?,
        Some('*') => {
            cursor.next();
            Step::Wildcard
        }
        Some('?') => {
            cursor.next();
            cursor.skip_blanks();
            Step::Filter(filter::parse(cursor)?)
        }
        Some('0'..='9' | '-' | ':') => places(cursor)?,
        _ => return Err(cursor.error("Could not parse what is in the brackets")),
    };
    cursor.skip_blanks();
    cursor.expect("]")?;
    Ok(step)
}

fn names(cursor: &mut Cursor<'_>) -> Result<Step, SyntaxError> {
    let mut names = Vec::new();
    loop {
        cursor.skip_blanks();
        let quote = match cursor.peek() {
            Some(quote @ ('\'' | '"')) => quote,
            _ => return Err(cursor.error("Expected a name in quotes")),
        };
        cursor.next();
        names.push(cursor.quoted(quote)?);
        cursor.skip_blanks();
        if !cursor.eat(",") {
            break;
        }
    }
    match <[String; 1]>::try_from(names) {
        Ok([name]) => Ok(Step::Name(name)),
        Err(names) => Ok(Step::Names(names)),
    }
}

/// `0`, `0,1`, `1:3`. Jayway reads the step of a slice and does not heed it.
fn places(cursor: &mut Cursor<'_>) -> Result<Step, SyntaxError> {
    let start = cursor.at();
    let first = cursor.integer();
    cursor.skip_blanks();
    if cursor.eat(":") {
        cursor.skip_blanks();
        let end = cursor.integer();
        cursor.skip_blanks();
        if cursor.eat(":") {
            cursor.skip_blanks();
            cursor.integer();
        }
        if first.is_none() && end.is_none() {
            let message = "A slice needs a beginning or an end".to_owned();
            return Err(SyntaxError { message, position: start });
        }
        return Ok(Step::Slice(first, end));
    }
    let first = first.ok_or_else(|| cursor.error("Expected an index"))?;
    let mut indexes = vec![first];
    while cursor.eat(",") {
        cursor.skip_blanks();
        indexes.push(cursor.integer().ok_or_else(|| cursor.error("Expected an index"))?);
        cursor.skip_blanks();
    }
    Ok(if indexes.len() == 1 { Step::Index(first) } else { Step::Indexes(indexes) })
}

fn unexpected(cursor: &Cursor<'_>) -> SyntaxError {
    match cursor.peek() {
        Some(letter) if letter.is_whitespace() => {
            cursor.error("Use bracket notation ['my prop'] for a name that contains blanks")
        }
        _ => cursor.error(format!("Unexpected '{}'", cursor.rest())),
    }
}
