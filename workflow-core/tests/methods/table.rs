//! The table of methods in the documentation: made from the rows here, each of which is also run.
//!
//! `METHODS_TABLE=write cargo test -p workflow-core --test methods table` writes it anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
};

use workflow_core::prelude::*;

use crate::Case;

const INPUTS: &[&str] = &[
    r#"{"list":[],"other":[4],"nested":[],"words":[],"text":"","map":{},"option":null,"maybe":[],"n":0,"a":7,"b":-2,"x":2.5}"#,
    r#"{"list":[3,1,2,3],"other":[5,6],"nested":[[1],[2,3]],"words":["b","a"],"text":"a-b c","map":{"k":1,"a":2},"option":3,"maybe":[1,null],"n":2,"a":-7,"b":3,"x":-2.5}"#,
];

/// The groups of rows, each row an expression and its type.
macro_rules! table {
    ($parameters:tt $($title:literal { $($out:ty: $body:expr;)* })*) => {
        fn groups() -> Vec<(&'static str, Vec<Case>)> {
            vec![$(($title, vec![$({
                #[workflow]
                async fn row $parameters -> Result<$out, PlatformError> {
                    Ok($body)
                }
                crate::case!(row, stringify!($body), INPUTS)
            }),*])),*]
        }
    };
}

table! {
    (
        list: Vec<i64>,
        other: Vec<i64>,
        nested: Vec<Vec<i64>>,
        words: Vec<String>,
        text: String,
        map: BTreeMap<String, i64>,
        option: Option<i64>,
        maybe: Vec<Option<i64>>,
        n: usize,
        a: i64,
        b: i64,
        x: f64,
    )
    "Iterators" {
        Vec<i64>: list.iter().map(|item| item * 2).collect();
        Vec<i64>: list.iter().filter(|item| **item > 1).cloned().collect();
        Vec<i64>: list.iter().filter_map(|item| item.checked_sub(1)).collect();
        Vec<i64>: nested.iter().flat_map(|inner| inner.clone()).collect();
        Vec<i64>: nested.into_iter().flatten().collect();
        Vec<i64>: maybe.into_iter().flatten().collect();
        bool: list.iter().any(|item| *item > 1);
        bool: list.iter().all(|item| *item > 1);
        Option<i64>: list.iter().find(|item| **item > 1).cloned();
        Option<i64>: list.iter().find_map(|item| item.checked_sub(1));
        Option<usize>: list.iter().position(|item| *item > 1);
        (Vec<i64>, Vec<i64>): list.into_iter().partition(|item| *item > 1);
        (Vec<i64>, Vec<i64>): list.iter().map(|item| (*item, item + 1)).unzip();
        i64: list.iter().fold(1, |sum, item| sum * 2 + item);
        Option<i64>: list.iter().try_fold(1, |sum, item| (*item > 1).then_some(sum * item));
        Option<i64>: list.into_iter().reduce(|sum, item| sum - item);
        i64: list.iter().sum();
        i64: list.iter().product();
        usize: list.iter().count();
        Option<i64>: list.iter().min().copied();
        Option<i64>: list.iter().max().copied();
        Option<i64>: list.into_iter().min_by_key(|item| item % 3);
        Option<i64>: list.into_iter().max_by_key(|item| item % 3);
        Option<i64>: list.into_iter().max_by(|left, right| left.cmp(right));
        Vec<i64>: list.into_iter().rev().collect();
        Vec<i64>: list.into_iter().take(n).collect();
        Vec<i64>: list.into_iter().skip(n).collect();
        Vec<i64>: list.into_iter().step_by(2).collect();
        Vec<i64>: list.into_iter().take_while(|item| *item > 1).collect();
        Vec<i64>: list.into_iter().skip_while(|item| *item > 1).collect();
        Vec<(i64, i64)>: list.into_iter().zip(other).collect();
        Vec<(usize, i64)>: list.into_iter().enumerate().collect();
        Vec<i64>: list.into_iter().chain(other).collect();
        Vec<(i64, u8)>: list.into_iter().zip(1..).collect();
        Vec<i64>: (a..).take(n).collect();
        Vec<i64>: std::iter::once(a).chain(list).collect();
        Vec<i64>: std::iter::repeat(a).take(n).collect();
        (Option<i64>, Vec<i64>): { let mut left = list.into_iter().peekable(); (left.next_if(|item| *item > 1), left.collect()) };
        Option<i64>: list.iter().next().copied();
        Option<i64>: list.iter().nth(n).copied();
        Vec<i64>: list.into_iter().cycle().take(n).collect();
        Vec<(i64, String)>: list.into_iter().zip(words.into_iter().cycle()).collect();
        Vec<usize>: (0..n).collect();
        Vec<usize>: (1..=n).collect();
        bool: (0..10).contains(&a);
        String: words.into_iter().collect();
        BTreeMap<String, usize>: words.into_iter().enumerate().map(|(place, word)| (word, place)).collect();
        Option<Vec<i64>>: maybe.into_iter().collect();
        Option<Vec<i64>>: words.iter().map(|word| word.parse::<i64>()).collect::<Result<Vec<_>, _>>().ok();
    }
    "Lists" {
        usize: list.len();
        bool: list.is_empty();
        bool: list.contains(&a);
        Option<i64>: list.first().copied();
        Option<i64>: list.last().copied();
        Option<i64>: list.get(n).copied();
        i64: list[n];
        Vec<i64>: list[1..n].to_vec();
        Vec<Vec<i64>>: list.chunks(2).map(|chunk| chunk.to_vec()).collect();
        Vec<Vec<i64>>: list.windows(2).map(|window| window.to_vec()).collect();
        Vec<Vec<i64>>: list.chunk_by(|left, right| left <= right).map(|chunk| chunk.to_vec()).collect();
        Vec<i64>: nested.concat();
        String: words.concat();
        String: words.join(", ");
        Vec<i64>: vec![a; n];
        Vec<i64>: { let mut new = list; new.push(a); new };
        Vec<i64>: { let mut new = list; new.extend(other); new };
        Vec<i64>: { let mut new = list; new[0] = a; new };
        Vec<i64>: { let mut new = list; new.insert(n, a); new };
        i64: { let mut new = list; new.remove(n) };
        i64: { let mut new = list; new.swap_remove(n) };
        Vec<i64>: { let mut new = list; new.swap(n, 0); new };
        Option<i64>: { let mut new = std::collections::VecDeque::from(list); new.pop_front() };
        Vec<i64>: { let mut new = std::collections::VecDeque::from(list); new.push_front(a); new.into_iter().collect() };
        Option<i64>: { let mut new = list; new.pop() };
        Vec<i64>: { let mut new = list; new.retain(|item| *item > 1); new };
        Vec<i64>: { let mut new = list; new.truncate(n); new };
        Vec<i64>: { let mut new = list; new.clear(); new };
        (Vec<i64>, usize): { let mut new = list; (std::mem::take(&mut new), new.len()) };
        Vec<i64>: { let mut new = list; new.reverse(); new };
        Vec<i64>: { let mut new = list; new.dedup(); new };
        Vec<i64>: { let mut new = list; new.sort(); new };
        Vec<String>: { let mut new = words; new.sort(); new };
        Vec<i64>: { let mut new = list; new.sort_by_key(|item| item % 3); new };
        Vec<i64>: { let mut new = list; new.sort_by_key(|item| std::cmp::Reverse(*item)); new };
        Vec<i64>: { let mut new = list; new.sort_by(|left, right| right.cmp(left)); new };
    }
    "`BTreeSet<_>`" {
        BTreeSet<i64>: list.into_iter().collect();
        bool: { let mut new = BTreeSet::from_iter(list); new.insert(a) };
        bool: { let mut new = BTreeSet::from_iter(list); new.remove(&a) };
        Vec<i64>: BTreeSet::from_iter(list).union(&BTreeSet::from_iter(other)).copied().collect();
        Vec<i64>: BTreeSet::from_iter(list).intersection(&BTreeSet::from_iter(other)).copied().collect();
        Vec<i64>: BTreeSet::from_iter(list).difference(&BTreeSet::from_iter(other)).copied().collect();
        bool: BTreeSet::from_iter(list).is_subset(&BTreeSet::from_iter(other));
    }
    "`BTreeMap<String, _>`" {
        Option<i64>: map.get(&text).copied();
        i64: map["k"];
        bool: map.contains_key(&text);
        usize: map.len();
        Vec<String>: map.keys().cloned().collect();
        Option<i64>: map.first_key_value().map(|(_, value)| *value);
        Vec<i64>: map.values().copied().collect();
        Vec<(String, i64)>: map.into_iter().collect();
        BTreeMap<String, i64>: { let mut new = map; new.insert(text, a); new };
        Option<i64>: { let mut new = map; new.remove(&text) };
        BTreeMap<String, i64>: { let mut new = map; new.retain(|_, value| *value > 1); new };
        BTreeMap<String, i64>: { let mut new = map; *new.entry(text).or_insert(0) += 1; new };
        BTreeMap<String, i64>: { let mut new = map; new.extend(words.into_iter().zip(list)); new };
    }
    "Text" {
        usize: text.len();
        bool: text.is_empty();
        usize: text.chars().count();
        Vec<char>: text.chars().collect();
        String: text.trim().to_string();
        String: text.to_uppercase();
        String: text.to_lowercase();
        String: text.to_ascii_uppercase();
        String: text.replace("-", "+");
        Vec<String>: text.split('-').map(|part| part.to_string()).collect();
        Vec<String>: text.split(|letter: char| letter == '-' || letter == ' ').map(|part| part.to_string()).collect();
        Vec<String>: text.split_whitespace().map(|part| part.to_string()).collect();
        Vec<String>: text.lines().map(|line| line.to_string()).collect();
        Option<(String, String)>: text.split_once('-').map(|(before, after)| (before.to_string(), after.to_string()));
        bool: text.contains("-");
        bool: text.starts_with("a");
        bool: text.ends_with("c");
        Option<String>: text.strip_prefix("a").map(|rest| rest.to_string());
        Option<String>: text.strip_suffix("c").map(|rest| rest.to_string());
        Option<usize>: text.find('-');
        String: text.repeat(n);
        Vec<u8>: text.bytes().collect();
        Vec<u32>: text.chars().map(|letter| letter as u32).collect();
        Option<char>: char::from_digit(n as u32, 16);
        bool: text.chars().all(|letter| letter.is_ascii_digit());
        bool: text.as_str() < "b";
        bool: text < words.concat();
        Option<i64>: text.parse::<i64>().ok();
        Option<u8>: text.parse::<u8>().ok();
        Option<f64>: text.parse::<f64>().ok();
        Option<bool>: text.parse::<bool>().ok();
        String: format!("{text}: {n}");
        String: format!("{text:>8}{a:05}{n:x}");
        String: format!("{x:.2}");
    }
    "`Option`" {
        bool: option.is_some();
        bool: option.is_none();
        bool: option.is_some_and(|value| value > 1);
        bool: option.is_none_or(|value| value > 1);
        i64: option.unwrap_or(7);
        i64: option.unwrap_or_default();
        i64: option.unwrap_or_else(|| a + b);
        Option<i64>: option.map(|value| value * 2);
        i64: option.map_or(7, |value| value * 2);
        i64: option.map_or_else(|| a + b, |value| value * 2);
        Option<i64>: option.and_then(|value| value.checked_sub(1));
        Option<i64>: option.xor(list.first().copied());
        Option<Option<i64>>: option.map(|value| value.to_string().parse::<i64>()).transpose().ok();
        Option<i64>: option.or(Some(7));
        Option<i64>: option.or_else(|| Some(a + b));
        Option<i64>: option.filter(|value| *value > 1);
        Option<(i64, i64)>: option.zip(Some(a));
        Option<i64>: (a > 1).then_some(b);
        Option<i64>: (a > 1).then(|| b + 1);
    }
    "`Result`" {
        bool: text.parse::<i64>().is_ok();
        bool: text.parse::<i64>().is_err();
        bool: text.parse::<i64>().is_ok_and(|value| value > 1);
        i64: text.parse::<i64>().unwrap_or(7);
        i64: text.parse::<i64>().unwrap_or_else(|_| a);
        i64: option.ok_or("none").map(|value| value + 1).unwrap_or(7);
        Option<String>: option.ok_or_else(|| text.clone()).map_err(|error| error + "!").err();
    }
    "Numbers" {
        i64: a + b * 2 - 1;
        i64: a / b;
        i64: a % b;
        i64: a.rem_euclid(b);
        i64: a.div_euclid(b);
        i64: a.abs();
        i64: a.signum();
        i64: a.pow(2);
        i64: a.min(b);
        i64: a.max(b);
        i64: a.clamp(-5, 5);
        u64: a.abs_diff(b);
        bool: a.is_negative();
        Option<i64>: a.checked_add(b);
        Option<i64>: a.checked_div(b);
        usize: n.saturating_sub(1);
        u8: (a as u8).wrapping_add(b as u8);
        u32: (n as u32).wrapping_mul(16_777_619);
        char: (n as u8 + b'a') as char;
        f64: x.floor();
        f64: x.ceil();
        f64: x.round();
        f64: x.trunc();
        f64: x.abs().sqrt();
        f64: a as f64;
        u8: a as u8;
        i32: x as i32;
        f64: f64::from(a as i32);
        Option<u8>: u8::try_from(a).ok();
        bool: a > b && b != 0 || !(a == 1);
    }
}

/// A value as text: what stands in a table's cell.
fn code(text: &str) -> String {
    // A longer fence holds a backtick.
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", text.replace('|', "\\|"))
}

/// What an expression becomes: the output of the only state, or each state's part of it.
fn jsonata(case: &Case) -> String {
    let machine = serde_json::to_value(&case.definition.machine).unwrap();
    let mut written = Vec::new();
    for state in machine["States"].as_object().unwrap().values() {
        let assigned = state["Assign"].as_object().into_iter().flatten();
        written.extend(assigned.map(|(name, value)| format!("${name} := {}", bare(value))));
        written.extend(state.get("Output").map(bare));
    }
    written.join("; ").replace("$states.input.", "$")
}

fn bare(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => {
            match text.strip_prefix("{% ").and_then(|text| text.strip_suffix(" %}")) {
                Some(expression) => expression.to_owned(),
                None => format!("'{text}'"),
            }
        }
        serde_json::Value::Array(elements) => {
            format!("[{}]", elements.iter().map(bare).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn markdown() -> String {
    let mut text = String::from(
        "What a workflow may compute between its calls, and the JSONata that it becomes.\n\n\
         The rows read `list`, `other: Vec<i64>`, `nested: Vec<Vec<i64>>`, `words: Vec<String>`, `text: String`, \
         `map: BTreeMap<String, i64>`, `option: Option<i64>`, `maybe: Vec<Option<i64>>`, `n: usize`, `a`, `b: i64` and \
         `x: f64`; `$list` stands for the expression that holds the list. Every row is run in both readings by the \
         tests of this crate, over more inputs than one would think of.\n\n\
         `.clone()`, `.cloned()`, `.copied()`, `.as_ref()`, `.as_deref()`, `.to_owned()`, `.to_vec()`, `&` and `*` stand \
         for the value itself. Functions are closures, also with blocks, `let`, early `return` and `?` inside, or paths \
         such as `String::from` and `Some`. A method that changes a list, a text or a map is called on a `let mut` \
         variable or a part of one, and so is one that moves an iterator on.\n\n\
         Rust's meaning wins: an index that is out of range, a key that is not there, a division by zero and an \
         unsigned difference below zero fail the execution with `States.QueryEvaluationError` as the panic does in process, text is ordered by character, \
         `sort` is stable, a list of one element stays a list. What differs: integers are exact up to 2^53 and \
         overflow nowhere else, and `parse::<f64>()` knows no `inf` and no `NaN`, since JSON has neither.\n",
    );
    for (title, cases) in groups() {
        write!(text, "\n# {title}\n\n| Rust | JSONata |\n|---|---|\n").unwrap();
        for case in cases {
            let source = case.source.split_whitespace().collect::<Vec<_>>().join(" ");
            writeln!(text, "| {} | {} |", code(&source), code(&jsonata(&case))).unwrap();
        }
    }
    text
}

#[test]
fn the_table_in_the_documentation_is_what_is_written() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/methods.md");
    let markdown = markdown();
    if std::env::var_os("METHODS_TABLE").is_some() {
        std::fs::write(&file, &markdown).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == markdown, "src/methods.md is stale: run with METHODS_TABLE=write");
}

#[test]
fn every_row_ends_alike_in_both_readings() {
    for (_, cases) in groups() {
        crate::check(&cases);
    }
}
