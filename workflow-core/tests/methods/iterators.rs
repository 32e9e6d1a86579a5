//! Iterators.

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{INTS, WORDS, pairs, rows};

const LISTS: &[&str] = &["[]", "[[]]", "[[1]]", "[[1,2],[],[3]]", "[[5],[6]]"];
const MAYBE: &[&str] = &["[]", "[null]", "[1]", "[1,null,2]", "[null,null]"];
const LINES: &[&str] = &[
    "[]",
    r#"[{"sku":"a","count":2,"tags":["x"],"note":null}]"#,
    r#"[{"sku":"a","count":2,"tags":[],"note":"n"},{"sku":"b","count":1,"tags":["x","y"]},{"sku":"c","count":2,"tags":["z"]}]"#,
];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Line {
    sku: String,
    count: u32,
    tags: Vec<String>,
    note: Option<String>,
}

fn counted(names: [&str; 2], lists: &[&str]) -> Vec<String> {
    pairs(names, lists, &["0", "1", "2", "9"])
}

rows! {
    map(xs: Vec<i64>) -> Vec<i64> { xs.iter().map(|x| x * 2).collect() } INTS;
    map_to_lists(xs: Vec<i64>) -> Vec<Vec<i64>> { xs.iter().map(|x| vec![*x]).collect() } INTS;
    map_to_empty(xs: Vec<i64>) -> Vec<Vec<i64>> { xs.iter().map(|_| vec![]).collect() } INTS;
    map_to_options(xs: Vec<i64>) -> Vec<Option<i64>> { xs.iter().map(|x| if *x > 1 { Some(*x) } else { None }).collect() } INTS;
    map_to_structs(xs: Vec<i64>) -> Vec<(i64, String)> { xs.iter().map(|x| (*x, format!("n{x}"))).collect() } INTS;
    map_block(xs: Vec<i64>) -> Vec<i64> { xs.iter().map(|x| { let y = x + 1; let z = y * y; if z > 4 { z } else { y } }).collect() } INTS;
    map_match(xs: Vec<i64>) -> Vec<String> { xs.iter().map(|x| match x { 0 => "none".to_string(), 1..=2 => "few".to_string(), n => format!("{n}") }).collect() } INTS;
    map_shadow(xs: Vec<i64>) -> Vec<i64> { xs.iter().map(|x| { let x = x + 1; let x = x * 3; x }).collect() } INTS;
    map_fields(lines: Vec<Line>) -> Vec<Option<String>> { lines.iter().map(|line| line.note.clone()).collect() } LINES;
    map_destructured(lines: Vec<Line>) -> Vec<(String, usize)> { lines.iter().map(|Line { sku, tags, .. }| (sku.clone(), tags.len())).collect() } LINES;
    map_path(xs: Vec<String>) -> Vec<String> { xs.iter().map(String::from).collect() } WORDS;
    map_method_path(xs: Vec<String>) -> Vec<bool> { xs.iter().map(String::is_empty).collect() } WORDS;
    filter(xs: Vec<i64>) -> Vec<i64> { xs.iter().filter(|x| **x > 1).copied().collect() } INTS;
    filter_lists(xs: Vec<Vec<i64>>) -> Vec<Vec<i64>> { xs.iter().filter(|x| x.len() == 1).cloned().collect() } LISTS;
    filter_map(xs: Vec<i64>) -> Vec<i64> { xs.iter().filter_map(|x| if *x > 1 { Some(x * 10) } else { None }).collect() } INTS;
    filter_map_note(lines: Vec<Line>) -> Vec<String> { lines.iter().filter_map(|line| line.note.clone()).collect() } LINES;
    filter_map_early(xs: Vec<i64>) -> Vec<i64> { xs.iter().filter_map(|x| { if *x < 0 { return None; } let y = x + 1; if y == 4 { return None; } Some(y) }).collect() } INTS;
    filter_map_question(lines: Vec<Line>) -> Vec<usize> { lines.iter().filter_map(|line| { let note = line.note.as_ref()?; let tag = line.tags.first()?; Some(note.len() + tag.len()) }).collect() } LINES;
    filter_map_question_inside(lines: Vec<Line>) -> Vec<String> { lines.iter().filter_map(|line| Some(line.note.clone()? + &line.sku)).collect() } LINES;
    filter_map_question_behind_and(lines: Vec<Line>) -> Vec<bool> { lines.iter().filter_map(|line| Some(line.count > 1 && line.note.as_ref()?.len() > 2)).collect() } LINES;
    filter_map_let_else(lines: Vec<Line>) -> Vec<String> { lines.iter().filter_map(|line| { let Some(note) = &line.note else { return None; }; Some(note.clone()) }).collect() } LINES;
    filter_map_let_match(lines: Vec<Line>) -> Vec<u32> { lines.iter().filter_map(|line| { let n = match &line.note { Some(_) => line.count, None => return None }; Some(n + 1) }).collect() } LINES;
    flat_map(lines: Vec<Line>) -> Vec<String> { lines.iter().flat_map(|line| line.tags.iter().map(|tag| format!("{}-{tag}", line.sku)).collect::<Vec<_>>()).collect() } LINES;
    flat_map_iter(lines: Vec<Line>) -> Vec<String> { lines.iter().flat_map(|line| line.tags.clone()).collect() } LINES;
    flatten(xs: Vec<Vec<i64>>) -> Vec<i64> { xs.into_iter().flatten().collect() } LISTS;
    flatten_options(xs: Vec<Option<i64>>) -> Vec<i64> { xs.into_iter().flatten().collect() } MAYBE;
    any(xs: Vec<i64>) -> bool { xs.iter().any(|x| *x == 3) } INTS;
    all(xs: Vec<i64>) -> bool { xs.iter().all(|x| *x > 0) } INTS;
    find(xs: Vec<i64>) -> Option<i64> { xs.iter().find(|x| **x > 1).copied() } INTS;
    find_map(lines: Vec<Line>) -> Option<String> { lines.iter().find_map(|line| line.tags.first().cloned()) } LINES;
    position(xs: Vec<i64>) -> Option<usize> { xs.iter().position(|x| *x == 3) } INTS;
    position_nested(lines: Vec<Line>) -> Vec<Option<usize>> { lines.iter().map(|line| line.tags.iter().position(|tag| *tag == "y")).collect() } LINES;
    partition(xs: Vec<i64>) -> (Vec<i64>, Vec<i64>) { xs.into_iter().partition(|x| *x > 1) } INTS;
    unzip(xs: Vec<i64>) -> (Vec<i64>, Vec<i64>) { xs.iter().map(|x| (*x, x * x)).unzip() } INTS;
    try_fold(xs: Vec<i64>) -> Result<i64, String> { xs.iter().try_fold(1, |sum, x| if *x > 3 { Err(format!("{x} after {sum}")) } else { Ok(sum + x) }) } INTS;
    fold_path(xs: Vec<i64>) -> i64 { xs.iter().copied().fold(i64::from(i8::MIN), i64::max) } INTS;
    fold(xs: Vec<i64>) -> i64 { xs.iter().fold(10, |sum, x| sum * 2 + x) } INTS;
    fold_list(xs: Vec<i64>) -> (i64, i64) { xs.iter().fold((0, 1), |(sum, product), x| (sum + x, product * x)) } INTS;
    reduce(xs: Vec<i64>) -> Option<i64> { xs.into_iter().reduce(|a, b| a - b) } INTS;
    sum(xs: Vec<i64>) -> i64 { xs.iter().sum() } INTS;
    sum_floats(xs: Vec<f64>) -> f64 { xs.iter().sum() } ["[]", "[0.5]", "[0.1,0.2,0.3]"];
    product(xs: Vec<i64>) -> i64 { xs.iter().product() } INTS;
    count(xs: Vec<i64>) -> usize { xs.iter().filter(|x| **x > 1).count() } INTS;
    min(xs: Vec<i64>) -> Option<i64> { xs.iter().min().copied() } INTS;
    max(xs: Vec<i64>) -> Option<i64> { xs.iter().map(|x| -x).max() } INTS;
    min_text(xs: Vec<String>) -> Option<String> { xs.iter().min().cloned() } WORDS;
    max_text(xs: Vec<String>) -> Option<String> { xs.into_iter().max() } WORDS;
    min_by_key(lines: Vec<Line>) -> Option<String> { lines.iter().min_by_key(|line| line.count).map(|line| line.sku.clone()) } LINES;
    max_by_key(lines: Vec<Line>) -> Option<String> { lines.iter().max_by_key(|line| (line.count, line.tags.len())).map(|line| line.sku.clone()) } LINES;
    max_by_key_last(lines: Vec<Line>) -> Option<Line> { lines.into_iter().max_by_key(|line| line.count) } LINES;
    rev(xs: Vec<i64>) -> Vec<i64> { xs.into_iter().rev().collect() } INTS;
    first(xs: Vec<i64>) -> Option<i64> { xs.first().copied() } INTS;
    next(xs: Vec<i64>) -> Option<i64> { xs.iter().skip(1).next().copied() } INTS;
    last(xs: Vec<Vec<i64>>) -> Option<Vec<i64>> { xs.iter().last().cloned() } LISTS;
    nth(xs: Vec<i64>, n: usize) -> Option<i64> { xs.iter().nth(n).copied() } counted(["xs", "n"], INTS);
    take(xs: Vec<i64>, n: usize) -> Vec<i64> { xs.into_iter().take(n).collect() } counted(["xs", "n"], INTS);
    skip(xs: Vec<i64>, n: usize) -> Vec<i64> { xs.into_iter().skip(n).collect() } counted(["xs", "n"], INTS);
    step_by(xs: Vec<i64>, n: usize) -> Vec<i64> { xs.into_iter().step_by(n).collect() } counted(["xs", "n"], INTS);
    take_while(xs: Vec<i64>) -> Vec<i64> { xs.into_iter().take_while(|x| *x != 2).collect() } INTS;
    skip_while(xs: Vec<i64>) -> Vec<i64> { xs.into_iter().skip_while(|x| *x < 3).collect() } INTS;
    map_while(xs: Vec<i64>) -> Vec<i64> { xs.into_iter().map_while(|x| (x != 2).then(|| x * 3)).collect() } INTS;
    take_while_lists(xs: Vec<Vec<i64>>) -> Vec<Vec<i64>> { xs.into_iter().take_while(|x| x.len() < 2).collect() } LISTS;
    zip(xs: Vec<i64>, ys: Vec<String>) -> Vec<(i64, String)> { xs.into_iter().zip(ys).collect() } pairs(["xs", "ys"], INTS, WORDS);
    zip_lists(xs: Vec<Vec<i64>>, ys: Vec<Vec<i64>>) -> Vec<(Vec<i64>, Vec<i64>)> { xs.into_iter().zip(ys).collect() } pairs(["xs", "ys"], LISTS, LISTS);
    zip_map(xs: Vec<i64>, ys: Vec<i64>) -> i64 { xs.iter().zip(ys.iter()).map(|(x, y)| x * y).sum() } pairs(["xs", "ys"], INTS, INTS);
    enumerate(xs: Vec<i64>) -> Vec<(usize, i64)> { xs.into_iter().enumerate().collect() } INTS;
    enumerate_lists(xs: Vec<Vec<i64>>) -> Vec<(usize, Vec<i64>)> { xs.into_iter().enumerate().collect() } LISTS;
    enumerate_map(xs: Vec<String>) -> Vec<String> { xs.iter().enumerate().filter(|(i, _)| i % 2 == 0).map(|(i, x)| format!("{i}:{x}")).collect() } WORDS;
    chain(xs: Vec<i64>, ys: Vec<i64>) -> Vec<i64> { xs.iter().chain(ys.iter()).copied().collect() } pairs(["xs", "ys"], INTS, INTS);
    chain_some(xs: Vec<i64>) -> Vec<i64> { xs.into_iter().chain(Some(1)).collect() } INTS;
    range(n: u32) -> Vec<u32> { (0..n).collect() } ["0", "1", "2", "5"];
    range_map(n: u32) -> u32 { (1..=n).map(|x| x * x).sum() } ["0", "1", "2", "5"];
    range_rev(n: u32) -> Vec<u32> { (2..n).rev().collect() } ["0", "1", "2", "3", "5"];
    range_filter(n: u32) -> Vec<Vec<u32>> { (0..n).filter(|x| x % 2 == 0).map(|x| (0..x).collect()).collect() } ["0", "1", "2", "5"];
    collect_text(xs: Vec<String>) -> String { xs.into_iter().collect() } WORDS;
    collect_options(xs: Vec<Option<i64>>) -> Option<Vec<i64>> { xs.into_iter().collect() } MAYBE;
    collect_parsed(xs: Vec<String>) -> Option<Vec<i64>> { xs.iter().map(|x| x.parse::<i64>()).collect::<Result<Vec<_>, _>>().ok() } ["[]", r#"["1"]"#, r#"["1","-2"]"#, r#"["1","x"]"#];
    nested_capture(xs: Vec<i64>, ys: Vec<i64>) -> Vec<Vec<i64>> { xs.iter().map(|x| ys.iter().filter(|y| *y > x).map(|y| x * y).collect()).collect() } pairs(["xs", "ys"], INTS, INTS);
    nested_same_name(xs: Vec<Vec<i64>>) -> Vec<i64> { xs.iter().map(|x| x.iter().map(|x| x + 1).sum::<i64>() + x.len() as i64).collect() } LISTS;
    optional_iter(x: Option<i64>) -> Vec<i64> { x.iter().map(|x| x + 1).collect() } ["null", "3"];
    if_let_closure(xs: Vec<Option<i64>>) -> Vec<i64> { xs.iter().map(|x| if let Some(y) = x { y + 1 } else { 0 }).collect() } MAYBE;
}
