//! Text: templates, parsing, counting words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

#[task]
async fn fetch(name: &str) -> Answer<String> {
    Ok(format!("the {name} and the other one"))
}

#[task]
async fn send(text: &str) -> Answer<usize> {
    Ok(text.chars().count())
}

// ---- map-reduce: the words of several documents

#[workflow]
pub async fn word_count(documents: Vec<String>) -> Answer<(BTreeMap<String, usize>, Vec<(String, usize)>)> {
    let counted = map(&documents, async |name| {
        let text = fetch(name).await?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for word in text.split_whitespace() {
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
        Ok(counts)
    })
    .await?;
    let mut total: BTreeMap<String, usize> = BTreeMap::new();
    for counts in counted {
        for (word, count) in counts {
            *total.entry(word).or_insert(0) += count;
        }
    }
    let mut ranking: Vec<(String, usize)> = total.iter().map(|(w, c)| (w.clone(), *c)).collect();
    ranking.sort_by(|(a, x), (b, y)| y.cmp(x).then(a.cmp(b)));
    ranking.truncate(3);
    Ok((total, ranking))
}

#[tokio::test]
async fn words_are_counted() {
    both_ways(word_count).await;
    let ran = Executor::test().agreeing().run(word_count(vec!["cat".into(), "dog".into()])).await;
    let (_, ranking) = ran.output().unwrap();
    assert_eq!(ranking[0], ("the".to_string(), 4));
}

// ---- a mail that is filled in from a template

#[derive(Debug, Clone, Serialize, Deserialize, Data)]
pub struct Customer {
    name: String,
    title: Option<String>,
    balance_cents: i64,
    tags: Vec<String>,
}

#[pure]
fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02} €", cents.abs() / 100, cents.abs() % 100)
}

const TEMPLATE: &str = "Dear {title}{name}, you {verb} {amount}. {tags}";

#[workflow]
pub async fn statement(customer: Customer) -> Answer<usize> {
    let verb = if customer.balance_cents < 0 { "owe" } else { "have" };
    let title = customer.title.as_ref().map(|t| format!("{t} ")).unwrap_or_default();
    let tags = customer
        .tags
        .iter()
        .map(|tag| tag.trim())
        .filter(|tag| !tag.is_empty())
        .map(|tag| format!("#{}", tag.replace(' ', "_")))
        .collect::<Vec<String>>()
        .join(" ");
    let text = TEMPLATE
        .replace("{title}", &title)
        .replace("{name}", &customer.name)
        .replace("{verb}", verb)
        .replace("{amount}", &money(customer.balance_cents))
        .replace("{tags}", &tags);
    let header = format!("{:<10}|{:>8}|{:^7}|", customer.tags.len(), verb, "x");
    send(&format!("{header}\n{text}")).await
}

#[tokio::test]
async fn a_statement_is_filled_in() {
    both_ways(statement).await;
}

// ---- lines of a config file

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum ConfigError {
    #[error("line {line}: {why}")]
    Syntax { line: usize, why: String },
    #[error("`{key}` is missing")]
    Missing { key: String },
    #[error("not a number: {0}")]
    NotANumber(String),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Config {
    host: String,
    port: u16,
    ratio: Option<f64>,
    debug: bool,
}

#[task]
async fn read_config(path: &str) -> Result<String, ConfigError> {
    Ok(format!("# {path}\nhost = localhost\nport=80{}\n\ndebug = true", path.len()))
}

#[workflow]
pub async fn load_config(path: String) -> Result<Config, ConfigError> {
    let text = read_config(&path).await?;
    let mut settings = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            return Err(ConfigError::Syntax { line: number + 1, why: format!("no `=` in `{line}`") });
        };
        settings.insert(key.trim().to_string(), value.trim().to_string());
    }
    let host =
        settings.get("host").cloned().ok_or_else(|| ConfigError::Missing { key: "host".to_string() })?;
    let port_text = settings.get("port").ok_or(ConfigError::Missing { key: "port".into() })?;
    let port: u16 = port_text.parse().map_err(|_| ConfigError::NotANumber(port_text.clone()))?;
    let ratio = settings.get("ratio").and_then(|text| text.parse::<f64>().ok());
    let debug = matches!(settings.get("debug").map(String::as_str), Some("true" | "yes" | "1"));
    Ok(Config { host, port, ratio, debug })
}

#[tokio::test]
async fn a_config_is_parsed() {
    both_ways(load_config).await;
    let ran = Executor::test().agreeing().run(load_config("a".into())).await;
    let config = Config { host: "localhost".into(), port: 801, ratio: None, debug: true };
    assert_eq!(ran.output().unwrap(), config);
}

// ---- validation that tells all mistakes at once

#[derive(Debug, Clone, Serialize, Deserialize, Data)]
pub struct SignUp {
    email: String,
    password: String,
    age: Option<u8>,
    country: String,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum SignUpError {
    #[error("{count} mistakes")]
    Invalid { count: usize, mistakes: Vec<String> },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

const COUNTRIES: [&str; 3] = ["AT", "CH", "DE"];

#[pure]
fn mistakes(form: &SignUp) -> Vec<String> {
    let email = (!form.email.contains('@')).then(|| "email: no @".to_string());
    let short = (form.password.len() < 8).then_some("password: too short".to_string());
    let plain =
        form.password.chars().all(|c| c.is_ascii_alphabetic()).then(|| "password: letters only".into());
    let age = match form.age {
        Some(age @ 0..=17) => Some(format!("age: {age} is too young")),
        Some(120..) => Some("age: too old".to_string()),
        Some(_) | None => None,
    };
    let country = if COUNTRIES.contains(&form.country.as_str()) {
        None
    } else {
        Some(format!("country: {} is none of {}", form.country, COUNTRIES.join(", ")))
    };
    [email, short, plain, age, country].into_iter().flatten().collect()
}

#[workflow]
pub async fn sign_up(form: SignUp) -> Result<String, SignUpError> {
    let mistakes = mistakes(&form);
    if !mistakes.is_empty() {
        return Err(SignUpError::Invalid { count: mistakes.len(), mistakes });
    }
    let (user, domain) = form.email.split_once('@').unwrap_or((&form.email, ""));
    let greeting = fetch(user).await?;
    Ok(format!("{greeting} at {domain}"))
}

#[tokio::test]
async fn all_mistakes_are_told() {
    both_ways(sign_up).await;
    let form = SignUp { email: "a".into(), password: "short".into(), age: Some(3), country: "XX".into() };
    let ran = Executor::test().agreeing().run(sign_up(form)).await;
    assert!(ran.outcome().cause.clone().unwrap().starts_with("{\"message\":\"5 mistakes\""));
}

// ---- characters: a Caesar cipher, a palindrome, initials

#[workflow]
pub async fn characters(text: String) -> Answer<(bool, String, String, Option<char>)> {
    let letters: Vec<char> =
        text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    let palindrome = letters.iter().eq(letters.iter().rev());
    let initials: String = text.split(' ').filter_map(|word| word.chars().next()).collect();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let length = send(&digits).await?;
    let last = letters.last().copied();
    Ok((palindrome, initials, format!("{digits:0>6}/{length}"), last))
}

#[tokio::test]
async fn characters_are_read() {
    both_ways(characters).await;
    let ran = Executor::test().agreeing().run(characters("Was it a car 1 saw".into())).await;
    assert_eq!(ran.output().unwrap().1, "Wiac1s");
}
