//! The shapes of control flow in the test suites of other compilers.

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

#[task]
async fn ready(name: &str) -> Answer<bool> {
    Ok(name.len() > 3)
}

#[task]
async fn numbers(up_to: u32) -> Answer<Vec<u32>> {
    Ok((1..=up_to % 5).collect())
}

#[task]
async fn add(id: &str, number: i64) -> Answer<i64> {
    Ok(id.len() as i64 + number)
}

#[task]
async fn fail_on(text: &str, bad: &str) -> Result<String, Wat> {
    if text == bad { Err(Wat::Thrown(text.to_string())) } else { Ok(text.to_string()) }
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum Wat {
    #[error("{0}")]
    Thrown(String),
    #[error("empty")]
    Empty,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

// ---- calls inside of conditions, short-circuited

#[workflow]
pub async fn short_circuit(a: bool, name: String) -> Answer<(bool, bool, String)> {
    let and = a && ready(&name).await?;
    let or = a || ready(&name).await?;
    if a && !ready(&name).await? || name.is_empty() {
        return Ok((and, or, "early".to_string()));
    }
    let word = if ready("yes!").await? && or { "both" } else { "not" };
    Ok((and, or, word.to_string()))
}

#[tokio::test]
async fn calls_are_short_circuited() {
    both_ways(short_circuit).await;
}

// ---- loops in loops, with what the loop has left over

#[workflow]
pub async fn loops(id: String, list: Vec<i64>) -> Answer<(i64, String)> {
    let mut total = 0;
    for i in 0..list.len() {
        total += add(&id, list[i]).await?;
    }
    for i in &list {
        let mut last = 1;
        for j in list.iter().copied() {
            total += add(&id, *i).await? - j;
            last = j;
        }
        total -= last;
    }
    let mut text = String::new();
    for number in numbers(total.unsigned_abs() as u32).await? {
        text = format!("{text}n{number}");
    }
    for (i, n) in numbers(3).await?.iter().enumerate().skip(1) {
        if *n == 2 {
            continue;
        }
        text += &format!("[{i}:{n}]");
    }
    Ok((total, text))
}

#[tokio::test]
async fn loops_leave_what_they_left() {
    both_ways(loops).await;
}

// ---- while (true) with break and continue

#[workflow]
pub async fn growing(limit: usize) -> Answer<String> {
    let mut text = String::from("");
    while text.len() < limit % 7 {
        text.push('1');
        if text != "111" {
            if text == "11121" {
                break;
            }
            continue;
        }
        text.push_str("2");
        if !ready(&text).await? {
            break;
        }
    }
    Ok(text)
}

#[tokio::test]
async fn text_grows() {
    both_ways(growing).await;
    let ran = Executor::test().agreeing().run(growing(6)).await;
    assert_eq!(ran.output().unwrap(), "11121");
}

// ---- try, catch, finally, and throwing anew

#[workflow]
pub async fn try_catch_finally(text: String, bad: String) -> Result<Vec<String>, Wat> {
    let mut log: Vec<String> = vec![];
    let inner: Result<String, Wat> = async {
        if text.is_empty() {
            return Err(Wat::Empty);
        }
        let first = fail_on(&text, &bad).await?;
        let second = fail_on(&format!("{first}!"), &bad).await?;
        Ok(second)
    }
    .await;
    match inner {
        Ok(value) => log.push(value),
        Err(Wat::Thrown(what)) => log.push(format!("caught {what}")),
        Err(Wat::Empty) => log.push("empty".into()),
        Err(error) => {
            log.push(error.name().to_owned());
            if log.len() > 3 {
                return Err(error);
            }
        }
    }
    let last = fail_on("finally", &bad).await.unwrap_or_else(|error| format!("({})", error.name()));
    log.push(last);
    Ok(log)
}

#[tokio::test]
async fn errors_are_caught_and_go_on() {
    both_ways(try_catch_finally).await;
    let executor = Executor::test().agreeing();
    for (text, bad, expected) in [
        ("a", "a", ["caught a", "finally"]),
        ("a", "a!", ["caught a!", "finally"]),
        ("", "finally", ["empty", "(Thrown)"]),
    ] {
        let ran = executor.run(try_catch_finally(text.into(), bad.into())).await;
        assert_eq!(ran.output().unwrap(), expected);
    }
}

// ---- a switch with a default and one that falls through

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Low = 1,
    Middle,
    High,
}

#[workflow]
pub async fn switch(code: i32, level: Level, text: Option<String>) -> Answer<String> {
    let kind = match code {
        i32::MIN..=-1 => "negative",
        0 => "zero",
        n if n % 2 == 0 && n < 100 => "even",
        1..100 => "odd",
        _ => "large",
    };
    let loud = match (level, &text) {
        (Level::High, Some(text)) => text.to_uppercase(),
        (Level::High | Level::Middle, None) => "!".repeat(2),
        (_, Some(text)) if text.contains(' ') => text.split(' ').next().unwrap_or("").to_string(),
        (_, Some(text)) => text.clone(),
        (Level::Low, None) => String::new(),
    };
    let size = if level >= Level::Middle { add(&loud, 1).await? } else { 0 };
    Ok(format!("{kind}/{loud}/{size}"))
}

#[tokio::test]
async fn a_switch_takes_one_arm() {
    both_ways(switch).await;
    let ran = Executor::test().agreeing().run(switch(7, Level::High, Some("hey you".into()))).await;
    assert_eq!(ran.output().unwrap(), "odd/HEY YOU/8");
}

// ---- optional chains and null coalescing

#[derive(Debug, Clone, Default, Serialize, Deserialize, Data)]
pub struct Outer {
    inner: Option<Inner>,
    backup: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, Data)]
pub struct Inner {
    name: Option<String>,
    tags: Option<Vec<String>>,
}

#[workflow]
pub async fn optional_chain(outer: Outer) -> Answer<(String, Option<String>, usize)> {
    let name = outer
        .inner
        .as_ref()
        .and_then(|inner| inner.name.clone())
        .or_else(|| outer.backup.clone())
        .unwrap_or_else(|| "default".to_string());
    let tag = outer.inner.as_ref().and_then(|i| i.tags.as_ref()).and_then(|t| t.first()).cloned();
    let count = outer.inner.as_ref().map_or(0, |i| i.tags.as_deref().unwrap_or_default().len());
    if let Some(Inner { name: Some(name), tags: Some(tags) }) = &outer.inner
        && tags.len() > 1
    {
        let told = ready(name).await?;
        return Ok((name.clone(), told.then(|| tags.join("+")), count));
    }
    Ok((name, tag, count))
}

#[tokio::test]
async fn what_is_not_there_has_a_default() {
    both_ways(optional_chain).await;
}

// ---- what a closure sees, and what map makes of a list of calls

#[workflow]
pub async fn closures(prefix: String, list: Vec<u32>) -> Answer<String> {
    let fetched = numbers(list.len() as u32).await?;
    let label = |x: &u32| format!("{prefix}{x}");
    let l = fetched.iter().map(label).collect::<Vec<_>>();
    let l2: Vec<String> = list.iter().map(|x| label(x)).collect();
    let asked = map(list.clone(), async |n| {
        for i in [1, 2, 3] {
            if i == n {
                return Ok(format!("{prefix}{i}"));
            }
        }
        if ready(&prefix).await? { Ok("boo".to_string()) } else { Ok(String::new()) }
    })
    .await?;
    Ok(format!("{}|{}|{}", l.concat(), l2.join(","), asked.concat()))
}

#[tokio::test]
async fn closures_see_what_is_around_them() {
    both_ways(closures).await;
}

// ---- three branches, one of which does nothing but compute

#[workflow]
pub async fn branches(a: String, n: u32) -> Answer<(Vec<u32>, bool, i64)> {
    let factor = 3;
    let (list, is_ready, sum) =
        try_join!(numbers(n), async { if a.is_empty() { Ok(false) } else { ready(&a).await } }, async {
            let mut sum = 0;
            for n in [1, 2] {
                sum += add(&a, n * factor).await?;
            }
            Ok::<_, PlatformError>(sum)
        },)?;
    Ok((list, is_ready, sum))
}

#[tokio::test]
async fn branches_run_side_by_side() {
    both_ways(branches).await;
}

// ---- a coin that is flipped until it shows heads three times

#[workflow]
pub async fn coin_flips(most: u8) -> Answer<(u8, Vec<bool>)> {
    let mut flips = Vec::new();
    let mut heads = 0u8;
    while heads < 3 && flips.len() < usize::from(most % 8) {
        let is_heads = random_range(0..2).await == 1;
        flips.push(is_heads);
        heads += u8::from(is_heads);
        if !ready(if is_heads { "heads" } else { "no" }).await? {
            heads = 0;
        }
    }
    Ok((heads, flips))
}

#[tokio::test]
async fn a_coin_is_flipped() {
    both_ways(coin_flips).await;
}
