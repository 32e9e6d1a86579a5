//! JSON that remembers where its fields stand, and whose errors are those of Jackson, with which Step
//! Functions reads definitions.

use std::{collections::HashMap, ops::Range};

use serde_json::{Map, Number, Value};

use super::{Code, Diagnostic};

/// How deep arrays and objects may nest.
const DEPTH: usize = 128;
/// How much of a text Jackson shows.
const SHOWN: usize = 500;
const VALUES: &str = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/// Where in a text the fields of a definition stand, by their location (`/States/Pay/Retry[0]`).
#[derive(Clone, Debug, Default)]
pub struct Places(HashMap<String, Place>);

/// Where a field stands, in bytes from the start of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its name, with its quotes; the value itself in an array.
    pub name: Range<usize>,
    /// Its value.
    pub value: Range<usize>,
}

impl Places {
    /// The place of a field; of the nearest thing around it that there is, where it is missing.
    pub fn get(&self, location: &str) -> Option<&Place> {
        let mut location = location;
        loop {
            if let Some(place) = self.0.get(location) {
                return Some(place);
            }
            let end = location.rfind(['/', '['])?;
            location = &location[..end];
        }
    }
}

#[cfg(test)]
impl Places {
    /// Where every value stands.
    pub(super) fn values(&self) -> impl Iterator<Item = Range<usize>> {
        self.0.values().map(|place| place.value.clone())
    }
}

/// Reads a definition.
pub(super) fn parse(text: &str) -> Result<(Value, Places), Diagnostic> {
    if text.trim().is_empty() {
        return Err(Diagnostic {
            location: None,
            ..Diagnostic::error(Code::MissingDescription, "", "The definition is empty")
        });
    }
    let mut parser = Parser { text, at: 0, places: Places::default(), path: String::new(), depth: 0 };
    let value = parser.value(Open::default()).and_then(|value| {
        parser.blanks();
        if parser.at < text.len() { Err(parser.token_or_unexpected()) } else { Ok(value) }
    });
    match value {
        Ok(value) => Ok((value, parser.places)),
        Err(error) => Err(error),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    places: Places,
    path: String,
    depth: usize,
}

/// The array or object that a value stands in: what it is called, and where it starts.
#[derive(Clone, Copy, Default)]
struct Open(Option<(&'static str, usize)>);

type Parsed<T> = Result<T, Diagnostic>;

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    /// Reads a value, and notes where the field stands; `name` is where its name does.
    fn value(&mut self, open: Open) -> Parsed<Value> {
        self.blanks();
        let start = self.at;
        let value = match self.peek() {
            None => return Err(self.not_closed(open)),
            Some('{') => self.nested(Self::object)?,
            Some('[') => self.nested(Self::array)?,
            Some('"') => Value::String(self.string()?),
            Some('-' | '0'..='9') => self.number()?,
            Some(_) => self.word()?,
        };
        let place = Place { name: start..self.at, value: start..self.at };
        self.places.0.insert(self.path.clone(), place);
        Ok(value)
    }

    fn nested(&mut self, parse: fn(&mut Self) -> Parsed<Value>) -> Parsed<Value> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(
                self.error(format!("Document nesting depth ({}) exceeds the maximum allowed", self.depth))
            );
        }
        let value = parse(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Parsed<Value> {
        let open = Open(Some(("Object", self.at)));
        self.at += 1;
        let mut fields = Map::new();
        self.blanks();
        if self.eat('}') {
            return Ok(Value::Object(fields));
        }
        loop {
            self.blanks();
            let start = self.at;
            match self.peek() {
                Some('"') => {}
                Some(_) => return Err(self.unexpected("was expecting double-quote to start field name")),
                None => return Err(self.not_closed(open)),
            }
            let name = self.string()?;
            let quoted = start..self.at;
            self.blanks();
            match self.peek() {
                Some(':') => self.at += 1,
                Some(_) => {
                    return Err(self.unexpected("was expecting a colon to separate field name and value"));
                }
                None => return Err(self.not_closed(open)),
            }
            let length = self.path.len();
            self.path.push('/');
            self.path.push_str(&name);
            let value = self.value(open)?;
            if let Some(place) = self.places.0.get_mut(&self.path) {
                place.name = quoted;
            }
            self.path.truncate(length);
            fields.insert(name, value);
            self.blanks();
            match self.peek() {
                Some(',') => self.at += 1,
                Some('}') => {
                    self.at += 1;
                    return Ok(Value::Object(fields));
                }
                Some(_) => return Err(self.unexpected("was expecting comma to separate Object entries")),
                None => return Err(self.not_closed(open)),
            }
        }
    }

    fn array(&mut self) -> Parsed<Value> {
        let open = Open(Some(("Array", self.at)));
        self.at += 1;
        let mut items = Vec::new();
        self.blanks();
        if self.eat(']') {
            return Ok(Value::Array(items));
        }
        loop {
            let length = self.path.len();
            self.path.push_str(&format!("[{}]", items.len()));
            items.push(self.value(open)?);
            self.path.truncate(length);
            self.blanks();
            match self.peek() {
                Some(',') => self.at += 1,
                Some(']') => {
                    self.at += 1;
                    return Ok(Value::Array(items));
                }
                Some(_) => return Err(self.unexpected("was expecting comma to separate Array entries")),
                None => return Err(self.not_closed(open)),
            }
        }
    }

    fn eat(&mut self, letter: char) -> bool {
        let follows = self.peek() == Some(letter);
        if follows {
            self.at += letter.len_utf8();
        }
        follows
    }

    /// Reads a text, whose quote is next. What escapes mean is serde's business.
    fn string(&mut self) -> Parsed<String> {
        let start = self.at;
        let mut escaped = true;
        let end = self.text[start..].char_indices().find(|&(_, letter)| {
            let ends = letter == '"' && !escaped;
            escaped = letter == '\\' && !escaped;
            ends
        });
        let Some((length, _)) = end else {
            self.at = self.text.len();
            return Err(self.end_of_input("was expecting closing quote for a string value"));
        };
        self.at = start + length + 1;
        serde_json::from_str(&self.text[start..self.at]).map_err(|error| {
            let text = error.to_string();
            self.error(format!("Illegal text: {}", text.split(" at line").next().unwrap_or_default()))
        })
    }

    fn number(&mut self) -> Parsed<Value> {
        let rest = &self.text[self.at..];
        let length = rest
            .find(|letter: char| !(letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.' | 'e' | 'E')))
            .unwrap_or(rest.len());
        match serde_json::from_str::<Number>(&rest[..length]) {
            Ok(number) => {
                self.at += length;
                Ok(Value::Number(number))
            }
            Err(_) => Err(self.error(format!("Invalid numeric value: {}", &rest[..length]))),
        }
    }

    fn word(&mut self) -> Parsed<Value> {
        for (word, value) in
            [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))]
        {
            let rest = &self.text[self.at..];
            let goes_on =
                |rest: &str| rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
            if rest.strip_prefix(word).is_some_and(|behind| !goes_on(behind)) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.token_or_unexpected())
    }

    /// The error for something that is no value, with the whole word where it is one.
    fn token_or_unexpected(&mut self) -> Diagnostic {
        let rest = &self.text[self.at..];
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
        let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        if length == 0 {
            return self.unexpected(&format!("expected a valid value {VALUES}"));
        }
        let token = rest[..length].to_owned();
        self.at += length;
        self.error(format!("Unrecognized token '{token}': was expecting {VALUES}"))
    }

    fn unexpected(&mut self, expected: &str) -> Diagnostic {
        let letter = self.peek().unwrap_or_default();
        self.at += letter.len_utf8();
        self.error(format!("Unexpected character ('{letter}' (code {})): {expected}", u32::from(letter)))
    }

    /// The text ends inside of an array or object.
    fn not_closed(&self, open: Open) -> Diagnostic {
        let expected = match open.0 {
            Some((kind, start)) => {
                format!("expected close marker for {kind} (start marker at {})", self.source(start))
            }
            None => String::new(),
        };
        self.end_of_input(&expected)
    }

    fn end_of_input(&self, expected: &str) -> Diagnostic {
        self.error(format!("Unexpected end-of-input: {expected}"))
    }

    fn error(&self, message: String) -> Diagnostic {
        let location = self.source(self.at);
        Diagnostic::error(Code::InvalidJsonDescription, &*location, format!("{message}\n at {location}"))
    }

    /// A place as Jackson writes it, with the beginning of the text.
    fn source(&self, at: usize) -> String {
        let before = &self.text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let shown: String = self.text.chars().take(SHOWN).collect();
        let cut = self.text.chars().count().saturating_sub(SHOWN);
        let cut = if cut > 0 { format!("[truncated {cut} chars]") } else { String::new() };
        format!("[Source: (String)\"{shown}\"{cut}; line: {line}, column: {column}]")
    }
}
