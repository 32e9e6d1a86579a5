//! `serde_json::Value`: JSON of any form.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use workflow_core::prelude::*;

use crate::{pairs, rows};

/// A list that stands for itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Tags(Vec<String>);

/// Which of them it is, its JSON tells alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

const WORDS: &[&str] = &["[]", r#"["a"]"#, r#"["a","b"]"#];
const ANY: &[&str] = &["null", "1", r#""x""#, "[]", "[1]", "[[1]]", "[[1,2],3]", "{}", r#"{"a":[1]}"#];

const OBJECTS: &[&str] =
    &["null", "{}", r#"{"a":null}"#, r#"{"a":"x"}"#, r#"{"a":{"b":"y"}}"#, r#"{"a":{"b":[1]}}"#, "[1]"];
const TEXTS: &[&str] = &[r#""""#, r#""[a]""#, r#""[]1""#, r#""1[1;a]1]""#, r#""x,;y""#, r#""1,2""#];
const SCALARS: &[&str] =
    &["null", "true", "false", "1", "-2", "1.5", "0", r#""x""#, r#""""#, "[]", "[1,2]", "[1]", "{}"];

rows! {
    some_lists(words: Vec<String>) -> Vec<Option<Vec<String>>> { vec![Some(words.clone()), None, Some(words)] } WORDS;
    newtypes(words: Vec<String>) -> Vec<Tags> { let mut all = vec![Tags(words.clone())]; all.push(Tags(words)); all } WORDS;
    newtype_pair(words: Vec<String>) -> (Tags, u8) { (Tags(words), 1) } WORDS;
    untagged(words: Vec<String>) -> Vec<OneOrMany> { vec![OneOrMany::One("x".to_string()), OneOrMany::Many(words)] } WORDS;
    values(value: Value) -> Vec<Value> { vec![value.clone(), value] } ANY;
    value_pair(value: Value) -> (Value, u8) { (value, 1) } ANY;
    value_pushed(value: Value) -> Vec<Value> { let mut all = vec![]; all.push(value.clone()); all.push(value); all } ANY;
    value_first(value: Value) -> Option<Value> { vec![value].into_iter().next() } ANY;

    index(value: Value) -> (Value, Value, Value) { (value["a"].clone(), value["a"][0].clone(), value[1].clone()) } ANY;
    index_by(value: Value, key: String) -> Value { value[&key].clone() } pairs(["value", "key"], ANY, &[r#""a""#, r#""b""#]);
    get(value: Value) -> (bool, bool) { (value.get("a").is_some(), value.get("a").is_some_and(|a| a.is_null())) } OBJECTS;
    get_deep(value: Value) -> Option<String> { value.get("a").and_then(|a| a.get("b")).and_then(Value::as_str).map(str::to_uppercase) } OBJECTS;
    get_let(value: Value) -> bool { let found = value.get("a"); found.is_some() } OBJECTS;
    get_match(value: Value) -> String { match value.get("a") { Some(Value::String(text)) => text.clone(), Some(Value::Null) => "null".to_string(), Some(_) => "else".to_string(), None => "none".to_string() } } OBJECTS;
    numbers(value: Value) -> (Option<i64>, Option<u64>, Option<f64>) { (value.as_i64(), value.as_u64(), value.as_f64()) } SCALARS;
    others(value: Value) -> (Option<bool>, Option<String>, Option<usize>) { (value.as_bool(), value.as_str().map(str::to_owned), value.as_array().map(|list| list.len())) } SCALARS;
    kinds(value: Value) -> Vec<bool> { vec![value.is_null(), value.is_boolean(), value.is_number(), value.is_string(), value.is_array(), value.is_object()] } SCALARS;
    matched(value: Value) -> String { match &value { Value::Null => "null".to_string(), Value::Bool(true) => "yes".to_string(), Value::Bool(_) => "no".to_string(), Value::String(text) => text.to_lowercase(), Value::Array(list) if list.len() > 1 => format!("{}", list.len()), Value::Array(list) => format!("[{}]", list.iter().filter(|v| v.is_number()).count()), Value::Number(_) => "number".to_string(), Value::Object(_) => "object".to_string() } } SCALARS;
    in_list(value: Value) -> Vec<String> { value["tags"].as_array().into_iter().flatten().filter_map(|tag| tag["name"].as_str()).map(|name| name.to_string()).collect() } &[r#"{"tags":[{"name":"a"},{"no":1},"x",{"name":null}]}"#, "{}", r#"{"tags":[]}"#];
    default(value: Value) -> (String, u64) { (value["name"].as_str().unwrap_or("nobody").to_string(), value["n"]["m"].as_u64().unwrap_or(7)) } &["{}", r#"{"name":"x","n":{"m":3}}"#, r#"{"name":1,"n":{"m":-3}}"#];
    written(n: u32, words: Vec<String>) -> Value { json!({"n": n, "all": words, "nested": {"list": [n, null, [1], "x"], "none": words.first()}, "yes": true}) } pairs(["n", "words"], &["1"], WORDS);
    written_key(key: String, n: i64) -> Value { json!({ "a": [n], key.as_str(): n + 1 }) } pairs(["key", "n"], &[r#""a""#, r#""b""#], &["1"]);
    written_text(key: String) -> Value { json!(key) } &[r#""a""#];
    written_list(words: Vec<String>) -> Value { json!([words, words.len()]) } WORDS;
    built(words: Vec<String>, n: i32) -> Vec<Value> { vec![Value::Null, Value::Bool(true), Value::String("x".to_string()), Value::from(n), Value::from("y"), words.into()] } pairs(["words", "n"], WORDS, &["-3"]);
    set(value: Value) -> Value { let mut value = value; value["a"] = json!(1); value["b"]["c"] = json!([2]); value } &["{}", "null", r#"{"a":5,"z":[1]}"#, "[1]"];
    equal(value: Value) -> (bool, bool, bool) { (value == Value::Null, value["a"] == json!([1]), value["a"] == "x") } &["{}", "null", r#"{"a":"x","z":[1]}"#, r#"{"a":[1]}"#];
    transposed(text: Option<String>) -> Option<Option<u8>> { text.map(|text| text.parse::<u8>()).transpose().ok().filter(|n| n.is_none_or(|n| n < 9)) } &[r#""3""#, r#""12""#];
    transposed_or(text: Option<String>) -> u8 { text.map(|text| text.parse::<u8>()).transpose().unwrap_or(Some(99)).unwrap_or(100) } &["null", r#""3""#, r#""x""#];
    transposed_back(words: Vec<String>) -> Vec<u8> { words.iter().filter_map(|word| word.parse::<u8>().map(|n| (n > 3).then_some(n)).transpose()).map(|n| n.unwrap_or(0)).collect() } &[r#"["1","4","x"]"#, "[]"];
    xor(a: Option<u8>, b: Option<u8>) -> Option<u8> { a.xor(b) } pairs(["a", "b"], &["null", "1"], &["null", "2"]);
    cycled(list: Vec<Vec<u8>>, n: usize) -> Vec<Vec<u8>> { list.iter().cycle().take(n).cloned().collect() } pairs(["list", "n"], &["[]", "[[1]]", "[[1],[],[2,3]]"], &["0", "1", "7"]);
    cycled_zip(list: Vec<u8>, words: Vec<String>) -> Vec<(u8, String)> { list.into_iter().zip(words.iter().cycle().cloned()).collect() } pairs(["list", "words"], &["[]", "[1]", "[1,2,3]"], WORDS);
    chunk_by(list: Vec<u8>) -> Vec<Vec<u8>> { list.chunk_by(|a, b| a / 10 == b / 10).map(|chunk| chunk.to_vec()).collect() } &["[]", "[1]", "[1,2,11,3,4]", "[1,11,21]"];
    rest_first(all: (u8, String, Vec<u8>)) -> u8 { let (a, ..) = all; a } &[r#"[1,"x",[2]]"#];
    rest_last(all: (u8, String, Vec<u8>)) -> Vec<u8> { let (.., c) = all; c } &[r#"[1,"x",[2]]"#];
    rest_between(all: Vec<(u8, String, Vec<u8>)>) -> Vec<usize> { all.iter().map(|(a, .., c)| *a as usize + c.len()).collect() } &[r#"[[1,"x",[2]]]"#];
    rest_matched(all: (u8, String, Vec<u8>)) -> u8 { match all { (0, ..) => 1, (.., ref c) if c.is_empty() => 2, (_, .., _) => 3 } } &[r#"[1,"x",[2]]"#, r#"[0,"x",[2]]"#, r#"[1,"x",[]]"#];
    span_divided(span: TimeSpan) -> TimeSpan { let mut half = span / 2; half /= 3; half *= 2; half } &["1", "0.011", "100"];
    trimmed(text: String) -> (String, String, String) { (text.trim_matches(['[', ']']).to_string(), text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '[').to_string(), text.trim_end_matches([']', '1']).to_string()) } TEXTS;
    split_at_letters(text: String) -> Vec<String> { text.split([',', ';']).map(str::to_string).collect() } TEXTS;
    parsed(text: String) -> Option<Vec<u8>> { let all = text.split(',').map(|part| part.parse()).collect::<Result<Vec<u8>, _>>(); all.ok() } TEXTS;
}
