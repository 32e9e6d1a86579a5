//! What compilers of workflows test themselves with: operators, destructuring, closures, loops within loops.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

#[task]
async fn number(n: i64) -> Answer<i64> {
    Ok(n % 1000)
}

#[task]
async fn truth(n: i64) -> Answer<bool> {
    Ok(n % 2 == 0)
}

// ---- what is lazy stays lazy

#[workflow]
pub async fn lazy_logic(a: i64, b: Option<i64>) -> Answer<(bool, bool, i64, String)> {
    let both = truth(a).await? && truth(b.unwrap_or(1)).await?;
    let either = truth(a).await? || b.is_some_and(|b| b > 0) || truth(7).await?;
    let value = match b {
        Some(b) => b,
        None => number(a).await?,
    };
    let text = if both {
        "both"
    } else if either {
        "either"
    } else {
        "neither"
    };
    Ok((both, either, value, format!("{text}:{}", !both as u8)))
}

#[tokio::test]
async fn logic_is_lazy() {
    both_ways(lazy_logic).await;
    let ran = Executor::test().agreeing().run(lazy_logic(3, None)).await;
    assert_eq!(ran.output().unwrap(), (false, false, 3, "neither:1".to_owned()));
    assert_eq!(ran.calls(truth).len(), 3);
}

// ---- names that hide names

#[workflow]
pub async fn shadows(input: i64) -> Answer<Vec<i64>> {
    let x = input % 100;
    let mut seen = vec![x];
    let x = x + 1;
    {
        let x = number(x * 2).await?;
        seen.push(x);
        for x in [x, x + 1].into_iter().rev() {
            let x = x * 10;
            seen.push(x);
        }
        if let Some(x) = seen.first().map(|x| x - 1) {
            seen.push(x);
        }
    }
    let add = |y: i64| x + y;
    let x = add(x);
    seen.push(x);
    Ok(seen)
}

#[tokio::test]
async fn names_hide_names() {
    both_ways(shadows).await;
    let ran = Executor::test().agreeing().run(shadows(1)).await;
    assert_eq!(ran.output().unwrap(), [1, 4, 50, 40, 0, 4]);
}

// ---- loops in loops, left and skipped by name

#[workflow]
pub async fn pythagoras(limit: u32) -> Answer<(Vec<(u32, u32, u32)>, u32)> {
    let limit = limit % 20;
    let mut found = vec![];
    let mut tried = 0;
    'a: for a in 1..=limit {
        'b: for b in a + 1..=limit {
            tried += 1;
            for c in b + 1..=limit {
                match (a * a + b * b).cmp(&(c * c)) {
                    std::cmp::Ordering::Less => continue 'b,
                    std::cmp::Ordering::Equal => {
                        number(i64::from(c)).await?;
                        found.push((a, b, c));
                        if found.len() >= 3 {
                            break 'a;
                        }
                        continue 'a;
                    }
                    std::cmp::Ordering::Greater => {}
                }
            }
        }
    }
    Ok((found, tried))
}

#[tokio::test]
async fn triangles_are_found() {
    both_ways(pythagoras).await;
    let ran = Executor::test().agreeing().run(pythagoras(15)).await;
    assert_eq!(ran.output().unwrap().0, [(3, 4, 5), (5, 12, 13), (6, 8, 10)]);
}

// ---- parts of things

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Point {
    x: i32,
    y: i32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "kind")]
pub enum Figure {
    Circle { center: Point, radius: u32 },
    Polygon { points: Vec<Point> },
    Group { members: Vec<(String, Point)> },
    Nothing,
}

#[task]
async fn draw(what: &str, at: (i32, i32)) -> Answer<String> {
    Ok(format!("{what}@{},{}", at.0, at.1))
}

#[workflow]
pub async fn draw_figure(figure: Figure) -> Answer<Vec<String>> {
    let mut drawn = Vec::new();
    match figure {
        Figure::Circle { center: Point { x, y }, radius: r @ 1..=100 } => {
            drawn.push(draw(&format!("circle {r:03}"), (x % 100, y % 100)).await?);
        }
        Figure::Circle { radius: 0, center } => drawn.push(draw("dot", (center.x, center.y)).await?),
        Figure::Circle { .. } => {}
        Figure::Polygon { points } => match points.as_slice() {
            [] => {}
            [Point { x, y }] => drawn.push(draw("dot", (*x, *y)).await?),
            [first, .., last] if first == last => drawn.push(draw("closed", (first.x, last.y)).await?),
            [first, middle @ .., _last] => {
                drawn.push(draw("open", (first.x, first.y)).await?);
                for p in middle {
                    drawn.push(draw("knee", (p.x, p.y)).await?);
                }
            }
        },
        Figure::Group { members } => {
            for (i, (name, Point { x, .. })) in members.iter().enumerate().take(3) {
                drawn.push(draw(name, (*x, i as i32)).await?);
            }
        }
        Figure::Nothing => return Ok(vec![]),
    }
    Ok(drawn)
}

#[tokio::test]
async fn figures_are_drawn() {
    both_ways(draw_figure).await;
    let p = |x, y| Point { x, y };
    let ran = Executor::test()
        .agreeing()
        .run(draw_figure(Figure::Polygon { points: vec![p(1, 2), p(3, 4), p(5, 6)] }))
        .await;
    assert_eq!(ran.output().unwrap(), ["open@1,2", "knee@3,4"]);
}

// ---- numbers at their edges

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Edges {
    wrapped: u8,
    saturated: i32,
    checked: Option<u16>,
    overflow: bool,
    modulo: i64,
    power: u64,
    bits: u32,
    isqrt: u32,
    gcd: u64,
    digits: u32,
    ratio: f64,
    clamped: f64,
}

#[pure]
fn gcd(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[workflow]
pub async fn edges(a: i64, b: u32) -> Answer<Edges> {
    let a = number(a).await?;
    let b = b % 5_000;
    let overflow = (b as u8).checked_add(200).is_none();
    let mut digits = 0;
    let mut rest = b;
    while rest > 0 {
        digits += rest % 10;
        rest /= 10;
    }
    Ok(Edges {
        wrapped: (b as u8).wrapping_add(200),
        saturated: (a as i32).saturating_mul(3_000_000),
        checked: u16::try_from(b).ok().and_then(|n| n.checked_mul(20)),
        overflow,
        modulo: (a - 500).rem_euclid(7),
        power: 3u64.pow(b % 10) + u64::from(b).pow(2),
        bits: (b << 3) % 32 + (b >> 2) % 8,
        isqrt: (f64::from(b)).sqrt().floor() as u32,
        gcd: gcd(a.unsigned_abs(), u64::from(b)),
        digits,
        ratio: if b == 0 { 0.0 } else { a as f64 / f64::from(b) },
        clamped: (a as f64 * 0.5).clamp(-10.0, 10.0),
    })
}

#[tokio::test]
async fn numbers_have_edges() {
    both_ways(edges).await;
    let ran = Executor::test().agreeing().run(edges(84, 100)).await;
    let output = ran.output().unwrap();
    assert_eq!((output.wrapped, output.gcd, output.isqrt, output.digits), (44, 4, 10, 1));
}

// ---- functions that take functions

#[workflow]
pub async fn pipelines(values: Vec<i64>, steps: Vec<String>) -> Answer<BTreeMap<String, Vec<i64>>> {
    let double = |v: i64| v * 2;
    let is_even = |v: &i64| v % 2 == 0;
    let twice = |v: i64| double(double(v));
    let mut current: Vec<i64> = values.iter().map(|v| v % 1_000).collect();
    let mut history = BTreeMap::new();
    for (i, step) in steps.iter().take(5).enumerate() {
        current = match step.split(':').collect::<Vec<_>>()[..] {
            ["double"] => current.into_iter().map(double).collect(),
            ["twice"] => current.iter().copied().map(twice).collect(),
            ["even"] => current.into_iter().filter(is_even).collect(),
            ["take", n] => {
                let n = n.parse().unwrap_or(values.len());
                current.into_iter().take(n).collect()
            }
            ["add", n] => match n.parse::<i64>() {
                Ok(n) => current.iter().map(|v| v + n % 100).collect(),
                Err(_) => continue,
            },
            ["ask"] => map(current, async |v| number(v).await).await?,
            ["sum"] => vec![current.iter().sum()],
            _ => current,
        };
        history.insert(format!("{i}-{step}"), current.clone());
    }
    Ok(history)
}

#[tokio::test]
async fn steps_are_applied() {
    both_ways(pipelines).await;
    let steps = ["twice", "add:3", "take:2", "even", "sum"].map(String::from).to_vec();
    let ran = Executor::test().agreeing().run(pipelines(vec![1, 2, 3], steps)).await;
    let output = ran.output().unwrap();
    assert_eq!((output["2-take:2"].clone(), output["4-sum"].clone()), (vec![7, 11], vec![0]));
}

// ---- searches: halves, primes, sorted by hand

#[task]
async fn is_good(build: u32, broken_since: u32) -> Answer<bool> {
    Ok(build < broken_since)
}

#[workflow]
pub async fn bisect(builds: u32, broken_since: u32) -> Answer<(Option<u32>, u32)> {
    let (mut low, mut high) = (0, builds % 1_000);
    let end = high;
    let mut asked = 0;
    while low < high {
        let middle = low + (high - low) / 2;
        asked += 1;
        if is_good(middle, broken_since).await? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(((low < end).then_some(low), asked))
}

#[tokio::test]
async fn the_first_broken_build_is_found() {
    both_ways(bisect).await;
    let ran = Executor::test().agreeing().run(bisect(100, 37)).await;
    assert_eq!(ran.output().unwrap(), (Some(37), 7));
}

#[workflow]
pub async fn sieve(limit: usize) -> Answer<(Vec<usize>, bool)> {
    let limit = limit % 60 + 2;
    let mut prime = vec![true; limit + 1];
    prime[0] = false;
    prime[1] = false;
    let mut n = 2;
    while n * n <= limit {
        if prime[n] {
            for multiple in (n * n..=limit).step_by(n) {
                prime[multiple] = false;
            }
        }
        n += 1;
    }
    let primes: Vec<usize> = prime.iter().enumerate().filter(|&(_, &is)| is).map(|(n, _)| n).collect();
    let last = primes.last().map_or(0, |&p| p as i64);
    Ok((primes, truth(last).await?))
}

#[tokio::test]
async fn primes_are_left() {
    both_ways(sieve).await;
    let ran = Executor::test().agreeing().run(sieve(18)).await;
    assert_eq!(ran.output().unwrap(), (vec![2, 3, 5, 7, 11, 13, 17, 19], false));
}

#[workflow]
pub async fn bubble(mut list: Vec<i64>) -> Answer<(Vec<i64>, usize)> {
    list.truncate(6);
    let mut swaps = 0;
    for end in (1..list.len()).rev() {
        let mut sorted = true;
        for i in 0..end {
            if list[i] > list[i + 1] {
                list.swap(i, i + 1);
                swaps += 1;
                sorted = false;
            }
        }
        if sorted {
            break;
        }
    }
    number(swaps as i64).await?;
    Ok((list, swaps))
}

#[tokio::test]
async fn a_list_is_sorted_by_hand() {
    both_ways(bubble).await;
    let ran = Executor::test().agreeing().run(bubble(vec![3, 1, 2])).await;
    assert_eq!(ran.output().unwrap(), (vec![1, 2, 3], 2));
}
