//! Text that is built, cut and compared.

use workflow_core::prelude::*;

use crate::program;

#[task]
async fn translate(word: &str, language: &str) -> Result<String, PlatformError> {
    Ok(match (word, language) {
        ("hello", "fr") => "bonjour".to_owned(),
        (word, language) => format!("{word}@{language}"),
    })
}

/// A letter is built line by line.
#[workflow]
pub async fn letter(
    name: String,
    lines: Vec<String>,
    language: Option<String>,
) -> Result<String, PlatformError> {
    let language = language.unwrap_or_else(|| "en".to_string());
    let greeting = translate("hello", &language).await?;
    let mut body = String::new();
    body.push_str(&greeting);
    body += " ";
    body += &name;
    body.push('\n');
    for (number, line) in lines.iter().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let marker = if number == 0 { "-" } else { "*" };
        body.push_str(&format!("{marker} {}. {line}\n", number + 1));
    }
    let signature = match name.as_str() {
        "" => "nobody".to_string(),
        name if name.starts_with("Dr. ") => name.replace("Dr. ", "Doctor "),
        name if name.ends_with('!') => name.to_uppercase(),
        name => name.to_owned(),
    };
    Ok(body + "yours, " + &signature)
}

program!(a_letter: letter [translate]
    ("Ann".into(), vec![" one ".into(), "".into(), "three".into()], Some("fr".into())),
    ("Dr. Who".into(), vec![], None),
    ("Bob!".into(), vec!["é \"quoted\" 'single' \\ {% x %}".into()], None),
    ("".into(), vec!["".into()], Some("".into())),
);

/// `key=value;key=value`, read without a parser.
#[workflow]
pub async fn parse_settings(text: String) -> Result<Vec<(String, String)>, PlatformError> {
    let mut pairs = Vec::new();
    for part in text.split(';') {
        let Some((key, value)) = part.split_once('=') else {
            if part == "stop" {
                break;
            }
            continue;
        };
        let key = key.trim().to_lowercase();
        let value = if value.contains('$') { translate(value, "shell").await? } else { value.to_string() };
        pairs.push((key, value));
    }
    Ok(pairs)
}

program!(settings_are_read: parse_settings [translate]
    ("A=1; b = $x ;c;d==;stop;e=1".into()), ("".into()), (";;".into()), ("k=v".into()),
);

/// Words counted, joined, shortened.
#[workflow]
pub async fn words(text: String, limit: usize) -> Result<(usize, String, bool, String), PlatformError> {
    let words: Vec<String> = text.split_whitespace().map(|word| word.to_string()).collect();
    let longest = words.iter().map(|word| word.len()).max().unwrap_or(0);
    let title = words
        .iter()
        .filter(|word| word.len() > 1)
        .take(limit)
        .map(|word| word.to_uppercase())
        .collect::<Vec<_>>()
        .join("-");
    let palindrome = text.chars().rev().collect::<String>() == text;
    let told = translate(&title, "up").await?;
    Ok((longest, title, palindrome, told))
}

program!(words_are_counted: words [translate]
    ("the quick  brown fox a b".into(), 2), ("".into(), 3), ("abba".into(), 0), ("x".into(), 1),
);
