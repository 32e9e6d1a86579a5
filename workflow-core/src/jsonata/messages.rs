//! The engine's errors in the words of JSONata in JavaScript, which Step Functions shows: it names
//! operators and tokens as they are written, where the engine names its own types.

/// The message of a text that is no JSONata; the mistake is at this position.
pub(super) fn of_syntax(code: Option<&str>, message: &str, source: &str, position: Option<usize>) -> String {
    let token = || position.map(|position| token(&source[position..])).filter(|token| !token.is_empty());
    match (code, token()) {
        (Some("S0201"), Some(token)) => format!("Syntax error: {token}"),
        (Some("S0202"), Some(token)) => format!("Expected {}, got {token}", expected(message)),
        (Some("S0203"), _) => format!("Expected {} before end of expression", expected(message)),
        (Some("S0204"), Some(token)) => format!("Unknown operator: {token}"),
        (Some("S0211"), Some(token)) => format!("The symbol {token} cannot be used as a unary operator"),
        _ => message.to_owned(),
    }
}

/// The first token of a text, as JSON.
fn token(text: &str) -> String {
    let run = |takes: fn(char) -> bool| {
        let end = text.find(|letter| !takes(letter)).unwrap_or(text.len());
        &text[..end]
    };
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    let token = match text.chars().next() {
        None => return String::new(),
        Some('0'..='9') => return run(|letter| letter.is_ascii_digit() || letter == '.').to_owned(),
        Some(quote @ ('"' | '\'' | '`')) => text[1..].split(quote).next().unwrap_or_default(),
        Some('$') => run(is_part).trim_start_matches('$'),
        Some(letter) if letter.is_alphanumeric() => run(is_part),
        Some(letter) => {
            let double =
                ["..", ":=", "!=", "<=", ">=", "**", "~>"].into_iter().find(|sign| text.starts_with(sign));
            double.unwrap_or(&text[..letter.len_utf8()])
        }
    };
    serde_json::Value::from(token).to_string()
}

/// What the engine expected, as it is written: it says `Expected RightBracket, got Comma`.
fn expected(message: &str) -> String {
    let name = message.strip_prefix("Expected ").unwrap_or(message);
    let name = name.split([',', ' ']).next().unwrap_or_default();
    let sign = match name {
        "LeftParen" => "(",
        "RightParen" => ")",
        "LeftBracket" => "[",
        "RightBracket" => "]",
        "LeftBrace" => "{",
        "RightBrace" => "}",
        "Colon" => ":",
        "Comma" => ",",
        "Semicolon" => ";",
        "Pipe" => "|",
        "Dot" => ".",
        other => other,
    };
    format!("\"{sign}\"")
}

/// The message of an evaluation that failed. `function` is the function that the expression calls, and
/// `comparison` the operator with which it compares, where it has only one.
pub(super) fn of_evaluation(
    code: Option<&str>,
    message: &str,
    function: Option<&str>,
    comparison: Option<&str>,
) -> String {
    let quoted =
        |before: &str| message.strip_prefix(before)?.split_once(' ').map(|(sign, _)| format!("\"{sign}\""));
    let argument = || message.strip_prefix("Argument ")?.split_once(" must be ");
    let in_javascript = match code {
        Some("T1006") => Some("Attempted to invoke a non-function".to_owned()),
        Some("T2001") => quoted("The left side of the ")
            .map(|sign| format!("The left side of the {sign} operator must evaluate to a number")),
        Some("T2002") => quoted("The right side of the ")
            .map(|sign| format!("The right side of the {sign} operator must evaluate to a number")),
        Some("T2003") => Some("The left side of the range operator (..) must evaluate to an integer".to_owned()),
        Some("T2004") => Some("The right side of the range operator (..) must evaluate to an integer".to_owned()),
        Some("T2010") => comparison.map(|sign| {
            format!("The expressions on either side of operator \"{sign}\" must evaluate to numeric or string values")
        }),
        Some("T0410") => function.zip(argument()).map(|(function, (place, _))| {
            format!("Argument {place} of function \"{function}\" does not match function signature")
        }),
        Some("T0412") => function.zip(argument()).map(|(function, (place, types))| {
            let item = types.trim_start_matches("an array of ").to_lowercase();
            format!("Argument {place} of function \"{function}\" must be an array of \"{item}s\"")
        }),
        Some("D3001") if message.contains("string function") => {
            Some("Attempting to invoke string function on Infinity or NaN".to_owned())
        }
        Some("D3030") => message.strip_prefix("Cannot convert '").and_then(|rest| {
            let value = rest.strip_suffix("' to number")?;
            Some(format!("Unable to cast value to a number: {}", serde_json::Value::from(value)))
        }),
        Some("D3138") => message.split_once(" (").map(|(message, _)| message.to_owned()),
        _ => None,
    };
    in_javascript.unwrap_or_else(|| message.to_owned())
}
