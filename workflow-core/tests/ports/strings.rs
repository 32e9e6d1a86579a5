//! Text: numerals, ciphers, slugs, templates, tables of CSV.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

#[task]
async fn say(text: &str) -> Answer<usize> {
    Ok(text.len())
}

// ---- fizz and buzz

#[workflow]
pub async fn fizz_buzz(from: u32, count: u32) -> Answer<Vec<String>> {
    let mut said = Vec::new();
    for n in (from % 100..).take((count % 20) as usize) {
        let word = match (n % 3, n % 5) {
            (0, 0) => "FizzBuzz".to_string(),
            (0, _) => "Fizz".to_string(),
            (_, 0) => "Buzz".to_string(),
            _ => n.to_string(),
        };
        say(&word).await?;
        said.push(word);
    }
    Ok(said)
}

#[tokio::test]
async fn it_fizzes_and_buzzes() {
    both_ways(fizz_buzz).await;
    let ran = Executor::test().agreeing().run(fizz_buzz(9, 7)).await;
    assert_eq!(ran.output().unwrap(), ["Fizz", "Buzz", "11", "Fizz", "13", "14", "FizzBuzz"]);
}

// ---- numerals there and back

const NUMERALS: [(u32, &str); 13] = [
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];

#[pure]
fn to_roman(number: u32) -> String {
    let mut rest = number;
    let mut text = String::new();
    for (value, numeral) in NUMERALS {
        while rest >= value {
            text.push_str(numeral);
            rest -= value;
        }
    }
    text
}

#[pure]
fn from_roman(text: &str) -> Option<u32> {
    let values = text
        .chars()
        .map(|c| match c {
            'I' => Some(1),
            'V' => Some(5),
            'X' => Some(10),
            'L' => Some(50),
            'C' => Some(100),
            'D' => Some(500),
            'M' => Some(1000),
            _ => None,
        })
        .collect::<Option<Vec<i64>>>()?;
    let mut sum = 0;
    for (i, &value) in values.iter().enumerate() {
        if values.get(i + 1).is_some_and(|&next| next > value) {
            sum -= value;
        } else {
            sum += value;
        }
    }
    u32::try_from(sum).ok()
}

#[workflow]
pub async fn numerals(numbers: Vec<u32>) -> Answer<Vec<(String, bool)>> {
    let mut all = vec![];
    for number in numbers.iter().map(|n| n % 4000) {
        let roman = to_roman(number);
        say(&roman).await?;
        let same = from_roman(&roman) == Some(number);
        all.push((roman, same));
    }
    Ok(all)
}

#[tokio::test]
async fn numerals_go_there_and_back() {
    both_ways(numerals).await;
    let ran = Executor::test().agreeing().run(numerals(vec![1994, 2026])).await;
    assert_eq!(ran.output().unwrap(), [("MCMXCIV".to_owned(), true), ("MMXXVI".to_owned(), true)]);
}

// ---- a cipher

#[pure]
fn shift(c: char, by: u8) -> char {
    if c.is_ascii_lowercase() {
        (((c as u8 - b'a') + by) % 26 + b'a') as char
    } else if c.is_ascii_uppercase() {
        (((c as u8 - b'A') + by) % 26 + b'A') as char
    } else {
        c
    }
}

#[workflow]
pub async fn caesar(text: String, by: u8) -> Answer<String> {
    let by = by % 26;
    // A text of hundreds of characters takes a state machine seconds.
    let text: String = text.chars().take(40).collect();
    let secret: String = text.chars().map(|c| shift(c, by)).collect();
    say(&secret).await?;
    let back: String = secret.chars().map(|c| shift(c, 26 - by)).collect();
    if back != text { Ok(format!("{text} != {back}")) } else { Ok(secret) }
}

#[tokio::test]
async fn a_text_is_shifted() {
    both_ways(caesar).await;
    let ran = Executor::test().agreeing().run(caesar("Veni, vidi".into(), 3)).await;
    assert_eq!(ran.output().unwrap(), "Yhql, ylgl");
}

// ---- runs of letters

#[workflow]
pub async fn run_lengths(text: String) -> Answer<(String, String)> {
    let mut runs: Vec<(char, usize)> = Vec::new();
    for c in text.chars() {
        match runs.last_mut() {
            Some((last, count)) if *last == c => *count += 1,
            _ => runs.push((c, 1)),
        }
    }
    let packed = runs
        .iter()
        .map(|&(c, count)| if count > 1 { format!("{count}{c}") } else { c.to_string() })
        .collect::<String>();
    say(&packed).await?;
    let unpacked: String = runs.into_iter().flat_map(|(c, count)| std::iter::repeat(c).take(count)).collect();
    Ok((packed, unpacked))
}

#[tokio::test]
async fn runs_are_counted() {
    both_ways(run_lengths).await;
    let ran = Executor::test().agreeing().run(run_lengths("aaabccd".into())).await;
    assert_eq!(ran.output().unwrap(), ("3ab2cd".to_owned(), "aaabccd".to_owned()));
}

// ---- a slug that nobody has yet

#[task]
async fn is_taken(slug: &str) -> Answer<bool> {
    Ok(slug.len() % 2 == 1)
}

#[pure]
fn slugify(title: &str) -> String {
    let dashed: String =
        title.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    dashed.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[workflow]
pub async fn unique_slug(title: String) -> Answer<Option<String>> {
    let base = match slugify(&title) {
        slug if slug.is_empty() => String::from("untitled"),
        slug => slug,
    };
    let mut slug = base.clone();
    let mut n = 1;
    while is_taken(&slug).await? {
        n += 1;
        if n > 10 {
            return Ok(None);
        }
        slug = format!("{base}-{n}");
    }
    Ok(Some(slug))
}

#[tokio::test]
async fn a_slug_is_found() {
    both_ways(unique_slug).await;
    let ran = Executor::test().agreeing().run(unique_slug("  Ein Titel: 3!".into())).await;
    assert_eq!(ran.output().unwrap().as_deref(), Some("ein-titel-3-10"));
}

// ---- a table of CSV

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Row {
    line: usize,
    name: String,
    amount: i64,
    tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Import {
    rows: Vec<Row>,
    errors: Vec<String>,
}

#[pure]
fn parse_row(line: usize, text: &str) -> Result<Row, String> {
    let cells: Vec<&str> = text.split(',').map(|cell| cell.trim()).collect();
    match cells.as_slice() {
        [] | [""] => Err(format!("line {line}: empty")),
        [name, amount, tags @ ..] => {
            let amount =
                amount.parse::<i64>().map_err(|_| format!("line {line}: `{amount}` is no number"))?;
            Ok(Row {
                line,
                name: name.to_string(),
                amount,
                tags: tags.iter().filter(|t| !t.is_empty()).map(|t| t.to_lowercase()).collect(),
            })
        }
        [only] => Err(format!("line {line}: `{only}` stands alone")),
    }
}

#[task]
async fn store_row(row: &Row) -> Answer<()> {
    let _ = row;
    Ok(())
}

#[workflow]
pub async fn import_csv(text: String) -> Answer<Import> {
    let (good, bad): (Vec<_>, Vec<_>) =
        text.lines().enumerate().skip(1).map(|(i, line)| parse_row(i + 1, line)).partition(Result::is_ok);
    let rows: Vec<Row> = good.into_iter().filter_map(Result::ok).collect();
    let mut errors: Vec<String> = bad.into_iter().filter_map(|result| result.err()).collect();
    for row in &rows {
        if let Err(error) = store_row(row).await {
            errors.push(format!("line {}: {}", row.line, error.name()));
        }
    }
    Ok(Import { rows, errors })
}

#[tokio::test]
async fn a_table_is_imported() {
    both_ways(import_csv).await;
    let text = "name,amount\nann, 12, VIP,\nbob,x\n\ncid\ndan,-4";
    let ran = Executor::test().agreeing().run(import_csv(text.into())).await;
    let import = ran.output().unwrap();
    assert_eq!(import.rows.len(), 2);
    assert_eq!(import.errors, ["line 3: `x` is no number", "line 4: empty", "line 5: `cid` stands alone"]);
}

// ---- a template is filled in

#[workflow]
pub async fn fill_in(template: String, values: BTreeMap<String, String>) -> Answer<(String, Vec<String>)> {
    let mut filled = template;
    for (key, value) in &values {
        filled = filled.replace(&format!("{{{{{key}}}}}"), value);
    }
    let unknown: Vec<String> = filled
        .split("{{")
        .skip(1)
        .filter_map(|rest| rest.split_once("}}"))
        .map(|(name, _)| name.trim().to_owned())
        .collect();
    if unknown.is_empty() {
        say(&filled).await?;
    }
    Ok((filled, unknown))
}

#[tokio::test]
async fn a_template_is_filled_in() {
    both_ways(fill_in).await;
    let values = BTreeMap::from([("name".to_owned(), "Ann".to_owned())]);
    let ran = Executor::test().agreeing().run(fill_in("Hi {{name}}, {{ when }}?".into(), values)).await;
    assert_eq!(ran.output().unwrap(), ("Hi Ann, {{ when }}?".to_owned(), vec!["when".to_owned()]));
}

// ---- words: capitals, mirrors, anagrams, a mask

#[pure]
fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().collect::<String>() + chars.as_str(),
        None => String::new(),
    }
}

#[pure]
fn is_palindrome(text: &str) -> bool {
    let letters: Vec<char> =
        text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    letters.iter().eq(letters.iter().rev())
}

#[pure]
fn masked(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let n = digits.chars().count();
    digits.chars().enumerate().map(|(i, c)| if i + 4 < n { '*' } else { c }).collect()
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Words {
    title: String,
    mirrored: Vec<String>,
    groups: Vec<Vec<String>>,
    mask: String,
}

#[workflow]
pub async fn play_with_words(sentence: String, number: String) -> Answer<Words> {
    let words: Vec<String> = sentence.split_whitespace().map(String::from).collect();
    let title = words.iter().map(|word| capitalized(word)).collect::<Vec<String>>().join(" ");
    say(&title).await?;
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for word in &words {
        let mut letters: Vec<char> = word.to_lowercase().chars().collect();
        letters.sort_unstable();
        let key: String = letters.into_iter().collect();
        groups.entry(key).or_default().push(word.clone());
    }
    Ok(Words {
        title,
        mirrored: words.iter().filter(|word| is_palindrome(word)).cloned().collect(),
        groups: groups.into_values().filter(|group| group.len() > 1).collect(),
        mask: masked(&number),
    })
}

#[tokio::test]
async fn words_are_played_with() {
    both_ways(play_with_words).await;
    let ran = Executor::test()
        .agreeing()
        .run(play_with_words("anna said dais".into(), "4111-1111 2345".into()))
        .await;
    let words = ran.output().unwrap();
    assert_eq!((words.title.as_str(), words.mask.as_str()), ("Anna Said Dais", "********2345"));
    assert_eq!(words.groups, [["said", "dais"]]);
}
