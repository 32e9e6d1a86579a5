//! A place in a text that is being parsed.

use super::SyntaxError;

/// How deep parentheses and calls may nest.
const DEPTH: usize = 64;

/// A place in a text.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at, depth: 0 }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// What follows.
    pub(crate) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// What lies between a place and this one.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.at]
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    pub(crate) fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// Goes past the letters that a rule takes, and gives them.
    pub(crate) fn take_while(&mut self, takes: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|letter| !takes(letter)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Goes past a text where it follows.
    pub(crate) fn eat(&mut self, text: &str) -> bool {
        let follows = self.rest().starts_with(text);
        if follows {
            self.at += text.len();
        }
        follows
    }

    pub(crate) fn expect(&mut self, text: &str) -> Result<(), SyntaxError> {
        if self.eat(text) { Ok(()) } else { Err(self.error(format!("Expected '{text}'"))) }
    }

    /// Goes on one level deeper.
    pub(crate) fn nested<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.error("It is nested too deeply"));
        }
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// An integer, if one follows.
    pub(crate) fn integer(&mut self) -> Option<i64> {
        let rest = self.rest();
        let sign = usize::from(rest.starts_with('-'));
        let digits = rest[sign..].find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len() - sign);
        let number = rest[..sign + digits].parse().ok()?;
        self.at += sign + digits;
        Some(number)
    }

    /// The text up to the quote that opened it; a backslash takes the letter behind it as it is.
    pub(crate) fn quoted(&mut self, quote: char) -> Result<String, SyntaxError> {
        let start = self.at;
        let mut text = String::new();
        loop {
            match self.next() {
                Some('\\') => match self.next() {
                    Some(letter) => text.push(letter),
                    None => break,
                },
                Some(letter) if letter == quote => return Ok(text),
                Some(letter) => text.push(letter),
                None => break,
            }
        }
        Err(SyntaxError { message: "The text has no closing quote".to_owned(), position: start })
    }

    pub(crate) fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError { message: message.into(), position: self.at }
    }
}
