//! `BTreeMap`s whose keys are no text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{pairs, rows};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
#[serde(rename_all = "snake_case")]
enum Level {
    Warning,
    Error,
    AllIsLost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
struct Id(u32);

type Numbered = BTreeMap<i32, String>;
type Levels = BTreeMap<Level, Vec<u32>>;

const NUMBERED: &[&str] = &["{}", r#"{"9":"a"}"#, r#"{"10":"b","9":"a","-3":"c"}"#];
const LEVELS: &[&str] = &["{}", r#"{"error":[1]}"#, r#"{"all_is_lost":[],"error":[2,3],"warning":[1]}"#];
const NUMBERS: &[&str] = &["9", "-3", "4"];

rows! {
    get(map: Numbered, n: i32) -> Option<String> { map.get(&n).cloned() } pairs(["map", "n"], NUMBERED, NUMBERS);
    get_literal(map: Numbered) -> (Option<String>, bool) { (map.get(&9).cloned(), map.contains_key(&10)) } NUMBERED;
    index(map: Numbered, n: i32) -> String { map[&n].clone() } pairs(["map", "n"], NUMBERED, NUMBERS);
    keys(map: Numbered) -> Vec<i32> { map.keys().copied().collect() } NUMBERED;
    values(map: Numbered) -> Vec<String> { map.into_values().collect() } NUMBERED;
    iter(map: Numbered) -> Vec<(i32, String)> { map.into_iter().map(|(n, text)| (n + 1, text)).collect() } NUMBERED;
    each(map: Numbered) -> String { let mut text = String::new(); for (n, value) in &map { text += &format!("{n:>3}={value}"); } text } NUMBERED;
    insert(map: Numbered, n: i32) -> (Option<String>, Numbered) { let mut map = map; let old = map.insert(n, "new".to_string()); map.remove(&10); (old, map) } pairs(["map", "n"], NUMBERED, NUMBERS);
    retain(map: Numbered) -> Numbered { let mut map = map; map.retain(|n, text| *n > 0 && text != "a"); map } NUMBERED;
    collect(list: Vec<i32>) -> BTreeMap<i32, usize> { list.iter().enumerate().map(|(place, n)| (*n, place)).collect() } &["[]", "[3,-1,3]"];
    counted(list: Vec<u32>) -> Vec<(u32, usize)> { let mut counts: BTreeMap<u32, usize> = BTreeMap::new(); for n in &list { *counts.entry(*n).or_insert(0) += 1; } counts.into_iter().collect() } &["[]", "[30,4,30]"];
    most(list: Vec<u32>) -> Option<u32> { let mut counts = BTreeMap::new(); for n in &list { *counts.entry(*n).or_insert(0) += 1u32; } counts.iter().max_by_key(|(_, times)| **times).map(|(n, _)| *n) } &["[]", "[30,4,30]", "[1,2]"];
    grouped(list: Vec<u32>) -> BTreeMap<Size, Vec<u32>> { let mut groups: BTreeMap<Size, Vec<u32>> = BTreeMap::new(); for n in list { groups.entry(if n > 9 { Size::Big } else { Size::Small }).or_default().push(n); } groups } &["[]", "[30,4,30]"];
    levels(map: Levels) -> Vec<(Level, u32)> { map.iter().map(|(level, all)| (*level, all.iter().sum())).collect() } LEVELS;
    level(map: Levels) -> (Option<Level>, usize) { (map.keys().last().copied(), map.get(&Level::Error).map_or(0, Vec::len)) } LEVELS;
    worst(map: Levels) -> Option<Level> { map.into_iter().filter(|(_, all)| !all.is_empty()).map(|(level, _)| level).max() } LEVELS;
    changed(map: Levels) -> Levels { let mut map = map; for (level, all) in map.iter_mut() { if *level >= Level::Error { all.push(7); } } map.entry(Level::Warning).or_default().push(8); map } LEVELS;
    made(n: u32) -> BTreeMap<u32, Level> { BTreeMap::from([(n, Level::Error), (100, Level::Warning)]) } &["3", "100"];
    ids(list: Vec<Id>) -> (BTreeMap<Id, u32>, Vec<Id>) { let map: BTreeMap<Id, u32> = list.iter().map(|id| (*id, id.0 + 1)).collect(); let ids = map.keys().copied().collect(); (map, ids) } &["[]", "[12,9]"];
    of_letters(text: String) -> Vec<(char, usize)> { let mut counts: BTreeMap<char, usize> = BTreeMap::new(); for letter in text.chars() { *counts.entry(letter).or_default() += 1; } counts.into_iter().collect() } &[r#""""#, r#""hello""#];
    extended(map: Numbered) -> Numbered { let mut all = BTreeMap::from([(1, "one".to_string())]); all.extend(map); all.extend([(-3, "x".to_string())]); all } NUMBERED;
    first_and_last(map: Numbered) -> (Option<i32>, Option<String>) { (map.first_key_value().map(|(n, _)| *n), map.last_key_value().map(|(_, text)| text.clone())) } NUMBERED;
    popped(map: Numbered) -> (Option<(i32, String)>, usize) { let mut map = map; let first = map.pop_first(); (first, map.len()) } NUMBERED;
    equal(a: Numbered, b: Numbered) -> bool { a == b } pairs(["a", "b"], NUMBERED, NUMBERED);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
enum Size {
    Small,
    Big,
}
