//! `BTreeMap<String, _>`.

use std::collections::BTreeMap;

use workflow_core::prelude::*;

use crate::{WORDS, pairs, rows};

const MAPS: &[&str] =
    &["{}", r#"{"a":1}"#, r#"{"b":2,"a":1,"10":3,"9":4}"#, r#"{"ß":1,"😀":2,"\uffff":3,"z":4}"#];
const NESTED: &[&str] = &["{}", r#"{"a":[]}"#, r#"{"b":[1],"a":[2,3]}"#];
const KEYS: &[&str] = &[r#""a""#, r#""zz""#];

rows! {
    get(map: BTreeMap<String, i64>, key: String) -> Option<i64> { map.get(&key).copied() } pairs(["map", "key"], MAPS, KEYS);
    get_literal(map: BTreeMap<String, Vec<i64>>) -> Vec<i64> { map.get("b").cloned().unwrap_or_default() } NESTED;
    index(map: BTreeMap<String, i64>, key: String) -> i64 { map[&key] + 1 } pairs(["map", "key"], MAPS, KEYS);
    contains_key(map: BTreeMap<String, i64>, key: String) -> bool { map.contains_key(&key) } pairs(["map", "key"], MAPS, KEYS);
    len(map: BTreeMap<String, i64>) -> (usize, bool) { (map.len(), map.is_empty()) } MAPS;
    keys(map: BTreeMap<String, i64>) -> Vec<String> { map.keys().cloned().collect() } MAPS;
    values(map: BTreeMap<String, i64>) -> Vec<i64> { map.values().copied().collect() } MAPS;
    values_lists(map: BTreeMap<String, Vec<i64>>) -> Vec<Vec<i64>> { map.into_values().collect() } NESTED;
    iter(map: BTreeMap<String, Vec<i64>>) -> Vec<(String, Vec<i64>)> { map.into_iter().collect() } NESTED;
    iter_map(map: BTreeMap<String, i64>) -> Vec<String> { map.iter().map(|(key, value)| format!("{key}={value}")).collect() } MAPS;
    iter_filter(map: BTreeMap<String, i64>) -> BTreeMap<String, i64> { map.iter().filter(|(_, value)| **value > 1).map(|(key, value)| (key.clone(), value * 2)).collect() } MAPS;
    collect(words: Vec<String>) -> BTreeMap<String, usize> { words.iter().enumerate().map(|(i, word)| (word.clone(), i)).collect() } WORDS;
    insert(map: BTreeMap<String, i64>, key: String) -> (Option<i64>, BTreeMap<String, i64>) { let mut map2 = map; let old = map2.insert(key, 7); map2.insert("y".to_string(), 1); (old, map2) } pairs(["map", "key"], MAPS, KEYS);
    remove(map: BTreeMap<String, i64>, key: String) -> (Option<i64>, BTreeMap<String, i64>) { let mut map2 = map; let old = map2.remove(&key); map2.remove("10"); (old, map2) } pairs(["map", "key"], MAPS, KEYS);
    retain(map: BTreeMap<String, i64>) -> BTreeMap<String, i64> { let mut map2 = map; map2.retain(|key, value| *value > 1 || key == "10"); map2 } MAPS;
    retain_none(map: BTreeMap<String, i64>) -> usize { let mut map2 = map; map2.retain(|_, _| false); map2.len() } MAPS;
    entry(words: Vec<String>) -> BTreeMap<String, u32> { let mut counts = BTreeMap::new(); for word in &words { *counts.entry(word.clone()).or_insert(0) += 1; } counts } WORDS;
    entry_push(words: Vec<String>) -> BTreeMap<String, Vec<String>> { let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new(); for word in &words { groups.entry(if word.is_empty() { "none".to_string() } else { "some".to_string() }).or_default().push(word.clone()); } groups } WORDS;
    each(map: BTreeMap<String, i64>) -> String { let mut text = String::new(); for (key, value) in &map { text.push_str(&format!("{key}{value};")); } text } MAPS;
    extend(map: BTreeMap<String, i64>) -> BTreeMap<String, i64> { let mut other = BTreeMap::from([("a".to_string(), 9), ("q".to_string(), 8)]); other.extend(map); other } MAPS;
    sum(map: BTreeMap<String, i64>) -> i64 { map.values().sum() } MAPS;
    max(map: BTreeMap<String, i64>) -> Option<String> { map.iter().max_by_key(|(_, value)| **value).map(|(key, _)| key.clone()) } MAPS;
    equal(a: BTreeMap<String, i64>, b: BTreeMap<String, i64>) -> bool { a == b } pairs(["a", "b"], MAPS, MAPS);
}
