//! Text.

use workflow_core::prelude::*;

use crate::{TEXTS, WORDS, pairs, rows};

const PARTS: &[&str] = &[r#""""#, r#""a""#, r#"",""#, r#""ß""#, r#"" ""#, r#""hello world!""#];
const NUMBERS: &[&str] = &[
    r#""0""#,
    r#""12""#,
    r#""+5""#,
    r#""-5""#,
    r#""-0""#,
    r#""007""#,
    r#""""#,
    r#""+""#,
    r#"" 1""#,
    r#""1.5""#,
    r#""300""#,
    r#""-129""#,
    r#""0x10""#,
    r#"".5""#,
    r#""5.""#,
    r#"".""#,
    r#""1e3""#,
    r#""1E-2""#,
    r#""-.5e1""#,
    r#""1e""#,
    r#""x""#,
    r#""99999999999999999999""#,
    r#""1_000""#,
    r#""true""#,
    r#""false""#,
];

rows! {
    len(s: String) -> (usize, bool) { (s.len(), s.is_empty()) } TEXTS;
    chars(s: String) -> (usize, Vec<char>) { (s.chars().count(), s.chars().collect()) } TEXTS;
    rev(s: String) -> String { s.chars().rev().collect() } TEXTS;
    trim(s: String) -> (String, String, String) { (s.trim().to_string(), s.trim_start().to_owned(), s.trim_end().into()) } TEXTS;
    upper(s: String) -> (String, String) { (s.to_uppercase(), s.to_lowercase()) } TEXTS;
    ascii(s: String) -> (String, String, bool) { (s.to_ascii_uppercase(), s.to_ascii_lowercase(), s.eq_ignore_ascii_case("HELLO World")) } TEXTS;
    replace(s: String) -> String { s.replace("l", "$1") } TEXTS;
    replace_by(s: String, p: String) -> String { s.replace(&p, "<>") } pairs(["s", "p"], TEXTS, PARTS);
    split(s: String) -> Vec<String> { s.split(',').map(|part| part.to_string()).collect() } TEXTS;
    split_by(s: String, p: String) -> Vec<String> { s.split(&p).map(str::to_string).collect() } pairs(["s", "p"], TEXTS, PARTS);
    split_whitespace(s: String) -> Vec<String> { s.split_whitespace().map(String::from).collect() } TEXTS;
    split_once(s: String, p: String) -> Option<(String, String)> { s.split_once(&p).map(|(a, b)| (a.to_string(), b.to_string())) } pairs(["s", "p"], TEXTS, PARTS);
    splitn(s: String, p: String) -> (Vec<String>, Vec<String>) { (s.splitn(2, &p).map(str::to_string).collect(), s.splitn(0, &p).map(String::from).collect()) } pairs(["s", "p"], TEXTS, PARTS);
    rsplit(s: String) -> (Vec<String>, Option<(String, String)>) { (s.rsplit('l').map(|part| part.to_string()).collect(), s.rsplit_once("o").map(|(a, b)| (a.to_string(), b.to_string()))) } TEXTS;
    trim_matches(s: String) -> (String, String, String) { (s.trim_matches('h').to_string(), s.trim_start_matches("h").to_owned(), s.trim_end_matches('o').into()) } [r#""""#, r#""hho""#, r#""hh""#, r#""oho h oo""#, r#""o""#];
    lines(s: String) -> Vec<String> { s.lines().map(|line| line.to_string()).collect() } TEXTS;
    starts_with(s: String, p: String) -> (bool, bool, bool) { (s.starts_with(&p), s.ends_with(&p), s.contains(&p)) } pairs(["s", "p"], TEXTS, PARTS);
    starts_with_char(s: String) -> (bool, bool) { (s.starts_with('h'), s.ends_with("ß")) } TEXTS;
    strip(s: String, p: String) -> (Option<String>, Option<String>) { (s.strip_prefix(&p).map(|s| s.to_string()), s.strip_suffix(&p).map(str::to_owned)) } pairs(["s", "p"], TEXTS, PARTS);
    strip_or(s: String) -> String { s.strip_prefix("hello ").unwrap_or(&s).to_string() } TEXTS;
    find(s: String, p: String) -> Option<usize> { s.find(&p) } pairs(["s", "p"], TEXTS, PARTS);
    repeat(s: String, n: usize) -> String { s.repeat(n) } pairs(["s", "n"], TEXTS, &["0", "1", "3"]);
    less(s: String, p: String) -> (bool, bool, bool) { (s < p, s >= p, s == p) } pairs(["s", "p"], &[r#""a""#, r#""ab""#, r#""\uffff""#, r#""😀""#, r#""""#], &[r#""b""#, r#""\ue000""#, r#""😁""#, r#""""#]);
    digits(s: String) -> bool { !s.is_empty() && s.chars().all(|c| c.is_ascii_digit()) } TEXTS;
    classes(s: String) -> String { s.chars().filter(|c| c.is_ascii_alphanumeric() || c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect() } TEXTS;
    digit_sum(s: String) -> u32 { s.chars().filter_map(|c| c.to_digit(10)).sum() } [r#""""#, r#""12a3""#];
    parse_i64(s: String) -> Option<i64> { s.parse::<i64>().ok() } NUMBERS;
    parse_u8(s: String) -> Option<u8> { s.trim().parse().ok() } NUMBERS;
    parse_i8(s: String) -> Option<i8> { s.parse::<i8>().ok() } NUMBERS;
    parse_f64(s: String) -> Option<f64> { s.parse::<f64>().ok() } NUMBERS;
    parse_bool(s: String) -> Option<bool> { s.parse::<bool>().ok() } NUMBERS;
    append(s: String) -> String { let mut t = s.clone(); t.push('!'); t.push_str(&s); t += "?"; t.clone() + &s } TEXTS;
    clear(s: String) -> String { let mut t = s; t.clear(); t } TEXTS;
    words(words: Vec<String>) -> String { words.iter().map(|word| word.trim().to_uppercase()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-") } WORDS;
    title(s: String) -> String { s.split(' ').map(|word| format!("{}{}", word.chars().take(1).collect::<String>().to_uppercase(), word.chars().skip(1).collect::<String>())).collect::<Vec<String>>().join(" ") } TEXTS;
}
