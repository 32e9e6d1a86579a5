//! Characters and their numbers, bytes, numbers that wrap around, and iterators that are asked again and again.

use workflow_core::prelude::*;

use crate::{INTS, TEXTS, pairs, rows};

const BYTES: &[&str] = &["0", "1", "65", "97", "127", "128", "200", "255"];
const WORDS32: &[&str] =
    &["0", "1", "255", "65535", "65536", "2147483647", "2147483648", "4294967295", "16777619"];
const CODES: &[&str] = &[
    "0", "10", "65", "127", "233", "2047", "2048", "8364", "55295", "55296", "57343", "57344", "65535",
    "65536", "128512", "1114111", "1114112",
];
const LETTERS: &[&str] = &[
    r#""a""#,
    r#"" ""#,
    r#""~""#,
    r#""\"""#,
    r#""\\""#,
    r#""%""#,
    r#""é""#,
    r#""߿""#,
    r#""€""#,
    r#""\uffff""#,
    r#""😀""#,
    r#""\n""#,
];
const PROGRAMS: &[&str] = &[r#""""#, r#""12+ab-3""#, r#""  7 ""#, r#""a1b22""#, r#""--9""#];

rows! {
    code(c: char) -> (u32, u8, i64, usize) { (c as u32, c as u8, c as i64, c as usize) } LETTERS;
    code_from(c: char) -> u32 { u32::from(c) } LETTERS;
    of_code(n: u32) -> Option<char> { char::from_u32(n) } CODES;
    of_byte(b: u8) -> (char, char) { (b as char, char::from(b)) } BYTES;
    shifted(text: String) -> String { text.chars().map(|c| if c.is_ascii_lowercase() { ((c as u8 - b'a' + 3) % 26 + b'a') as char } else { c }).collect() } TEXTS;
    bytes(text: String) -> (Vec<u8>, usize) { (text.bytes().collect(), text.as_bytes().len()) } TEXTS;
    sum_of_bytes(text: String) -> u32 { text.bytes().map(u32::from).sum() } TEXTS;
    digits(d: u32) -> (Option<char>, Option<char>) { (char::from_digit(d, 10), char::from_digit(d, 16)) } ["0", "7", "9", "10", "15", "16"];
    capital(text: String) -> String { let mut chars = text.chars(); match chars.next() { Some(first) => first.to_uppercase().collect::<String>() + chars.as_str(), None => String::new() } } TEXTS;
    capitals(text: String) -> String { text.chars().flat_map(|c| c.to_uppercase()).collect() } TEXTS;
    capital_text(text: String) -> Vec<String> { text.chars().map(|c| c.to_uppercase().to_string()).collect() } TEXTS;
    wrapping_add(a: u8, b: u8) -> (u8, u8, u8) { (a.wrapping_add(b), a.wrapping_sub(b), a.wrapping_mul(b)) } pairs(["a", "b"], BYTES, BYTES);
    wrapping_words(a: u32, b: u32) -> (u32, u32, u32) { (a.wrapping_add(b), a.wrapping_sub(b), a.wrapping_mul(b)) } pairs(["a", "b"], WORDS32, WORDS32);
    wrapping_signed(a: i32, b: i32) -> (i32, i32, i32) { (a.wrapping_add(b), a.wrapping_sub(b), a.wrapping_mul(b)) } pairs(["a", "b"], &["0", "-1", "2147483647", "-2147483648", "65537"], &["1", "-2", "2147483647", "-2147483648", "-65537"]);
    hash(text: String) -> u32 { text.bytes().fold(5381, |hash: u32, byte| hash.wrapping_mul(33).wrapping_add(u32::from(byte))) } TEXTS;
    split_at_each(text: String) -> (Vec<String>, usize) { (text.split(|c: char| c == '-' || c.is_whitespace()).map(str::to_string).collect(), text.split(char::is_whitespace).count()) } TEXTS;
    runs(text: String) -> Vec<(char, u32)> { let mut runs: Vec<(char, u32)> = vec![]; for c in text.chars() { if let Some((last, count)) = runs.last_mut() && *last == c { *count += 1; } else { runs.push((c, 1)); } } runs } TEXTS;
    lexed(text: String) -> Vec<String> { let mut found = vec![]; let mut chars = text.chars().peekable(); while let Some(c) = chars.next() { if c.is_ascii_digit() { let mut number = c.to_string(); while let Some(next) = chars.next_if(|c| c.is_ascii_digit()) { number.push(next); } found.push(number); } else if c.is_ascii_alphabetic() { let mut word = String::from(c); while chars.peek().is_some_and(|c| c.is_ascii_alphanumeric()) { if let Some(next) = chars.next() { word.push(next); } } found.push(word); } else if c == '-' && chars.peek() == Some(&'-') { chars.next(); found.push("--".to_string()); } } found } PROGRAMS;
    taken(xs: Vec<i64>) -> (Option<i64>, Option<i64>, Vec<i64>) { let mut it = xs.into_iter(); let first = it.next(); let last = it.next_back(); (first, last, it.collect()) } INTS;
    pairwise(xs: Vec<i64>) -> Vec<(i64, Option<i64>)> { let mut it = xs.iter().copied(); let mut pairs = vec![]; while let Some(a) = it.next() { pairs.push((a, it.next())); } pairs } INTS;
    header(text: String) -> (String, usize) { let mut lines = text.lines(); let Some(first) = lines.next() else { return Ok((String::new(), 0)) }; (first.to_string(), lines.filter(|line| !line.is_empty()).count()) } TEXTS;
    popped(text: String) -> (Option<char>, String) { let mut rest = text; let last = rest.pop(); (last, rest) } TEXTS;
    truncated(text: String, n: usize) -> String { let mut rest = text; rest.truncate(n); rest } pairs(["text", "n"], TEXTS, &["0", "1", "3", "99"]);
    by_ref(xs: Vec<i64>) -> (i64, Vec<i64>) { let mut it = xs.into_iter().peekable(); let mut sum = 0; while let Some(x) = it.next_if(|x| *x >= 0) { sum += x; } (sum, it.collect()) } INTS;
}
