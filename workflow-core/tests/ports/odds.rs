//! Small programs: one idiom each.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

#[task]
async fn ask(n: u32) -> Answer<u32> {
    Ok(n)
}

#[workflow]
pub async fn open_for(n: u32) -> Answer<u32> {
    for attempt in 1.. {
        if ask(n).await? > 3 || attempt > 5 {
            return Ok(attempt);
        }
    }
    Ok(0)
}

#[workflow]
pub async fn pivot(rows: Vec<(String, String, i64)>) -> Answer<BTreeMap<String, BTreeMap<String, i64>>> {
    let mut pivot: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for (row, column, value) in rows {
        *pivot.entry(row).or_default().entry(column).or_insert(0) += value % 100;
    }
    Ok(pivot)
}

#[workflow]
pub async fn returns_in_closures(list: Vec<i64>) -> Answer<Vec<i64>> {
    let f = |x: i64| {
        if x > 3 {
            return 3;
        }
        x
    };
    let a = f(7);
    Ok(list.iter().map(|x| f(*x) + a).collect())
}

trait Surface {
    fn area(&self) -> f64;
}
#[derive(Clone, Serialize, Deserialize, Data)]
pub struct Square {
    side: f64,
}
#[pure]
impl Surface for Square {
    fn area(&self) -> f64 {
        self.side * self.side
    }
}
#[workflow]
pub async fn areas(squares: Vec<Square>) -> Answer<f64> {
    Ok(squares.iter().map(|s| s.area()).sum::<f64>() + squares.first().map_or(0.0, Square::area))
}

#[derive(Clone, Copy, Serialize, Deserialize, Data)]
pub struct Level(u8);
#[pure]
impl From<Level> for u8 {
    fn from(level: Level) -> u8 {
        level.0 + 1
    }
}
#[workflow]
pub async fn foreign_from(level: Level) -> Answer<(u8, u8)> {
    let n: u8 = level.into();
    Ok((n, u8::from(level)))
}
#[pure]
impl From<Level> for String {
    fn from(level: Level) -> Self {
        format!("L{}", level.0)
    }
}

#[derive(Clone, Serialize, Deserialize, Data)]
pub struct Label {
    text: String,
}
#[pure]
impl From<u32> for Label {
    fn from(n: u32) -> Self {
        Label { text: n.to_string() }
    }
}
#[pure]
impl From<&str> for Label {
    fn from(n: &str) -> Self {
        Label { text: n.to_string() }
    }
}
#[workflow]
pub async fn labels(n: u32) -> Answer<(Label, Label)> {
    Ok((n.into(), Label::from("x")))
}

#[pure]
fn rule(n: u32) -> &'static str {
    match n {
        0..=9 => "small",
        _ => "big",
    }
}
#[workflow]
pub async fn ruled(n: u32) -> Answer<String> {
    Ok(rule(n).to_owned())
}

#[workflow]
pub async fn chained(words: Vec<String>) -> Answer<(Vec<String>, Option<usize>, BTreeSet<char>)> {
    let longest = words.iter().map(String::len).max();
    let letters: BTreeSet<char> =
        words.iter().flat_map(|w| w.chars()).filter(|c| c.is_ascii_alphabetic()).collect();
    let mut sorted: Vec<_> = words.iter().filter(|w| !w.is_empty()).cloned().collect();
    sorted.sort_unstable_by_key(|w| (std::cmp::Reverse(w.len()), w.clone()));
    Ok((sorted, longest, letters))
}

#[workflow]
pub async fn patience(limit_secs: u64) -> Answer<u64> {
    let limit = Duration::from_secs(limit_secs % 100);
    let mut waited = Duration::ZERO;
    let mut step = Duration::from_millis(1500);
    while waited < limit {
        sleep(step).await;
        waited += step;
        step *= 2;
        if ask(1).await? == 0 {
            break;
        }
    }
    Ok(waited.as_secs())
}

#[derive(Clone, Default, Serialize, Deserialize, Data)]
pub struct Node {
    name: String,
    tags: BTreeSet<String>,
    next: Option<Box<Node>>,
}
#[workflow]
pub async fn nodes(mut node: Node, tag: Option<String>) -> Answer<Node> {
    if let Some(tag) = tag {
        node.tags.insert(tag);
    }
    if node.tags.remove("x") {
        node.name.push('!');
    }
    node.name.pop();
    node.name.truncate(10);
    let next = node.next.take();
    Ok(next.map(|n| *n).unwrap_or(node))
}

#[workflow]
pub async fn numbers(xs: Vec<f64>, n: u32) -> Answer<(Option<f64>, u32, Vec<u32>, Option<f64>)> {
    let min = xs.iter().copied().min_by(|a, b| a.total_cmp(b));
    let product = (1..=n % 5).product();
    let down: Vec<u32> = (0..n % 6).rev().step_by(2).collect();
    let mean = (!xs.is_empty()).then(|| xs.iter().sum::<f64>() / xs.len() as f64);
    Ok((min, product, down, mean))
}

#[workflow]
pub async fn chains(a: Option<u32>, b: Vec<u32>) -> Answer<String> {
    if let Some(a) = a
        && let Some(&first) = b.first()
        && a < first
        && let Ok(c) = ask(first).await
    {
        return Ok(format!("{a}<{first}={c}"));
    }
    let [x, y, ..] = b[..] else { return Ok("short".into()) };
    let (min, max) = if x < y { (x, y) } else { (y, x) };
    Ok(format!("{min:>3}|{max:<3}|{:^5}|{:+}", x, y as i64))
}

#[tokio::test]
async fn loops_without_an_end_are_left() {
    both_ways(open_for).await;
    assert_eq!(Executor::test().agreeing().run(open_for(9)).await.output().unwrap(), 1);
    assert_eq!(Executor::test().agreeing().run(open_for(1)).await.output().unwrap(), 6);
    both_ways(patience).await;
    assert_eq!(Executor::test().agreeing().run(patience(5)).await.output().unwrap(), 10);
}

#[tokio::test]
async fn maps_stand_in_maps() {
    both_ways(pivot).await;
    let row = |a: &str, b: &str, n| (a.to_owned(), b.to_owned(), n);
    let ran = Executor::test()
        .agreeing()
        .run(pivot(vec![row("a", "x", 1), row("a", "x", 2), row("b", "y", 5)]))
        .await;
    let output = ran.output().unwrap();
    assert_eq!((output["a"]["x"], output["b"]["y"]), (3, 5));
}

#[tokio::test]
async fn closures_return_early() {
    both_ways(returns_in_closures).await;
    let ran = Executor::test().agreeing().run(returns_in_closures(vec![1, 9])).await;
    assert_eq!(ran.output().unwrap(), [4, 6]);
}

#[tokio::test]
async fn types_turn_into_others() {
    both_ways(areas).await;
    both_ways(foreign_from).await;
    assert_eq!(Executor::test().agreeing().run(foreign_from(Level(3))).await.output().unwrap(), (4, 4));
    both_ways(labels).await;
    both_ways(ruled).await;
}

#[tokio::test]
async fn values_are_taken_apart_and_put_together() {
    both_ways(chained).await;
    both_ways(numbers).await;
    both_ways(chains).await;
    let ran = Executor::test().agreeing().run(chains(None, vec![7, 3])).await;
    assert_eq!(ran.output().unwrap(), "  3|7  |  7  |+3");
    both_ways(nodes).await;
}
