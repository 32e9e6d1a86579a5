//! Iterators and data.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- anagrams, initials, and other word games


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
struct WordReport {
    groups: Vec<Vec<String>>,
    acronym: String,
    palindromes: usize,
    longest: Option<String>,
    caesar: String,
}

#[pure]
fn sorted_letters(word: &str) -> String {
    let mut letters: Vec<char> = word.to_lowercase().chars().collect();
    letters.sort();
    letters.into_iter().collect()
}

#[pure]
fn shift(c: char, by: u8) -> char {
    match c {
        'a'..='z' => ((c as u8 - b'a' + by) % 26 + b'a') as char,
        'A'..='Z' => ((c as u8 - b'A' + by) % 26 + b'A') as char,
        _ => c,
    }
}

#[task]
async fn publish_words(report: &WordReport) -> Answer<usize> {
    Ok(report.groups.len())
}

#[workflow]
async fn word_games(text: String) -> Answer<(WordReport, usize)> {
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for word in &words {
        groups.entry(sorted_letters(word)).or_default().push(word.to_string());
    }
    let mut groups: Vec<Vec<String>> = groups.into_values().filter(|g| g.len() > 1).collect();
    groups.sort_by(|a, b| b.len().cmp(&a.len()).then(a[0].cmp(&b[0])));
    let acronym: String = words.iter().filter_map(|w| w.chars().next()).map(|c| c.to_ascii_uppercase()).collect();
    let palindromes = words.iter().filter(|w| w.len() > 1 && w.chars().eq(w.chars().rev())).count();
    let longest = words.iter().max_by_key(|w| w.chars().count()).map(|w| w.to_string());
    let caesar = text.chars().map(|c| shift(c, 3)).collect();
    let report = WordReport { groups, acronym, palindromes, longest, caesar };
    let published = publish_words(&report).await?;
    Ok((report, published))
}

#[tokio::test]
async fn t31_word_games() {
    both_ways(word_games).await;
    let (report, _) = Executor::test().agreeing().run(word_games("tea eat, Anna xyz ate".into())).await.output().unwrap();
    assert_eq!(report.groups, [["tea", "eat", "ate"]]);
    assert_eq!((report.acronym.as_str(), report.palindromes, report.longest.as_deref(), report.caesar.as_str()), ("TEAXA", 0, Some("Anna"), "whd hdw, Dqqd abc dwh"));
}

