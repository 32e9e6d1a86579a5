//! `BTreeSet`, and lists that are made of nothing but a number or a value.

use std::collections::BTreeSet;

use workflow_core::prelude::*;

use crate::{INTS, WORDS, pairs, rows};

rows! {
    collect(xs: Vec<i64>) -> BTreeSet<i64> { xs.into_iter().collect() } INTS;
    collect_words(words: Vec<String>) -> Vec<String> { words.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect() } WORDS;
    collect_pairs(xs: Vec<i64>) -> BTreeSet<(i64, bool)> { xs.iter().map(|x| (*x % 2, *x > 1)).collect() } INTS;
    from(a: i64, b: i64) -> BTreeSet<i64> { BTreeSet::from([a, b, 3]) } pairs(["a", "b"], &["3", "7"], &["1", "3", "9"]);
    insert(xs: Vec<i64>, x: i64) -> (bool, bool, BTreeSet<i64>) { let mut set: BTreeSet<i64> = xs.into_iter().collect(); let new = set.insert(x); let again = set.insert(x); (new, again, set) } pairs(["xs", "x"], INTS, &["3", "-9"]);
    remove(xs: Vec<i64>, x: i64) -> (bool, BTreeSet<i64>) { let mut set = BTreeSet::from_iter(xs); let was = set.remove(&x); (was, set) } pairs(["xs", "x"], INTS, &["3", "-9"]);
    contains(xs: Vec<i64>, x: i64) -> (bool, usize, bool) { let set: BTreeSet<_> = xs.iter().copied().collect(); (set.contains(&x), set.len(), set.is_empty()) } pairs(["xs", "x"], INTS, &["3", "-9"]);
    ends(xs: Vec<i64>) -> (Option<i64>, Option<i64>, Option<i64>) { let set: BTreeSet<_> = xs.iter().copied().collect(); (set.first().copied(), set.last().copied(), set.iter().nth(1).copied()) } INTS;
    pop_first(xs: Vec<i64>) -> (Option<i64>, Option<i64>, BTreeSet<i64>) { let mut set = BTreeSet::from_iter(xs); let first = set.pop_first(); let last = set.pop_last(); (first, last, set) } INTS;
    union(xs: Vec<i64>, ys: Vec<i64>) -> Vec<i64> { let (a, b) = (BTreeSet::from_iter(xs), BTreeSet::from_iter(ys)); a.union(&b).copied().collect() } pairs(["xs", "ys"], INTS, INTS);
    intersection(xs: Vec<i64>, ys: Vec<i64>) -> BTreeSet<i64> { let (a, b) = (BTreeSet::from_iter(xs), BTreeSet::from_iter(ys)); a.intersection(&b).copied().collect() } pairs(["xs", "ys"], INTS, INTS);
    difference(xs: Vec<i64>, ys: Vec<i64>) -> Vec<i64> { let (a, b) = (BTreeSet::from_iter(xs), BTreeSet::from_iter(ys)); a.difference(&b).cloned().collect() } pairs(["xs", "ys"], INTS, INTS);
    symmetric_difference(xs: Vec<i64>, ys: Vec<i64>) -> Vec<i64> { let (a, b) = (BTreeSet::from_iter(xs), BTreeSet::from_iter(ys)); a.symmetric_difference(&b).copied().collect() } pairs(["xs", "ys"], INTS, INTS);
    compared(xs: Vec<i64>, ys: Vec<i64>) -> (bool, bool, bool, bool) { let (a, b): (BTreeSet<i64>, BTreeSet<i64>) = (xs.into_iter().collect(), ys.into_iter().collect()); (a.is_subset(&b), a.is_superset(&b), a.is_disjoint(&b), a == b) } pairs(["xs", "ys"], INTS, INTS);
    of_pairs(xs: Vec<i64>) -> (usize, bool) { let a: BTreeSet<(i64, i64)> = xs.iter().map(|x| (*x, x % 2)).collect(); let b = BTreeSet::from([(1, 1), (2, 0)]); (a.intersection(&b).count(), a.is_disjoint(&b)) } INTS;
    changed(xs: Vec<i64>) -> BTreeSet<i64> { let mut set = BTreeSet::new(); set.extend(xs.iter().map(|x| x * 2)); set.extend([5, 1]); set.retain(|x| x % 3 != 0); set } INTS;
    seen(words: Vec<String>) -> (Vec<String>, usize) { let mut seen = BTreeSet::new(); let mut first = vec![]; for word in &words { if seen.insert(word.len()) { first.push(word.clone()); } } (first, seen.len()) } WORDS;
    grouped(words: Vec<String>) -> Vec<Vec<usize>> { let mut groups: std::collections::BTreeMap<String, BTreeSet<usize>> = Default::default(); for (place, word) in words.iter().enumerate() { groups.entry(word.trim().to_string()).or_default().insert(place % 3); } groups.into_values().map(|set| set.into_iter().collect()).collect() } WORDS;
    each(xs: Vec<i64>) -> String { let set: BTreeSet<i64> = xs.into_iter().collect(); let mut text = String::new(); for x in &set { text += &format!("{x};"); } text } INTS;
    once(x: i64, xs: Vec<i64>) -> Vec<i64> { std::iter::once(x).chain(xs).chain(std::iter::empty()).collect() } pairs(["x", "xs"], &["1"], INTS);
    repeat(n: usize) -> (String, Vec<u8>) { (std::iter::repeat('x').take(n).collect(), std::iter::repeat_n(7, n).collect()) } ["0", "1", "3"];
    counted(from: i64, n: usize) -> Vec<i64> { (from..).take(n).map(|x| x * 2).collect() } pairs(["from", "n"], &["-1", "3"], &["0", "1", "3"]);
    numbered(words: Vec<String>) -> (Vec<(String, u8)>, Vec<(usize, String)>) { (words.iter().cloned().zip(1..).collect(), (1..).zip(words).collect()) } WORDS;
    extended(words: Vec<String>) -> std::collections::BTreeMap<String, usize> { let mut map = std::collections::BTreeMap::new(); map.extend(words.iter().enumerate().map(|(place, word)| (word.clone(), place))); map } WORDS;
}
