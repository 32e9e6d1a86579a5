//! Text to tree, and where a mistake is.
//!
//! The engine's parser gives no positions. An error stands where the longest beginning of the text ends
//! that a longer text could still make right, so cutting the text finds it.

use jsonata_core::{
    ast::AstNode,
    parser::{self, ParserError},
};

use super::messages;

/// The longest expression whose error is located; cutting is quadratic.
const LOCATED: usize = 4_096;

/// Why a text is no JSONata expression of Step Functions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default())]
pub struct SyntaxError {
    /// JSONata's code for it, such as `S0201`.
    pub code: Option<String>,
    /// What is wrong, without the code.
    pub message: String,
    /// Where it is, in bytes from the start of the expression.
    pub position: Option<usize>,
}

/// Parses an expression.
pub(super) fn parse(source: &str) -> Result<AstNode, SyntaxError> {
    parser::parse(source).map_err(|error| {
        let text = match error {
            ParserError::UnclosedComment => "S0106: Comment has no closing tag".to_owned(),
            // The engine does not tell texts and regular expressions apart.
            ParserError::UnclosedString if ends_in_a_regex(source) => {
                "S0302: No terminating / in regular expression".to_owned()
            }
            error => error.to_string(),
        };
        let (code, message) = split_code(&text);
        let position = locate(source);
        let message = messages::of_syntax(code, message, source, position);
        SyntaxError { code: code.map(str::to_owned), message, position }
    })
}

/// Whether a text without an end is a regular expression: one that a quote does not end either.
fn ends_in_a_regex(source: &str) -> bool {
    ['"', '\''].into_iter().all(|quote| {
        let ended = format!("{source}{quote}");
        matches!(parser::parse(&ended), Err(ParserError::UnclosedString))
    })
}

/// JSONata's code in a message of the engine, and what follows it.
pub(super) fn split_code(text: &str) -> (Option<&str>, &str) {
    let is_code = |at: usize| {
        let bytes = text.as_bytes();
        bytes[at].is_ascii_uppercase()
            && bytes.get(at + 1..at + 5).is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
            && bytes.get(at + 5) == Some(&b':')
    };
    match (0..text.len()).find(|&at| is_code(at)) {
        Some(at) => (Some(&text[at..at + 5]), text[at + 6..].trim_start()),
        None => (None, text),
    }
}

/// Where the mistake in a text begins; the text is known to hold one.
fn locate(source: &str) -> Option<usize> {
    if source.len() > LOCATED {
        return None;
    }
    if may_go_on(source) {
        return Some(source.len());
    }
    let cut = source.char_indices().rev().map(|(at, _)| at).find(|&at| may_go_on(&source[..at]))?;
    let blanks = source[cut..].len() - source[cut..].trim_start().len();
    Some(cut + blanks)
}

/// Whether a text is the beginning of an expression, as far as the parser can tell.
fn may_go_on(source: &str) -> bool {
    match parser::parse(source) {
        Ok(_) => true,
        Err(error) => match &error {
            ParserError::UnexpectedEnd
            | ParserError::UnclosedString
            | ParserError::UnclosedComment
            | ParserError::UnclosedBacktick => true,
            ParserError::UnexpectedToken(token) => token == "Eof",
            ParserError::Expected { found, .. } => found == "Eof",
            _ => error.to_string().contains("Eof"),
        },
    }
}
