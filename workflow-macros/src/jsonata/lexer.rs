//! Tokens of JSONata 2.0.6, and the mistakes that are inside one token.

/// What is wrong with a text, and where, in bytes from its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// JSONata's code, where the mistake is one of JSONata.
    pub(crate) code: Option<&'static str>,
    pub(crate) message: String,
    pub(crate) at: usize,
}

impl Mistake {
    /// A mistake that JSONata's parser reports.
    pub(super) fn coded(code: &'static str, message: impl Into<String>, at: usize) -> Self {
        Self { code: Some(code), message: message.into(), at }
    }

    /// What is JSONata, and has no meaning in a workflow.
    pub(super) fn of_workflows(message: impl Into<String>, at: usize) -> Self {
        Self { code: None, message: message.into(), at }
    }
}

/// A token and the bytes that it takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// `$name`, without the `$`; empty for `$`, and `$` for `$$`.
    Variable(&'a str),
    /// A name of a field. The flag says that it stands in backquotes, where no word has a meaning of its own.
    Name(&'a str, bool),
    Text,
    Number,
    /// `true`, `false`, `null`.
    Value,
    Regex,
    /// An operator or a bracket.
    Sign(&'static str),
    End,
}

/// The signs, of which the longest that fits is read. `??` and `?:` came after JSONata 2.0.6.
const SIGNS: [&str; 31] = [
    "..", ":=", "!=", ">=", "<=", "**", "~>", ".", "[", "]", "{", "}", "(", ")", ",", "@", "#", ";", ":",
    "?", "+", "-", "*", "/", "%", "|", "=", "<", ">", "^", "&",
];

/// Cuts a text into tokens. Where an operand may stand, `/` begins a regular expression.
#[derive(Clone, Copy)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next token. `operand` says that an operand may stand here.
    pub(super) fn next(&mut self, operand: bool) -> Result<Token<'a>, Mistake> {
        self.skip_blanks()?;
        let start = self.at;
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next() else {
            return Ok(Token { kind: Kind::End, start, end: start });
        };
        let (kind, length) = match first {
            '/' if operand => self.regex()?,
            '"' | '\'' => (Kind::Text, self.quoted(first)?),
            '`' => {
                let end = rest[1..].find('`').ok_or_else(|| {
                    Mistake::coded(
                        "S0105",
                        "Quoted property name must be terminated with a backquote (`)",
                        start,
                    )
                })?;
                (Kind::Name(&rest[1..=end], true), end + 2)
            }
            '0'..='9' => self.number()?,
            '$' => {
                let length = name_length(&rest[1..]);
                (Kind::Variable(&rest[1..=length]), length + 1)
            }
            _ if is_of_a_name(first) => {
                let name = &rest[..name_length(rest)];
                let kind = match name {
                    "true" | "false" | "null" => Kind::Value,
                    _ => Kind::Name(name, false),
                };
                (kind, name.len())
            }
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => (Kind::Sign(sign), sign.len()),
                None => return Err(Mistake::coded("S0204", format!("Unknown operator: \"{first}\""), start)),
            },
        };
        self.at = start + length;
        Ok(Token { kind, start, end: self.at })
    }

    fn skip_blanks(&mut self) -> Result<(), Mistake> {
        loop {
            let rest = &self.text[self.at..];
            self.at = self.text.len() - rest.trim_start().len();
            if !self.text[self.at..].starts_with("/*") {
                return Ok(());
            }
            let inside = self.at + 2;
            match self.text[inside..].find("*/") {
                Some(end) => self.at = inside + end + 2,
                None => return Err(Mistake::coded("S0106", "Comment has no closing tag", self.at)),
            }
        }
    }

    /// The length of a text in quotes.
    fn quoted(&self, quote: char) -> Result<usize, Mistake> {
        let rest = &self.text[self.at..];
        let mut letters = rest.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => match letters.next() {
                    Some((_, '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => {}
                    Some((_, 'u')) => {
                        let digits = letters.by_ref().take(4).filter(|(_, digit)| digit.is_ascii_hexdigit());
                        if digits.count() != 4 {
                            return Err(Mistake::coded(
                                "S0104",
                                "The escape sequence \\u must be followed by 4 hex digits",
                                self.at + at,
                            ));
                        }
                    }
                    Some((_, other)) => {
                        let message = format!("unsupported escape sequence: \\{other}");
                        return Err(Mistake::coded("S0103", message, self.at + at));
                    }
                    None => break,
                },
                _ if letter == quote => return Ok(at + 1),
                _ => {}
            }
        }
        Err(Mistake::coded("S0101", "String literal must be terminated by a matching quote", self.at))
    }

    fn number(&self) -> Result<(Kind<'a>, usize), Mistake> {
        let bytes = &self.text.as_bytes()[self.at..];
        let digits = |from: usize| {
            bytes[from.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        // A number that begins with 0 has one digit before its point.
        let mut length = if bytes[0] == b'0' { 1 } else { digits(0) };
        if bytes.get(length) == Some(&b'.') && digits(length + 1) > 0 {
            length += 1 + digits(length + 1);
        }
        if matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            if digits(length + 1 + sign) > 0 {
                length += 1 + sign + digits(length + 1 + sign);
            }
        }
        let number = &self.text[self.at..self.at + length];
        match number.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok((Kind::Number, length)),
            _ => Err(Mistake::coded("S0102", format!("Number out of range: {number}"), self.at)),
        }
    }

    fn regex(&self) -> Result<(Kind<'a>, usize), Mistake> {
        let rest = &self.text[self.at..];
        let mut escaped = false;
        let end = rest.char_indices().skip(1).find(|(_, letter)| {
            let ends = *letter == '/' && !escaped;
            escaped = *letter == '\\' && !escaped;
            ends
        });
        match end {
            None => Err(Mistake::coded("S0302", "No terminating / in regular expression", self.at)),
            Some((1, _)) => {
                Err(Mistake::coded("S0301", "Empty regular expressions are not allowed", self.at))
            }
            Some((end, _)) => {
                let flags = rest[end + 1..].bytes().take_while(|flag| matches!(flag, b'i' | b'm')).count();
                Ok((Kind::Regex, end + 1 + flags))
            }
        }
    }
}

fn is_of_a_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}

fn name_length(text: &str) -> usize {
    text.find(|letter| !is_of_a_name(letter)).unwrap_or(text.len())
}
