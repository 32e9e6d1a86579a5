//! Lists, in place and not.

use std::cmp::Reverse;

use workflow_core::prelude::*;

use crate::{INTS, WORDS, pairs, rows};

const LISTS: &[&str] = &["[]", "[[]]", "[[1]]", "[[1,2],[],[3]]", "[[5],[5],[6]]"];
const PLACES: &[&str] = &["0", "1", "2", "9"];

rows! {
    len(xs: Vec<i64>) -> (usize, bool) { (xs.len(), xs.is_empty()) } INTS;
    contains(xs: Vec<i64>) -> bool { xs.contains(&3) } INTS;
    contains_list(xs: Vec<Vec<i64>>) -> bool { xs.contains(&vec![5]) } LISTS;
    contains_text(xs: Vec<String>) -> bool { xs.contains(&"a".to_string()) } WORDS;
    get(xs: Vec<i64>, i: usize) -> Option<i64> { xs.get(i).copied() } pairs(["xs", "i"], INTS, PLACES);
    get_list(xs: Vec<Vec<i64>>) -> Vec<i64> { xs.get(0).cloned().unwrap_or_default() } LISTS;
    index(xs: Vec<i64>, i: usize) -> i64 { xs[i] + 1 } pairs(["xs", "i"], INTS, PLACES);
    index_literal(xs: Vec<Vec<i64>>) -> Vec<i64> { xs[1].clone() } LISTS;
    slice(xs: Vec<i64>, i: usize) -> Vec<i64> { xs[1..i].to_vec() } pairs(["xs", "i"], INTS, PLACES);
    slice_from(xs: Vec<i64>, i: usize) -> Vec<i64> { xs[i..].iter().map(|x| x + 1).collect() } pairs(["xs", "i"], INTS, PLACES);
    slice_to(xs: Vec<i64>, i: usize) -> Vec<i64> { xs[..=i].to_vec() } pairs(["xs", "i"], INTS, PLACES);
    chunks(xs: Vec<i64>, n: usize) -> Vec<Vec<i64>> { xs.chunks(n).map(|chunk| chunk.to_vec()).collect() } pairs(["xs", "n"], INTS, PLACES);
    windows(xs: Vec<i64>, n: usize) -> Vec<i64> { xs.windows(n).map(|window| window.iter().sum()).collect() } pairs(["xs", "n"], INTS, PLACES);
    concat(xs: Vec<Vec<i64>>) -> Vec<i64> { xs.concat() } LISTS;
    concat_text(xs: Vec<String>) -> String { xs.concat() } WORDS;
    join(xs: Vec<String>) -> String { xs.join(", ") } WORDS;
    repeated(x: Vec<i64>, n: usize) -> Vec<Vec<i64>> { vec![x; n] } pairs(["x", "n"], INTS, PLACES);
    repeated_number(n: usize) -> Vec<u32> { vec![7; n] } PLACES;
    sort(xs: Vec<i64>) -> Vec<i64> { let mut ys = xs.clone(); ys.sort(); ys } INTS;
    sort_text(xs: Vec<String>) -> Vec<String> { let mut ys = xs; ys.sort_unstable(); ys } WORDS;
    sort_pairs(xs: Vec<(i64, String)>) -> Vec<(i64, String)> { let mut ys = xs; ys.sort(); ys } ["[]", r#"[[1,"b"]]"#, r#"[[2,"a"],[1,"b"],[1,"a"],[2,"a"]]"#];
    sort_by_key(xs: Vec<(i64, String)>) -> Vec<(i64, String)> { let mut ys = xs; ys.sort_by_key(|x| x.0); ys } ["[]", r#"[[1,"b"]]"#, r#"[[2,"a"],[1,"b"],[1,"a"],[2,"c"]]"#];
    sort_by_reverse(xs: Vec<(i64, String)>) -> Vec<(i64, String)> { let mut ys = xs; ys.sort_by_key(|(n, text)| (Reverse(*n), text.clone())); ys } ["[]", r#"[[1,"b"]]"#, r#"[[2,"d"],[1,"b"],[1,"a"],[2,"c"]]"#];
    sort_options(xs: Vec<Option<i64>>) -> Vec<Option<i64>> { let mut ys = xs; ys.sort(); ys } ["[]", "[null]", "[2,null,1,null]"];
    sort_bools(xs: Vec<bool>) -> Vec<bool> { let mut ys = xs; ys.sort(); ys } ["[]", "[true]", "[true,false,true,false]"];
    reverse(xs: Vec<i64>) -> Vec<i64> { let mut ys = xs; ys.reverse(); ys } INTS;
    dedup(xs: Vec<Vec<i64>>) -> Vec<Vec<i64>> { let mut ys = xs; ys.dedup(); ys } LISTS;
    dedup_by_key(xs: Vec<i64>) -> Vec<i64> { let mut ys = xs; ys.dedup_by_key(|x| *x / 2); ys } INTS;
    same_elements(xs: Vec<i64>) -> (bool, bool) { (xs.iter().eq(xs.iter().rev()), xs.iter().map(|x| x + 1).ne(xs.iter().copied())) } INTS;
    dedup_numbers(xs: Vec<i64>) -> Vec<i64> { let mut ys = xs; ys.sort(); ys.dedup(); ys } INTS;
    retain(xs: Vec<i64>) -> Vec<i64> { let mut ys = xs; ys.retain(|x| *x > 1); ys } INTS;
    swap_remove(xs: Vec<i64>, n: usize) -> (i64, Vec<i64>) { let mut ys = xs; (ys.swap_remove(n), ys) } pairs(["xs", "n"], INTS, PLACES);
    swap(xs: Vec<i64>, n: usize) -> Vec<i64> { let mut ys = xs; ys.swap(n, 0); ys } pairs(["xs", "n"], INTS, PLACES);
    split_at(xs: Vec<i64>, n: usize) -> (i64, usize) { let (before, after) = xs.split_at(n); (before.iter().sum(), after.len()) } pairs(["xs", "n"], INTS, PLACES);
    deque(xs: Vec<i64>) -> (Vec<i64>, Option<i64>, usize) { let mut ys = std::collections::VecDeque::from(xs); let front = ys.pop_front(); ys.push_front(7); ys.push_back(8); let back = ys.pop_back(); if let Some(first) = ys.front() && *first == 7 { ys.push_back(back.unwrap_or(0)); } (ys.iter().copied().collect(), front, ys.len()) } INTS;
    drained(xs: Vec<i64>) -> (i64, usize) { let mut ys = xs; let mut sum = 0; for y in ys.drain(..) { sum += y; } (sum, ys.len()) } INTS;
    rev_enumerate(xs: Vec<i64>) -> i64 { let mut sum = 0; for (i, x) in xs.iter().rev().enumerate() { sum += x * i as i64; } sum } INTS;
    truncate(xs: Vec<i64>, n: usize) -> Vec<i64> { let mut ys = xs; ys.truncate(n); ys } pairs(["xs", "n"], INTS, PLACES);
    clear(xs: Vec<i64>) -> Vec<i64> { let mut ys = xs; ys.clear(); ys } INTS;
    extend(xs: Vec<i64>) -> Vec<i64> { let mut ys = xs.clone(); ys.extend(xs.iter().map(|x| x + 1)); ys.extend_from_slice(&[1, 2]); ys } INTS;
    push_list(xs: Vec<Vec<i64>>) -> Vec<Vec<i64>> { let mut ys = xs; ys.push(vec![1]); ys.push(vec![]); ys } LISTS;
    insert(xs: Vec<i64>, n: usize) -> Vec<i64> { let mut ys = xs; ys.insert(n, 5); ys } pairs(["xs", "n"], INTS, PLACES);
    remove(xs: Vec<i64>, n: usize) -> (i64, Vec<i64>) { let mut ys = xs; let taken = ys.remove(n); (taken, ys) } pairs(["xs", "n"], INTS, PLACES);
    pop(xs: Vec<i64>) -> (Option<i64>, Option<i64>, Vec<i64>) { let mut ys = xs; let a = ys.pop(); let b = ys.pop(); ys.pop(); (a, b, ys) } INTS;
    set_place(xs: Vec<i64>, n: usize) -> Vec<i64> { let mut ys = xs; ys[n] = 5; ys[n] += 1; ys } pairs(["xs", "n"], INTS, PLACES);
    compare(a: Vec<i64>, b: Vec<i64>) -> bool { a == b } pairs(["a", "b"], INTS, INTS);
    array(x: i64) -> Vec<i64> { [x, 2, 3].iter().map(|y| y * x).collect() } ["0", "5"];
}
