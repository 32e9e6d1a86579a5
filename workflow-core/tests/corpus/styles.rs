//! The same few things in the many ways that Rust has to say them.

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::program;

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum StyleError {
    #[error("{0} is odd")]
    Odd(u32),
    #[error("too deep")]
    TooDeep,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

type Outcome<T> = Result<T, StyleError>;

#[task]
async fn half(number: u32) -> Outcome<u32> {
    if number % 2 == 0 { Ok(number / 2) } else { Err(StyleError::Odd(number)) }
}

#[task]
async fn ask(question: &str) -> Outcome<Option<u32>> {
    Ok(question.strip_prefix('#').and_then(|number| number.parse().ok()))
}

/// Shadowing, blocks with values, `let else`, nested ifs.
#[workflow]
pub async fn shadows(question: String) -> Outcome<(u32, bool)> {
    let answer = ask(&question).await?;
    let Some(answer) = answer else {
        return Ok((0, false));
    };
    let answer = {
        let doubled = answer * 2;
        let answer = half(doubled).await?;
        answer + 1
    };
    let big = if answer > 10 {
        let answer = answer - 10;
        answer > 5
    } else {
        false
    };
    let answer = if big { half(answer * 4).await? } else { answer };
    Ok((answer, big))
}

program!(shadowing: shadows [ask, half] ("#4".into()), ("#20".into()), ("four".into()), ("#12".into()));

/// Labelled loops with values and both kinds of jump.
#[workflow]
pub async fn search(grid: Vec<Vec<u32>>, wanted: u32) -> Outcome<Option<(usize, usize)>> {
    let mut steps = 0;
    let found = 'search: {
        for (y, row) in grid.iter().enumerate() {
            if row.is_empty() {
                continue;
            }
            for (x, cell) in row.iter().enumerate() {
                if *cell == 0 {
                    break;
                }
                steps += 1;
                if steps > 20 {
                    break 'search None;
                }
                let value = match half(*cell).await {
                    Ok(value) => value,
                    Err(StyleError::Odd(number)) => number,
                    Err(error) => return Err(error),
                };
                if value == wanted {
                    break 'search Some((x, y));
                }
            }
        }
        None
    };
    Ok(found)
}

program!(a_search: search [half]
    (vec![vec![2, 0, 8], vec![], vec![5, 8]], 4), (vec![], 1), (vec![vec![3]], 3), (vec![vec![2]], 9),
);

/// Continue to an outer loop, break out of it with a value.
#[workflow]
pub async fn rounds(limits: Vec<u32>) -> Outcome<u32> {
    let mut tries = 0;
    let total = 'outer: loop {
        let mut sum = 0;
        for limit in &limits {
            let mut number = *limit;
            while number > 1 {
                number = match half(number).await {
                    Ok(number) => number,
                    Err(StyleError::Odd(odd)) if odd > 50 => return Err(StyleError::TooDeep),
                    Err(StyleError::Odd(odd)) => odd - 1,
                    Err(StyleError::Platform(PlatformError::Timeout(_))) if tries < 2 => {
                        tries += 1;
                        continue 'outer;
                    }
                    Err(error) => return Err(error),
                };
                sum += 1;
                if sum > 12 {
                    break 'outer sum * 100;
                }
            }
        }
        break sum;
    };
    Ok(total + tries)
}

program!(many_rounds: rounds [half] (vec![8, 5]), (vec![]), (vec![1_000]), (vec![51]), (vec![4096, 4096]));

/// Deeply nested `if let`, chained conditions, `matches!`, ranges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Request {
    user: Option<User>,
    path: String,
    retries: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct User {
    role: Role,
    quota: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Admin,
    Member { since: u32 },
    Guest,
}

#[workflow]
pub async fn authorize(request: Request) -> Outcome<String> {
    if let Some(user) = &request.user
        && let Role::Member { since } = &user.role
        && *since < 2000
        && user.quota > 0
    {
        return Ok(format!("veteran since {since}"));
    }
    let allowed = match &request.user {
        None => request.path == "/" || request.path.starts_with("/public"),
        Some(User { role: Role::Admin, .. }) => true,
        Some(User { role: Role::Member { since: 2000..=2010 }, quota }) if *quota >= 0 => true,
        Some(User { role: Role::Member { .. }, quota: 1.. }) => true,
        Some(User { role: Role::Guest, quota: q @ (1 | 2 | 3) }) => *q != 2,
        Some(_) => false,
    };
    if !allowed {
        return Err(StyleError::TooDeep);
    }
    let number = if let Some(retries @ 1..=9) = request.retries {
        ask(&format!("#{retries}")).await?
    } else {
        Some(0)
    };
    if matches!(number, Some(n) if n > 3) {
        Ok("many".to_owned())
    } else {
        Ok(format!("{}", number.map_or(0, |number| number + 1)))
    }
}

fn user(role: Role, quota: i32) -> Option<User> {
    Some(User { role, quota })
}

fn request(user: Option<User>, path: &str, retries: Option<u32>) -> Request {
    Request { user, path: path.into(), retries }
}

program!(authorization: authorize [ask]
    (request(None, "/", None)), (request(None, "/x", None)), (request(None, "/public/a", Some(4))),
    (request(user(Role::Admin, -1), "/x", Some(3))), (request(user(Role::Member { since: 1999 }, 1), "/x", None)),
    (request(user(Role::Member { since: 2005 }, 0), "/x", Some(10))), (request(user(Role::Member { since: 2020 }, 0), "/x", None)),
    (request(user(Role::Guest, 2), "/x", None)), (request(user(Role::Guest, 3), "/x", Some(9))),
);

/// Tuples in variables, swapped; a Fibonacci that a task could not do.
#[workflow]
pub async fn fibonacci(turns: u32) -> Outcome<Vec<u32>> {
    let mut pair = (0u32, 1u32);
    let mut all = vec![];
    for turn in (0..turns).rev() {
        let (a, b): (u32, u32) = pair;
        all.push(a);
        pair = (b, a + b);
        if a % 2 == 0 && turn > 0 {
            pair.0 = half(b * 2).await?;
        }
    }
    let (mut x, mut y) = (turns, 1);
    (x, y) = (y, x);
    all.push(x * 10 + y);
    Ok(all)
}

program!(fibonacci_numbers: fibonacci [half] (6), (0), (1));

/// Closures and constants beside the code that uses them.
#[workflow]
pub async fn closures(numbers: Vec<u32>, factor: u32) -> Outcome<Vec<u32>> {
    const OFFSET: u32 = 2;
    let scale = |number: u32| number * factor + OFFSET;
    let is_even = |number: &u32| *number % 2 == 0;
    let evens: Vec<u32> = numbers.iter().copied().filter(is_even).collect();
    let mut scaled = Vec::new();
    for number in numbers {
        let value = scale(number);
        let value = if is_even(&value) { half(value).await? } else { scale(value) };
        scaled.push(value);
    }
    scaled.extend(evens);
    Ok(scaled)
}

program!(closures_are_called: closures [half] (vec![1, 2, 3], 2), (vec![], 1), (vec![5], 3));

/// Try blocks in try blocks, an inner one recovered.
#[workflow]
pub async fn nested_tries(a: u32, b: u32) -> Outcome<String> {
    let outer: Outcome<String> = async {
        let first = half(a).await?;
        let inner: Outcome<u32> = async {
            let second = half(b).await?;
            if second > 10 {
                return Err(StyleError::TooDeep);
            }
            Ok(second)
        }
        .await;
        let second = match inner {
            Ok(second) => second,
            Err(StyleError::Odd(odd)) => odd,
            Err(error) => return Err(error),
        };
        let third = half(first + second).await?;
        Ok(format!("{first} {second} {third}"))
    }
    .await;
    match outer {
        Ok(text) => Ok(text),
        Err(StyleError::TooDeep) => Ok("deep".to_string()),
        Err(StyleError::Odd(number)) if number == a => Ok(format!("a is {number}")),
        Err(error) => Err(error),
    }
}

program!(tries_in_tries: nested_tries [half] (4, 4), (3, 4), (4, 5), (4, 100), (4, 2));

/// Everything in one expression.
#[workflow]
pub async fn one_liner(a: u32, b: u32) -> Outcome<u32> {
    Ok(half(half(a).await? + b).await? * if b > 2 { half(b * 2).await? } else { 1 }
        - ask("#1").await?.unwrap_or(0))
}

program!(one_line: one_liner [half, ask] (8, 2), (4, 4), (2, 2));

/// Collects results, fails on the first that is none.
#[workflow]
pub async fn ordered_failures(numbers: Vec<u32>) -> Outcome<Vec<u32>> {
    let mut failures: Vec<u32> = vec![];
    let mut halves: Vec<Option<u32>> = vec![];
    for &number in numbers.iter() {
        let result = half(number).await;
        if result.is_err() {
            failures.push(number);
        }
        halves.push(result.ok());
    }
    if let Some(first) = failures.first() {
        return Err(StyleError::Odd(*first));
    }
    Ok(halves.into_iter().flatten().collect())
}

program!(failures_in_order: ordered_failures [half] (vec![2, 4]), (vec![1, 4]), (vec![1, 4, 3]), (vec![]));

/// No output, no input.
#[workflow]
pub async fn nothing() -> Outcome<()> {
    for _ in 0..3 {
        half(2).await?;
    }
    Ok(())
}

program!(no_input: nothing [half] ());

/// A bool and a char and floats.
#[workflow]
pub async fn temperature(celsius: f64, unit: char, round: bool) -> Outcome<f64> {
    let value = match unit {
        'F' => celsius * 9.0 / 5.0 + 32.0,
        'K' => celsius + 273.15,
        _ => celsius,
    };
    let value = if round { value.round() } else { value };
    if value < -500.0 || !round && unit == 'X' {
        half(3).await?;
    }
    Ok(value)
}

program!(temperatures: temperature [half] (20.5, 'F', true), (-3.0, 'K', false), (0.1, 'X', false), (-600.0, 'C', true), (2.5, 'C', true), (-2.5, 'C', true));
