//! What people mix: closures, loops, branches and data.

use crate::{INTS, TEXTS, WORDS, pairs, rows};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use workflow_core::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Line {
    sku: String,
    qty: u32,
    price: f64,
    note: Option<String>,
    tags: Vec<String>,
    inner: Inner,
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Inner {
    a: Option<i64>,
    b: (i64, String),
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "type")]
enum Event {
    Created { id: String, at: u32 },
    Paid { cents: i64 },
    Noted,
}
const LINES: &[&str] = &[
    "[]",
    r#"[{"sku":"a","qty":2,"price":1.5,"tags":[],"inner":{"b":[1,"x"]}},{"sku":"b","qty":1,"price":2.25,"note":"n","tags":["t"],"inner":{"a":4,"b":[2,"y"]}}]"#,
];
const SINGLE: &[&str] = &[
    r#"{"sku":"a","qty":2,"price":1.5,"tags":[],"inner":{"b":[1,"x"]}}"#,
    r#"{"sku":"a","qty":2,"price":1.5,"tags":[],"note":null,"inner":{"a":null,"b":[1,"x"]}}"#,
    r#"{"sku":"a","qty":2,"price":1.5,"tags":[],"note":"n","inner":{"a":1,"b":[1,"x"]}}"#,
];
const EVENTS: &[&str] = &[
    "[]",
    r#"[{"type":"Noted"}]"#,
    r#"[{"type":"Created","id":"x","at":3},{"type":"Paid","cents":5},{"type":"Noted"},{"type":"Paid","cents":-2}]"#,
];

rows! {
    paid(events: Vec<Event>) -> i64 { events.iter().filter_map(|e| match e { Event::Paid { cents } => Some(*cents), _ => None }).sum() } EVENTS;
    described(events: Vec<Event>) -> Vec<String> { events.iter().map(|e| match e { Event::Created { id, at } if *at > 2 => format!("{id}@{at}"), Event::Created { id, .. } => id.clone(), Event::Paid { cents } => cents.to_string(), Event::Noted => String::new() }).collect() } EVENTS;
    counted_events(events: Vec<Event>) -> (usize, Option<Event>) { (events.iter().filter(|e| matches!(e, Event::Paid { cents } if *cents > 0)).count(), events.iter().find(|e| matches!(e, Event::Paid { .. })).cloned()) } EVENTS;
    worth(lines: Vec<Line>) -> f64 { lines.iter().map(|l| l.price * f64::from(l.qty)).sum::<f64>() } LINES;
    quantities(lines: Vec<Line>) -> BTreeMap<String, u32> { lines.iter().map(|l| (l.sku.clone(), l.qty)).collect() } LINES;
    grouped_quantities(lines: Vec<Line>) -> BTreeMap<String, Vec<u32>> { let mut m = BTreeMap::new(); for l in lines.iter() { m.entry(l.sku.clone()).or_insert(Vec::new()).push(l.qty); } m } LINES;
    nested_fields(lines: Vec<Line>) -> Vec<(String, i64)> { lines.iter().map(|l| (l.inner.b.1.clone(), l.inner.a.unwrap_or(l.inner.b.0))).collect() } LINES;
    summary(lines: Vec<Line>) -> String { let skus = lines.iter().map(|line| line.sku.to_uppercase()).collect::<Vec<String>>(); if skus.is_empty() { "none".into() } else { format!("{} ({} items)", skus.join(", "), skus.len()) } } LINES;
    updated_lines(lines: Vec<Line>) -> Vec<Line> { lines.into_iter().map(|line| Line { qty: line.qty + 1, note: line.note.clone().or(Some("x".into())), ..line }).collect() } LINES;
    largest_quantity(lines: Vec<Line>) -> Option<u32> { lines.iter().map(|l| l.qty).max() } LINES;
    settings(text: String) -> Vec<(String, String)> { text.split(';').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.trim().to_string(), v.trim().to_string())).collect() } [r#""a=1; b = 2;c""#, r#""""#];
    adapters_in_variables(xs: Vec<i64>) -> Vec<i64> { let evens = xs.iter().filter(|&&x| x % 2 == 0); let doubled = evens.map(|&x| x * 2); doubled.collect() } INTS;
    is_sorted(xs: Vec<i64>) -> bool { xs.windows(2).all(|w| w[0] <= w[1]) } INTS;
    extent(xs: Vec<i64>) -> (i64, i64) { xs.iter().fold((i32::MAX as i64, i32::MIN as i64), |(lo, hi), &x| (lo.min(x), hi.max(x))) } INTS;
    factorial(n: u64) -> u64 { (1..=n).product() } ["0", "1", "5", "10"];
    fibonacci(n: usize) -> Vec<u64> { let mut fib = vec![0, 1]; while fib.len() < n { let next = fib[fib.len() - 1] + fib[fib.len() - 2]; fib.push(next); } fib.truncate(n); fib } ["0", "1", "2", "10"];
    distinct_words(words: Vec<String>) -> Vec<String> { let mut unique = words.clone(); unique.sort(); unique.dedup(); unique.retain(|w| !w.is_empty()); unique } WORDS;
    byte_lengths(words: Vec<String>) -> Vec<usize> { words.iter().map(|w| w.len()).collect() } WORDS;
    alternating(text: String) -> String { text.chars().enumerate().map(|(i, c)| if i % 2 == 0 { c.to_ascii_uppercase() } else { c }).collect() } TEXTS;
    letters(text: String) -> Vec<String> { text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_string()).collect() } TEXTS;
    either_or_both(a: Option<i64>, b: Option<i64>) -> Option<i64> { match (a, b) { (Some(a), Some(b)) => Some(a + b), (Some(x), None) | (None, Some(x)) => Some(x), (None, None) => None } } pairs(["a", "b"], &["null", "1"], &["null", "2"]);
    chained_let(a: Option<i64>) -> String { if let Some(x) = a && x > 1 { format!("big {x}") } else if let Some(x) = a { format!("{x}") } else { "none".to_string() } } ["null", "1", "2"];
    described_numbers(xs: Vec<i64>) -> Vec<String> { let limit = 2; let describe = xs.iter().map(|x| { let kind = if *x > limit { "big" } else if *x < 0 { "negative" } else { "small" }; format!("{x} is {kind}") }); describe.collect() } INTS;
    sums_by_key(m: BTreeMap<String, Vec<i64>>) -> BTreeMap<String, i64> { m.iter().map(|(k, v)| (k.to_uppercase(), v.iter().sum())).collect() } [r#"{}"#, r#"{"b":[1,2],"a":[]}"#];
    largest_entry(m: BTreeMap<String, i64>) -> Option<(String, i64)> { m.into_iter().max_by_key(|(_, v)| *v) } [r#"{}"#, r#"{"b":1,"a":1}"#];
    values_and_keys(m: BTreeMap<String, i64>) -> i64 { let mut total = 0; for value in m.values() { total += value; } for key in m.keys() { if key == "a" { total += 10; } } total } [r#"{}"#, r#"{"b":1,"a":1}"#];
    sorted_floats(xs: Vec<f64>) -> Vec<f64> { let mut ys = xs; ys.sort_by(|a, b| a.total_cmp(b)); ys } ["[]", "[2.5,1.0,-3.0]"];
    rows_of_two(xs: Vec<i64>) -> Vec<Vec<i64>> { let mut rows = Vec::new(); for chunk in xs.chunks(2) { rows.push(chunk.to_vec()); } rows } INTS;
    ends(lines: Vec<Line>) -> bool { lines.first().is_some_and(|line| line.tags.is_empty()) && lines.last().map(|l| l.inner.b == (2, "y".to_string())).unwrap_or(false) } LINES;
    eager_unwrap_or(x: Option<i64>, y: i64) -> i64 { x.unwrap_or(10 / y) } pairs(["x", "y"], &["null", "1"], &["0", "2"]);
    eager_map_or(x: Option<i64>, y: i64) -> i64 { x.map_or(10 / y, |x| x + 1) } pairs(["x", "y"], &["null", "1"], &["0", "2"]);
    lazy_closures(x: Option<i64>, y: i64) -> (i64, Option<i64>) { (x.unwrap_or_else(|| 10 / y), (y != 0).then(|| 4 / y)) } pairs(["x", "y"], &["null", "1"], &["0", "2"]);
    early_failure(xs: Vec<i64>, y: i64) -> i64 { let first = xs[0]; if y > 1 { first } else { 0 } } pairs(["xs", "y"], INTS, &["0", "2"]);
    structs_with_missing_fields(a: Line, b: Line) -> (bool, bool, bool) { (a == b, a != b, a.inner == b.inner) } pairs(["a", "b"], SINGLE, SINGLE);
    short_circuit(xs: Vec<i64>) -> i64 { let n = xs.len(); if n > 0 && xs[0] > 1 { xs[n - 1] } else { -1 } } INTS;
    precedence(x: i64) -> i64 { let y = (x - 1) / 2; let z = y % 3; -(z - x) * (y + 2) - -z } ["0", "5", "-9"];
    booleans(x: bool, y: bool) -> (bool, bool, bool) { (x == !y, !(x && y) || x, x < y) } pairs(["x", "y"], &["true", "false"], &["true", "false"]);
    last_letter(s: String) -> Option<char> { s.chars().rev().skip_while(|c| *c == ' ').next() } TEXTS;
    first_and_rest(s: String) -> (String, String) { let name = s.split(' ').next().unwrap_or("none").to_string(); let rest = s.split(' ').skip(1).collect::<Vec<_>>().join(" "); (name, rest) } TEXTS;
    matched_text(s: String) -> String { match s.trim() { "" => "empty".to_string(), "a" | "b" => "letter".to_string(), other => other.to_lowercase() } } TEXTS;
    borrowed_text(s: String) -> bool { let t = s.as_str(); t.starts_with("hello") && !t.is_empty() && t != "hello" } TEXTS;
}
