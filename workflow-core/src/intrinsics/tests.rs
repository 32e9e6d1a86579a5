//! What each intrinsic function gives, and what it refuses.

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use super::Query;
use crate::FixedScope;

fn call(source: &str, input: &Value) -> Result<Value, String> {
    let query = Query::parse(source).map_err(|error| error.to_string())?;
    let scope = FixedScope::new(json!({"v": "{} and {}"}).as_object().unwrap().clone());
    query.evaluate(input, &scope).map(std::borrow::Cow::into_owned).map_err(|error| error.to_string())
}

fn check(source: &str, input: Value, expected: Value) {
    assert_eq!(call(source, &input), Ok(expected), "{source} of {input}");
}

#[test]
fn arrays() {
    check("States.Array()", json!({}), json!([]));
    check("States.Array('a', 1, true, null, $.x)", json!({"x": {}}), json!(["a", 1, true, null, {}]));
    check("States.ArrayPartition($, 2)", json!([1, 2, 3]), json!([[1, 2], [3]]));
    check("States.ArrayContains($, $[0])", json!([[1, 2]]), json!(true));
    check("States.ArrayContains($, $)", json!([]), json!(false));
    check("States.ArrayRange(0, 10, 3)", json!({}), json!([0, 3, 6, 9]));
    check("States.ArrayRange(3, 0, -2)", json!({}), json!([3, 1]));
    check("States.ArrayRange(3, 0, 1)", json!({}), json!([]));
    check("States.ArrayGetItem($, 1)", json!(["a", "b"]), json!("b"));
    check("States.ArrayLength($)", json!([1, 2]), json!(2));
    check("States.ArrayUnique($)", json!([1, "1", 1, [1], [1]]), json!([1, "1", [1]]));
}

#[test]
fn texts() {
    check("States.Format('{}, {}!', $.a, 1.1)", json!({"a": "Hi"}), json!("Hi, 1.1!"));
    check("States.Format('{}', $)", json!({"Arg1": 1, "Arg2": []}), json!("{Arg1=1, Arg2=[]}"));
    check("States.Format('{}', $)", json!(["a", null]), json!("[a, null]"));
    check(r"States.Format('\{{}\} it\'s \\', 1)", json!({}), json!(r"{1} it's \"));
    check("States.Format($v, 1, 2)", json!({}), json!("1 and 2"));
    check("States.StringSplit('1.2,3', '.,')", json!({}), json!(["1", "2", "3"]));
    check("States.StringSplit(', , ,', ',')", json!({}), json!([" ", " "]));
    check("States.Base64Encode('Data')", json!({}), json!("RGF0YQ=="));
    check("States.Base64Decode('RGF0YQ==')", json!({}), json!("Data"));
    check("States.Hash('input data', 'SHA-1')", json!({}), json!("aaff4a450a104cd177d28d18d74485e8cae074b7"));
    check("States.Hash('a', 'MD5')", json!({}), json!("0cc175b9c0f1b6a831c399e269772661"));
}

#[test]
fn json_and_numbers() {
    check("States.JsonToString($)", json!({"a": [1, 1.5]}), json!("{\"a\":[1,1.5]}"));
    check("States.StringToJson('{\"a\": 1}')", json!({}), json!({"a": 1}));
    check("States.StringToJson('')", json!({}), json!(null));
    check("States.StringToJson('-0')", json!({}), json!(0));
    check(
        "States.JsonMerge($.a, $.b, false)",
        json!({"a": {"x": 1, "y": 1}, "b": {"y": 2}}),
        json!({"x": 1, "y": 2}),
    );
    for (left, right, sum) in
        [(1.5, 1.51, 4), (-1.5, 0.0, -1), (2.5, 0.0, 3), (-1.51, 0.0, -2), (-0.5, 0.0, 0)]
    {
        check("States.MathAdd($[0], $[1])", json!([left, right]), json!(sum));
    }
    check("States.MathAdd(States.MathAdd(1, 2), -3)", json!({}), json!(0));
    let random = call("States.MathRandom(5, 8)", &json!({})).unwrap();
    assert!((5..8).contains(&random.as_i64().unwrap()), "{random}");
    assert_eq!(
        call("States.MathRandom(0, 99, 7)", &json!({})),
        call("States.MathRandom(0, 99, 7)", &json!({}))
    );
    let uuid = call("States.UUID()", &json!({})).unwrap();
    assert_eq!((uuid.as_str().unwrap().len(), &uuid.as_str().unwrap()[14..15]), (36, "4"));
}

#[test]
fn what_a_function_cannot_do_is_told_with_its_call() {
    let error = call("States.Array(States.ArrayGetItem($.a, 3))", &json!({"a": []})).unwrap_err();
    assert_eq!(
        error,
        "The function 'States.ArrayGetItem($.a, 3)' had the following error: The index 3 is out of bounds for an array of length 0"
    );
    for source in [
        "States.ArrayPartition($.a, 0)",
        "States.ArrayRange(0, 1, 0)",
        "States.ArrayRange(0, 1000, 1)",
        "States.ArrayLength('a')",
        "States.Format('{}')",
        "States.Format('{')",
        "States.Format('', 1)",
        "States.StringToJson('{')",
        "States.JsonMerge($, $, true)",
        "States.Hash('a', 'CRC')",
        "States.Base64Decode('!')",
        "States.MathAdd(9223372036854775807, 1)",
        "States.MathRandom(1, 1)",
        "States.MathAdd('1', 1)",
    ] {
        assert!(call(source, &json!({"a": []})).unwrap_err().contains("had the following error"), "{source}");
    }
}

#[test]
fn a_missing_path_fails_in_the_words_of_step_functions() {
    let query = Query::parse("$.x").unwrap();
    let error = query.evaluate_field("value.$", &json!({"a": 1}), &FixedScope::default()).unwrap_err();
    let cause =
        "The JSONPath '$.x' specified for the field 'value.$' could not be found in the input '{\"a\":1}'";
    assert_eq!(error, ("States.Runtime", cause.to_owned()));
}

#[test]
fn what_is_no_call_is_refused() {
    for source in [
        "States.Nope()",
        "States.UUID(1)",
        "States.Array(",
        "States.Array(1",
        "States.Array(1,)",
        "States.Array('a)",
        "States.Array() x",
        "States.Format()",
        "States.Array({})",
        "Hello",
        "",
    ] {
        assert!(Query::parse(source).is_err(), "{source}");
    }
}

#[test]
fn no_text_makes_the_parser_or_a_function_panic() {
    let names = proptest::sample::select(vec![
        "Array",
        "ArrayContains",
        "ArrayGetItem",
        "ArrayLength",
        "ArrayPartition",
        "ArrayRange",
        "ArrayUnique",
        "Base64Decode",
        "Base64Encode",
        "Format",
        "Hash",
        "JsonMerge",
        "JsonToString",
        "MathAdd",
        "MathRandom",
        "StringSplit",
        "StringToJson",
        "UUID",
        "Nope",
    ]);
    let values = proptest::sample::select(vec![
        "1",
        "-1",
        "0",
        "1.5",
        "9223372036854775807",
        "-9223372036854775808",
        "1e308",
        "1e999",
        "'a'",
        "''",
        "'{}'",
        r"'\{'",
        r"'\'",
        "'é{}😀'",
        "$",
        "$.list",
        "$.object",
        "$.missing",
        "$..*",
        "$$",
        "$v",
        "true",
        "false",
        "null",
        "'MD5'",
        "'{\"a\":1}'",
        "(",
        "",
    ]);
    let argument = values.prop_map(str::to_owned).prop_recursive(3, 12, 3, move |inner| {
        (names.clone(), proptest::collection::vec(inner, 0..4))
            .prop_map(|(name, arguments)| format!("States.{name}({})", arguments.join(", ")))
    });
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let config = Config { cases: 6_000, failure_persistence: None, ..Config::default() };
    let input = json!({"list": [1, "a", [2]], "object": {"a": {"b": 1}}});
    TestRunner::new_with_rng(config, seed)
        .run(&argument, |source| {
            let _ = call(&source, &input);
            Ok(())
        })
        .unwrap();
    let deep = format!("{}1{}", "States.Array(".repeat(9_000), ")".repeat(9_000));
    assert!(Query::parse(&deep).is_err());
}
