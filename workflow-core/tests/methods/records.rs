//! Records, and algorithms over them.

use crate::{INTS, TEXTS, WORDS, pairs, rows};
use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Account {
    id: String,
    balance: i64,
    limits: Limits,
    history: Vec<Entry>,
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Limits {
    daily: u32,
    max: Option<u32>,
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Entry {
    cents: i64,
    at: u64,
}
const ACCOUNTS: &[&str] = &[
    r#"{"id":"x","balance":10,"limits":{"daily":5},"history":[]}"#,
    r#"{"id":"y-1","balance":-3,"limits":{"daily":5,"max":7},"history":[{"cents":5,"at":3},{"cents":-8,"at":1}]}"#,
];

rows! {
    net_history(account: Account) -> i64 { account.history.iter().map(|e| e.cents).sum::<i64>() - account.balance } ACCOUNTS;
    changed_in_place(account: Account) -> Account { let mut a = account; a.history.push(Entry { cents: 1, at: 2 }); a.limits.daily += 1; a.history.sort_by_key(|e| e.at); a.history[0].cents = 100; a.limits.max = a.limits.max.map(|m| m * 2); a } ACCOUNTS;
    earliest_debit(account: Account) -> Option<u64> { account.history.iter().filter(|e| e.cents < 0).map(|e| e.at).min() } ACCOUNTS;
    running_balance(account: Account) -> Vec<i64> { let balance = account.balance; let mut running = Vec::new(); let mut total = balance; for entry in account.history.iter().rev() { total += entry.cents; running.push(total); } running } ACCOUNTS;
    taken_apart(account: Account) -> String { let Account { id, limits: Limits { daily, max }, .. } = account; format!("{id}:{daily}:{}", max.map_or("none".to_string(), |m| m.to_string())) } ACCOUNTS;
    id_parts(account: Account) -> (String, Option<String>) { (account.id.split('-').next().unwrap_or_default().to_string(), account.id.split('-').nth(1).map(|s| s.to_string())) } ACCOUNTS;
    two_largest(xs: Vec<i64>) -> Vec<(usize, i64)> { let mut indexed: Vec<(usize, i64)> = xs.iter().copied().enumerate().collect(); indexed.sort_by(|(_, a), (_, b)| b.cmp(a)); indexed.into_iter().take(2).collect() } INTS;
    lines_that_say_something(s: String) -> Vec<String> { s.split("\n").map(|l| l.trim()).filter(|l| !l.is_empty()).map(|l| l.to_string()).collect() } TEXTS;
    minutes(s: String) -> Option<u32> { s.split_once(':').map(|(h, m)| h.parse::<u32>().unwrap_or(0) * 60 + m.parse::<u32>().unwrap_or(0)) } [r#""1:30""#, r#""x:2""#, r#""7""#];
    result_as_a_value(s: String) -> Result<i64, String> { s.parse::<i64>().map_err(|_| "bad".to_string()) } [r#""1""#, r#""x""#];
    largest_even_or_smallest(xs: Vec<i64>) -> Option<i64> { xs.iter().copied().filter(|x| x % 2 == 0).max().or_else(|| xs.iter().copied().min()) } INTS;
    binary_search(xs: Vec<i64>, k: i64) -> Option<usize> { let mut low = 0; let mut high = xs.len(); while low < high { let mid = (low + high) / 2; if xs[mid] == k { return Ok(Some(mid)); } if xs[mid] < k { low = mid + 1; } else { high = mid; } } None } pairs(["xs", "k"], INTS, &["2", "9"]);
    longest_list(xs: Vec<Vec<i64>>) -> Vec<i64> { let mut best: Option<Vec<i64>> = None; for x in xs { let better = match &best { Some(b) => x.len() > b.len(), None => true }; if better { best = Some(x); } } best.unwrap_or_default() } ["[]", "[[]]", "[[1],[2,3],[4,5]]"];
    triangle(n: u32) -> Vec<Vec<u32>> { (0..n).map(|i| (0..=i).map(|j| if j == 0 || j == i { 1 } else { i * j }).collect::<Vec<u32>>()).collect() } ["0", "1", "4"];
    first_letters(words: Vec<String>) -> Vec<(char, usize)> { let mut found = Vec::new(); for word in &words { if let Some(c) = word.chars().next() { found.push((c, word.chars().filter(|x| *x == c).count())); } } found } WORDS;
    joined_by_hand(words: Vec<String>) -> String { let mut text = String::new(); for (i, word) in words.iter().enumerate() { if i > 0 { text.push_str(", "); } text.push_str(word); } text } WORDS;
    floats(x: f64, y: f64) -> (f64, bool, f64) { (x.max(y).min(10.0), x < y, (x - y).abs()) } pairs(["x", "y"], &["0.1", "-2.5"], &["0.2", "11.5"]);
    widened(xs: Vec<u8>) -> u32 { xs.iter().map(|x| u32::from(*x)).sum::<u32>() + xs.iter().map(|&x| x as u32).max().unwrap_or(0) } ["[]", "[200,100]"];
    negative_last(xs: Vec<i64>) -> Vec<i64> { let (neg, pos): (Vec<i64>, Vec<i64>) = xs.into_iter().partition(|x| *x < 0); pos.into_iter().chain(neg).collect() } INTS;
    nested_options(x: i64) -> Vec<Option<Vec<i64>>> { vec![Some(vec![x]), None, Some(vec![])] } ["1"];
    text_or_dash(xs: Vec<Option<String>>) -> Vec<String> { xs.iter().map(|x| x.as_deref().unwrap_or("-").to_string()).collect() } ["[]", r#"["a",null]"#];
}
