//! `Option` and `Result`.

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{case, check, pairs, rows};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Holder {
    x: Option<i64>,
    text: Option<String>,
    list: Option<Vec<i64>>,
}

const X: &[&str] = &["null", "0", "3", "-4"];
const HOLDERS: &[&str] = &[
    "{}",
    r#"{"x":null,"text":null,"list":null}"#,
    r#"{"x":3,"text":"t","list":[]}"#,
    r#"{"x":-1,"text":"","list":[4]}"#,
];
const TEXT: &[&str] = &[r#""12""#, r#""-3""#, r#""x""#, r#""""#];

rows! {
    flat_after_ok(x: Option<i64>) -> (i64, bool) { let inner: Result<Option<i64>, i64> = x.filter(|x| *x < 5).ok_or(1).map(|x| (x > 0).then_some(x)); (inner.clone().ok().flatten().unwrap_or(-7), inner.ok().flatten().is_some()) } ["null", "-1", "3", "9"];
    is_some(h: Holder) -> (bool, bool) { (h.x.is_some(), h.list.is_none()) } HOLDERS;
    is_some_and(h: Holder) -> (bool, bool) { (h.x.is_some_and(|x| x > 0), h.text.as_ref().is_none_or(|text| text.is_empty())) } HOLDERS;
    unwrap_or(h: Holder) -> (i64, String) { (h.x.unwrap_or(7), h.text.unwrap_or("d".to_string())) } HOLDERS;
    unwrap_or_default(h: Holder) -> (i64, String, Vec<i64>) { (h.x.unwrap_or_default(), h.text.unwrap_or_default(), h.list.unwrap_or_default()) } HOLDERS;
    unwrap_or_else(x: Option<i64>, y: i64) -> i64 { x.unwrap_or_else(|| y * 2) } pairs(["x", "y"], X, &["5"]);
    map(h: Holder) -> (Option<i64>, Option<usize>) { (h.x.map(|x| x + 1), h.list.as_ref().map(|list| list.len())) } HOLDERS;
    map_or(h: Holder) -> (i64, usize) { (h.x.map_or(9, |x| x * 2), h.list.map_or_else(|| 5, |list| list.len())) } HOLDERS;
    and_then(h: Holder) -> Option<i64> { h.list.and_then(|list| list.first().copied()) } HOLDERS;
    and_then_chain(h: Holder) -> Option<i64> { h.x.filter(|x| *x > 0).and_then(|x| x.checked_sub(1)).map(|x| x * 10).or(Some(1)) } HOLDERS;
    or(h: Holder, y: Option<i64>) -> Option<i64> { h.x.or(y) } pairs(["h", "y"], HOLDERS, X);
    or_if(h: Holder, y: bool) -> i64 { (if y { h.x } else { None }).unwrap_or(42) } pairs(["h", "y"], HOLDERS, &["true", "false"]);
    or_else(h: Holder) -> Option<i64> { h.x.or_else(|| Some(5)) } HOLDERS;
    filter(x: Option<i64>) -> Option<i64> { x.filter(|x| *x > 0) } X;
    zip(h: Holder) -> Option<(i64, Vec<i64>)> { h.x.zip(h.list) } HOLDERS;
    cloned(h: Holder) -> Option<String> { h.text.as_ref().cloned().or(Some("none".to_string())) } HOLDERS;
    as_deref(h: Holder) -> bool { h.text.as_deref() == Some("t") } HOLDERS;
    equal(h: Holder) -> (bool, bool) { (h.x == Some(3), h.text == None) } HOLDERS;
    less(x: Option<i64>, y: Option<i64>) -> (bool, bool) { (x < y, x >= y) } pairs(["x", "y"], X, X);
    flatten(h: Holder) -> Option<i64> { h.list.map(|list| list.first().copied()).flatten() } HOLDERS;
    pattern(h: Holder) -> i64 { match (h.x, h.list.as_deref()) { (Some(x), Some(_)) => x, (None, _) => -10, _ => 0 } } HOLDERS;
    found(xs: Vec<i64>) -> i64 { xs.iter().find(|x| **x > 1).map(|x| x * 2).unwrap_or(-1) } ["[]", "[1]", "[0,5]"];
    taken(x: Option<i64>) -> (Option<i64>, Option<i64>) { let mut y = x; let old = y.take(); (old, y) } X;
    replaced(x: Option<i64>) -> (Option<i64>, Option<i64>) { let mut y = x; let old = y.replace(4); (old, y) } X;
    parse(text: String) -> Option<i64> { text.parse::<i64>().ok() } TEXT;
    parse_or(text: String) -> i64 { text.parse().unwrap_or(-1) } TEXT;
    parse_map(text: String) -> i64 { text.parse::<i64>().map(|x| x + 1).unwrap_or_else(|_| 0) } TEXT;
    parse_and(text: String) -> bool { text.parse::<i64>().is_ok_and(|x| x > 0) } TEXT;
    parse_match(text: String) -> String { match text.parse::<u8>() { Ok(n) => format!("number {n}"), Err(_) => "no number".to_string() } } TEXT;
    results(xs: Vec<i64>) -> Vec<i64> { xs.iter().map(|x| if *x > 0 { Ok(*x) } else { Err(x * 2) }).filter_map(|r: Result<i64, i64>| r.ok()).collect() } ["[]", "[1]", "[0]", "[1,-1,2]"];
    errors(xs: Vec<i64>) -> Vec<Option<i64>> { xs.iter().map(|x| if *x > 0 { Ok(*x) } else { Err(x * 2) }).map(|r: Result<i64, i64>| r.err()).collect() } ["[]", "[1]", "[0]", "[1,-1,2]"];
    and_then_result(text: String) -> Option<i64> { text.parse::<i64>().and_then(|x| if x > 0 { Ok(x) } else { Ok(-x) }).ok() } TEXT;
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum StockError {
    #[error("nothing is left")]
    Empty,
    #[error("{text} is no number")]
    NoNumber { text: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn ok_or(h: Holder) -> Result<i64, StockError> {
    let x = h.x.ok_or(StockError::Empty)?;
    let text = h.text.ok_or_else(|| StockError::NoNumber { text: format!("{x}") })?;
    Ok(x + text.chars().count() as i64)
}

#[workflow]
async fn ok_or_last(h: Holder) -> Result<i64, StockError> {
    h.x.ok_or(StockError::Empty)
}

#[workflow]
async fn map_err(text: String) -> Result<i64, StockError> {
    let number = text.parse::<i64>().map_err(|_| StockError::NoNumber { text: text.clone() })?;
    Ok(number * 2)
}

#[workflow]
async fn all_numbers(xs: Vec<String>) -> Result<Vec<i64>, StockError> {
    let numbers: Vec<i64> = xs
        .iter()
        .map(|x| x.parse::<i64>().map_err(|_| StockError::NoNumber { text: x.clone() }))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(numbers)
}

#[workflow]
async fn option_question(h: Holder) -> Option<i64> {
    let x = h.x?;
    let first = h.list?.first().copied()?;
    Some(x + first)
}

#[workflow]
async fn option_question_loop(xs: Vec<Option<i64>>) -> Option<i64> {
    let mut sum = 0;
    for x in &xs {
        sum += (*x)?;
    }
    Some(sum)
}

#[test]
fn question_marks_end_alike() {
    check(&[
        case!(ok_or, "", HOLDERS),
        case!(ok_or_last, "", HOLDERS),
        case!(map_err, "", TEXT),
        case!(all_numbers, "", ["[]", r#"["1"]"#, r#"["1","2"]"#, r#"["1","b","c"]"#]),
        case!(option_question, "", HOLDERS),
        case!(option_question_loop, "", ["[]", "[1]", "[1,null,2]", "[1,2]"]),
    ]);
}
