//! Longer bodies, as people write them.

use std::{cmp::Ordering, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{INTS, TEXTS, WORDS, case, check, pairs, rows};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
struct Item {
    unit_price: u32,
    quantity: u32,
    name: String,
    #[serde(default)]
    tags: Vec<String>,
    discount: Option<u32>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Book,
    Game,
}

const ITEMS: &[&str] = &[
    "[]",
    r#"[{"unitPrice":5,"quantity":2,"name":"b","kind":"book","tags":["x"]}]"#,
    r#"[{"unitPrice":5,"quantity":2,"name":"b","kind":"book","tags":[]},{"unitPrice":1,"quantity":1,"name":"a","tags":["x","y"],"discount":3,"kind":"game"},{"unitPrice":5,"quantity":2,"name":"c","tags":["y"],"discount":null,"kind":"book"}]"#,
];

rows! {
    total(items: Vec<Item>) -> u32 { let total: u32 = items.iter().map(|item| item.unit_price * item.quantity).sum(); let discount: u32 = items.iter().filter_map(|item| item.discount).sum(); total - discount } ITEMS;
    names(items: Vec<Item>) -> String { let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect(); names.join("/") } ITEMS;
    names_turbofish(items: Vec<Item>) -> String { items.iter().filter(|item| item.kind == Kind::Book).map(|item| item.name.as_str()).collect::<Vec<&str>>().join("/") } ITEMS;
    games(items: Vec<Item>) -> (bool, usize) { (items.iter().any(|item| matches!(item.kind, Kind::Game)), items.iter().filter(|item| matches!(item, Item { kind: Kind::Book, quantity, .. } if *quantity > 1)).count()) } ITEMS;
    grouped(items: Vec<Item>) -> BTreeMap<String, Vec<String>> { let mut by_tag: BTreeMap<String, Vec<String>> = BTreeMap::new(); for item in &items { for tag in &item.tags { by_tag.entry(tag.clone()).or_default().push(item.name.clone()); } } by_tag } ITEMS;
    folded(items: Vec<Item>) -> (u32, u32) { items.iter().fold((0, 0), |(count, cents), item| (count + item.quantity, cents + item.unit_price)) } ITEMS;
    fold_list(items: Vec<Item>) -> Vec<String> { items.iter().fold(Vec::new(), |all: Vec<String>, item| [all, item.tags.clone()].concat()) } ITEMS;
    sorted(items: Vec<Item>) -> Vec<Item> { let mut sorted = items.clone(); sorted.sort_by(|a, b| b.unit_price.cmp(&a.unit_price).then_with(|| a.name.cmp(&b.name).reverse())); sorted } ITEMS;
    sorted_then(items: Vec<Item>) -> Vec<String> { let mut sorted = items; sorted.sort_by(|a, b| a.quantity.cmp(&b.quantity).then(b.name.cmp(&a.name))); sorted.into_iter().map(|item| item.name).collect() } ITEMS;
    best(items: Vec<Item>) -> (Option<String>, Option<String>) { (items.iter().max_by(|a, b| a.unit_price.cmp(&b.unit_price)).map(|item| item.name.clone()), items.iter().min_by(|a, b| a.unit_price.cmp(&b.unit_price)).map(|item| item.name.clone())) } ITEMS;
    ordering(a: i64, b: i64) -> String { match a.cmp(&b) { Ordering::Less => "less".to_string(), Ordering::Equal => "equal".to_string(), Ordering::Greater => "greater".to_string() } } pairs(["a", "b"], &["1", "2"], &["1", "2"]);
    average(xs: Vec<i64>) -> f64 { if xs.is_empty() { 0.0 } else { xs.iter().sum::<i64>() as f64 / xs.len() as f64 } } INTS;
    percent(a: u32, b: u32) -> u32 { if b == 0 { 0 } else { (a as f64 / b as f64 * 100.0).round() as u32 } } pairs(["a", "b"], &["0", "1", "2", "5"], &["0", "3", "8"]);
    stack(xs: Vec<i64>) -> i64 { let mut stack = xs; let mut sum = 0; while let Some(top) = stack.pop() { sum = sum * 3 + top; if sum > 100 { stack.clear(); } } sum } INTS;
    queue(xs: Vec<i64>) -> Vec<i64> { let mut queue = xs; let mut done = vec![]; while !queue.is_empty() { let head = queue.remove(0); if head > 2 { queue.push(head - 2); } done.push(head); } done } INTS;
    if_let_pop(xs: Vec<i64>) -> (i64, usize) { let mut ys = xs; let x = if let Some(x) = ys.pop() { x } else { -1 }; (x, ys.len()) } INTS;
    first_or(xs: Vec<i64>) -> i64 { match xs.iter().max() { Some(max) if *max > 3 => *max, Some(max) => max * 2, None => -1 } } INTS;
    nested_loops(xss: Vec<Vec<i64>>) -> i64 { let mut sum = 0; for (i, xs) in xss.iter().enumerate() { for x in xs { sum += x * (i as i64 + 1); } } sum } ["[]", "[[]]", "[[1],[2,3]]", "[[5]]"];
    matrix(xss: Vec<Vec<i64>>) -> i64 { let mut sum = 0; for i in 0..xss.len() { for j in 0..xss[i].len() { sum += xss[i][j]; } } sum } ["[]", "[[]]", "[[1],[2,3]]", "[[5]]"];
    set_matrix(xss: Vec<Vec<i64>>) -> Vec<Vec<i64>> { let mut yss = xss; yss[0][1] = 9; yss } ["[[1]]", "[[1,2],[3]]"];
    pairs_loop(xs: Vec<(String, i64)>) -> String { let mut text = String::new(); for (name, n) in &xs { text += &format!("{name}={n} "); } text.trim_end().to_string() } ["[]", r#"[["a",1]]"#, r#"[["a",1],["b",2]]"#];
    zip_loop(xs: Vec<i64>, ys: Vec<i64>) -> i64 { let mut dot = 0; for (x, y) in xs.iter().zip(&ys) { dot += x * y; } dot } pairs(["xs", "ys"], INTS, &["[1,2,3]"]);
    chars_loop(s: String) -> u32 { let mut vowels = 0; for c in s.chars() { if "aeiou".contains(c) { vowels += 1; } } vowels } TEXTS;
    caesar(s: String) -> String { s.chars().map(|c| if c == 'a' { 'b' } else { c }).collect::<String>() } TEXTS;
    palindrome(s: String) -> bool { let cleaned: String = s.chars().filter(|c| c.is_ascii_alphanumeric()).collect(); let reversed: String = cleaned.chars().rev().collect(); cleaned == reversed } TEXTS;
    word_counts(s: String) -> BTreeMap<String, usize> { let mut counts = BTreeMap::new(); for word in s.split_whitespace() { *counts.entry(word.to_lowercase()).or_insert(0) += 1; } counts } TEXTS;
    longest(words: Vec<String>) -> Option<String> { words.iter().max_by_key(|word| word.chars().count()).cloned() } WORDS;
    key_value(s: String) -> Option<(String, i64)> { s.split_once('=').and_then(|(key, value)| value.trim().parse::<i64>().ok().map(|value| (key.to_string(), value))) } [r#""a=1""#, r#""a= 2""#, r#""a""#, r#""a=x""#];
    fizz(n: u32) -> Vec<String> { (1..=n).map(|i| match (i % 3, i % 5) { (0, 0) => "FizzBuzz".to_string(), (0, _) => "Fizz".to_string(), (_, 0) => "Buzz".to_string(), _ => i.to_string() }).collect() } ["0", "1", "15"];
    primes(n: u32) -> Vec<u32> { (2..n).filter(|x| (2..*x).all(|y| x % y != 0)).collect() } ["0", "2", "3", "30"];
    collatz(n: u64) -> u32 { let mut n = n; let mut steps = 0; while n != 1 { n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 }; steps += 1; } steps } ["1", "6", "27"];
    binary_digits(n: u32) -> String { let mut n = n; let mut digits: Vec<String> = Vec::new(); loop { digits.push((n % 2).to_string()); n /= 2; if n == 0 { break; } } digits.reverse(); digits.concat() } ["0", "1", "10"];
    gcd(a: u32, b: u32) -> u32 { let mut a = a; let mut b = b; while b != 0 { let t = b; b = a % b; a = t; } a } pairs(["a", "b"], &["12", "7"], &["0", "18"]);
    max_window(xs: Vec<i64>) -> Option<i64> { xs.windows(2).map(|pair| pair[1] - pair[0]).max() } INTS;
    transpose(xss: Vec<Vec<i64>>) -> Vec<Vec<i64>> { let width = xss.first().map_or(0, |row| row.len()); (0..width).map(|j| xss.iter().map(|row| row[j]).collect()).collect() } ["[]", "[[1]]", "[[1,2],[3,4],[5,6]]", "[[1],[2]]"];
    unique(xs: Vec<i64>) -> Vec<i64> { let mut seen: Vec<i64> = Vec::new(); for x in xs { if !seen.contains(&x) { seen.push(x); } } seen } INTS;
    running(xs: Vec<i64>) -> Vec<i64> { let mut sum = 0; let mut sums = Vec::with_capacity(xs.len()); for x in &xs { sum += x; sums.push(sum); } sums } INTS;
    bool_then(x: i64) -> (Option<i64>, Option<String>) { ((x > 1).then_some(x), (x < 3).then(|| format!("{x}"))) } ["1", "2", "5"];
    shadowed_closure(xs: Vec<i64>) -> Vec<i64> { let x = 5; let ys: Vec<i64> = xs.iter().map(|x| x + 1).collect(); ys.iter().map(|y| y + x).collect() } INTS;
    variable_named_like_a_function(count: i64) -> Vec<i64> { let sum = count + 1; let list = vec![sum, count]; let map = list.iter().map(|max| max * sum).collect::<Vec<i64>>(); map } ["1"];
    closures_of_names(left: Vec<i64>, right: i64) -> Vec<i64> { let mut item = left; item.sort_by_key(|best| best - right); item } pairs(["left", "right"], INTS, &["2"]);
    mutable_in_closure(xs: Vec<i64>) -> Vec<i64> { let mut factor = 1; let mut all = vec![]; for x in &xs { let scaled: Vec<i64> = xs.iter().map(|y| y * factor).collect(); factor += x; all.extend(scaled); } all } ["[]", "[2]", "[1,2]"];
    early_closure(xs: Vec<i64>) -> Vec<String> { xs.iter().map(|x| { if *x < 0 { return "negative".to_string(); } let Some(half) = (x % 2 == 0).then_some(x / 2) else { return format!("odd {x}"); }; if half > 1 { format!("big {half}") } else { "small".to_string() } }).collect() } INTS;
    option_closure(xs: Vec<Vec<i64>>) -> Vec<Option<i64>> { xs.iter().map(|x| { let first = x.first()?; let last = x.last()?; if first == last { None } else { Some(first * last) } }).collect() } ["[]", "[[]]", "[[1]]", "[[1,2,3],[]]"];
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum OrderError {
    #[error("{0} is out of stock")]
    OutOfStock(String),
    #[error("nothing was ordered")]
    Nothing,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn checked(items: Vec<Item>) -> Result<u32, OrderError> {
    if items.is_empty() {
        return Err(OrderError::Nothing);
    }
    if let Some(missing) = items.iter().find(|item| item.quantity == 1) {
        return Err(OrderError::OutOfStock(missing.name.clone()));
    }
    let first = items.first().ok_or(OrderError::Nothing)?;
    Ok(first.quantity)
}

#[workflow]
async fn every(items: Vec<Item>) -> Result<Vec<u32>, OrderError> {
    items
        .iter()
        .map(|item| {
            let discount = item.discount.ok_or_else(|| OrderError::OutOfStock(item.name.clone()))?;
            Ok(discount * 2)
        })
        .collect()
}

#[workflow]
async fn every_some(items: Vec<Item>) -> Option<Vec<u32>> {
    let discounts = items.iter().map(|item| item.discount).collect::<Option<Vec<_>>>()?;
    if discounts.is_empty() { None } else { Some(discounts) }
}

#[test]
fn results_end_alike() {
    check(&[case!(checked, "", ITEMS), case!(every, "", ITEMS), case!(every_some, "", ITEMS)]);
}
