//! What Step Functions' JSONata gives, what it refuses, and that the two evaluators agree.

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Map, Value, json};

use super::{Environment, Expression, engine};
use crate::FixedScope;

fn input() -> Value {
    json!({
        "n": 3, "m": -2, "half": 0.5, "zero": 0, "text": "abc", "empty": "", "yes": true, "no": false,
        "nothing": null, "list": [1, 2, 3], "one": [7], "none": [], "rows": [[1], [2, 3], []],
        "items": [{"a": 1}, {"a": 2, "b": "x"}], "object": {"a": {"b": 5}, "c": {}}, "big": 9_007_199_254_740_991_i64
    })
}

fn scope() -> FixedScope {
    let variables = json!({"x": 2, "list": ["a", "b"], "order": {"id": "o-1", "cents": 250}, "flag": true});
    FixedScope::new(variables.as_object().cloned().unwrap_or_else(Map::new))
}

fn evaluate(source: &str) -> Result<Option<Value>, String> {
    let (input, scope) = (input(), scope());
    let expression = Expression::parse(source).map_err(|error| error.to_string())?;
    expression.evaluate(&Environment::new(&input, &scope)).map_err(|error| error.to_string())
}

fn check(source: &str, expected: Value) {
    assert_eq!(evaluate(source), Ok(Some(expected)), "{source}");
}

#[test]
fn integers_stay_integers_and_floats_floats() {
    check("$states.input.n", json!(3));
    check("$states.input.n * 2", json!(6));
    check("$states.input.n / 2", json!(1.5));
    check("$sum($states.input.list)", json!(6));
    check("-$states.input.n", json!(-3));
    check("$states.input.half + $states.input.half", json!(1));
    check("$power(2, 60)", json!(1_152_921_504_606_846_976_i64));
}

#[test]
fn variables_and_the_members_of_states_are_read() {
    check("$x + $states.input.n", json!(5));
    check("$order.id & ': ' & $order.cents", json!("o-1: 250"));
    check("$states.input.items.a", json!([1, 2]));
    check("$states.input.items[a = 2].b", json!("x"));
    check("$states.input.object.**.b", json!(5));
    check("$map($states.input.list, function($v) { $v * $x })", json!([2, 4, 6]));
}

#[test]
fn what_is_undefined_is_no_value() {
    assert_eq!(evaluate("$states.input.missing"), Ok(None));
    assert_eq!(evaluate("$missing"), Ok(None));
    assert_eq!(evaluate("$states.result"), Ok(None));
    assert_eq!(evaluate("$"), Ok(None));
}

#[test]
fn a_field_that_gives_nothing_fails_in_the_words_of_step_functions() {
    let (input, scope) = (input(), scope());
    let environment = Environment::new(&input, &scope);
    let field = |source: &str| {
        Expression::parse(source).expect(source).evaluate_field("Output/total", &environment).unwrap_err()
    };
    assert_eq!(
        field(" $missing "),
        "The JSONata expression '$missing' specified for the field 'Output/total' returned nothing (undefined)."
    );
    assert_eq!(
        field("$randomSeeded(1)"),
        "The JSONata expression '$randomSeeded(1)' specified for the field 'Output/total' threw an error during evaluation. T1006: Attempted to invoke a non-function"
    );
    let items = Expression::parse("$order").expect("it is one");
    assert_eq!(
        items.unexpected_type("Items", "array", &json!({"foo": "bar"})),
        "The JSONata expression '$order' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'object' for value: {\"foo\":\"bar\"}"
    );
}

#[test]
fn what_json_cannot_hold_is_an_error() {
    for source in ["1/0", "[1/0]", "{'a': -1/0}", "function($x) { $x }", "[$sum]", "$sqrt(-1)"] {
        assert!(evaluate(source).is_err(), "{source}: {:?}", evaluate(source));
    }
}

#[test]
fn the_functions_of_step_functions() {
    check("$partition([1, 2, 3, 4, 5], 2)", json!([[1, 2], [3, 4], [5]]));
    check("$range(0, 10, 3)", json!([0, 3, 6, 9]));
    check("$range(3, 0, -1)", json!([3, 2, 1, 0]));
    check("$hash('input data', 'SHA-1')", json!("aaff4a450a104cd177d28d18d74485e8cae074b7"));
    check("$parse('{\"a\": [1]}').a", json!([1]));
    check("$random(7) = $random(7)", json!(true));
    check("$random() = $random()", json!(false));
    check("$uuid() = $uuid()", json!(false));
    check(
        "$match($uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/).index",
        json!(0),
    );
    check("$now()", json!("2026-01-01T00:00:00.000Z"));
    check("$now('[Y]')", json!("2026"));
    check("$millis()", json!(1_767_225_600_000_i64));
    assert_eq!(evaluate("$eval('1')"), Err("T1006: Attempted to invoke a non-function".to_owned()));
    for source in
        ["$hash('a', 'CRC')", "$parse('{')", "$partition([1], 0)", "$range(0, 1, 0)", "$range(0, 1)"]
    {
        assert!(evaluate(source).is_err(), "{source}");
    }
}

#[test]
fn a_mistake_has_a_code_and_a_place() {
    let error = |source: &str| Expression::parse(source).map(|_| ()).unwrap_err();
    for (source, code, position) in [
        ("1 +", "S0207", 3),
        ("$a b", "S0201", 3),
        ("(1, 2", "S0202", 2),
        ("'open", "S0101", 5),
        ("$a ?? 1", "S0211", 3),
        ("$a ?: 1", "S0211", 3),
        ("1 /* open", "S0106", 9),
    ] {
        let error = error(source);
        assert_eq!(
            (error.code.as_deref(), error.position),
            (Some(code), Some(position)),
            "{source}: {error}"
        );
    }
}

#[test]
fn an_expression_tells_what_it_reads() {
    let reads = |source: &str| Expression::parse(source).expect(source).reads().clone();
    let found = reads("$states.input.a + $x + $states.context.Execution.Id");
    assert!(found.input && found.context && !found.result && !found.error_output);
    assert_eq!(found.variables, ["x"]);
    assert!(reads("$states").result);
    assert!(reads("$map($states.errorOutput, function($v) { $v })").error_output);
}

#[test]
fn what_would_run_on_is_stopped() {
    for source in [
        "($f := function($n) { $f($n + 1) + 1 }; $f(1))",
        "[1..100000000]",
        "$pad('x', 1000000000)",
        "$range(0, 1000000000, 1)",
        "$reduce([1..100000], function($a) { [$a] })",
    ] {
        assert!(evaluate(source).is_err(), "{source}");
    }
}

/// A runner that makes the same cases on every run.
fn runner(cases: u32) -> TestRunner {
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    TestRunner::new_with_rng(Config { cases, failure_persistence: None, ..Config::default() }, seed)
}

/// Expressions of the kinds that are evaluated without the engine, and some that are not.
fn expressions() -> impl Strategy<Value = String> {
    let fields = [
        "n", "m", "half", "zero", "text", "empty", "yes", "no", "nothing", "list", "one", "none", "rows",
        "items", "object", "missing", "big",
    ];
    let leaf = prop_oneof![
        proptest::sample::select(fields.to_vec()).prop_map(|field| format!("$states.input.{field}")),
        proptest::sample::select(vec![
            "$x",
            "$list",
            "$order",
            "$order.id",
            "$flag",
            "$nope",
            "1",
            "0",
            "-1",
            "2.5",
            "'a'",
            "''",
            "true",
            "false",
            "null",
            "$states.input.object.a.b",
            "$states.input.list[0]",
            "$states.input.list[-1]",
            "$states.input.rows[1]",
            "$states.input.rows[0]",
            "$states.input.rows[2]",
            "$states.input.items[1].b",
            "$states.input.items.a",
            "$list[$x]",
            "$states.input.rows[$x]",
            "$states.input.list[$states.input.n]",
            "$states.input.text.x",
            "$states.input.nothing.x",
            "$states.input",
            "$states.input.one[0]",
            "$states.input.text[0]",
            "$states.input.list[0.5]",
            "$states.input.list['a']",
            "$states.input.list[true]",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let operators = ["+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "and", "or", "&"];
        prop_oneof![
            4 => (inner.clone(), proptest::sample::select(operators.to_vec()), inner.clone())
                .prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
            1 => inner.clone().prop_map(|operand| format!("-{operand}")),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} ? {b})")),
            1 => proptest::collection::vec(inner.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(", "))),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{'a': {a}, 'b': {b}}}")),
            1 => (proptest::sample::select(vec!["count", "exists", "not"]), inner.clone()).prop_map(|(f, a)| format!("${f}({a})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("$append({a}, {b})")),
            1 => (inner.clone(), inner).prop_map(|(a, b)| format!("$append([{a}], [{b}])[0]")),
        ]
    })
}

#[test]
fn both_evaluators_give_the_same() {
    let (input, scope) = (input(), scope());
    let environment = Environment::new(&input, &scope);
    let mut decided = 0_u32;
    let counted = std::cell::RefCell::new(&mut decided);
    runner(2_500)
        .run(&expressions(), |source| {
            let Ok(expression) = Expression::parse(&source) else { return Ok(()) };
            let parsed = &expression.0;
            if let Some(direct) = parsed.direct.as_ref().and_then(|direct| direct.evaluate(&environment)) {
                **counted.borrow_mut() += 1;
                let engine = engine::evaluate(&parsed.tree, &parsed.needs, None, &environment);
                prop_assert_eq!(
                    Ok(direct.map(by_value)),
                    engine.map(|value| value.map(by_value)),
                    "{}",
                    source
                );
            }
            Ok(())
        })
        .unwrap();
    assert!(decided > 400, "only {decided} expressions were decided without the engine");
}

#[test]
fn what_is_not_read_makes_no_difference() {
    let (input, scope) = (input(), scope());
    let environment = Environment::new(&input, &scope);
    let paths = proptest::sample::select(vec![
        "$states.input.items.a",
        "$states.input.items.b.c",
        "$states.input.items[a = 2].b",
        "$states.input.rows",
        "$states.input.object.a",
        "$states.input.object.*",
        "$states.input.object.a.b",
        "$states.input.**.b",
        "$states.input.(items.a)",
        "$states.input.items.{'a': a, 'b': b}",
        "$states.input.items^(>a).a",
        "$states.input.items@$i.{'i': $i.a}",
        "$states.input.items.a.%.b",
        "$states.input.list",
        "$list",
        "$order.*",
        "$order",
    ]);
    let functions = proptest::sample::select(vec![
        "sum", "count", "string", "keys", "append", "map", "merge", "type", "exists",
    ]);
    let expressions = paths.prop_map(str::to_owned).prop_recursive(3, 8, 2, move |inner| {
        prop_oneof![
            (functions.clone(), inner.clone()).prop_map(|(name, inner)| match name {
                "append" => format!("$append({inner}, 1)"),
                "map" => format!("$map({inner}, function($v) {{ [$v, $order.id] }})"),
                name => format!("${name}({inner})"),
            }),
            (inner.clone(), inner).prop_map(|(left, right)| format!("[{left}, {right}]")),
        ]
    });
    runner(1_500)
        .run(&expressions, |source| {
            let expression = Expression::parse(&source).unwrap();
            let parsed = &expression.0;
            let mut all = parsed.needs.clone();
            all.variables.iter_mut().for_each(|(_, parts)| parts.whole = true);
            let thinned = engine::evaluate(&parsed.tree, &parsed.needs, None, &environment);
            prop_assert_eq!(thinned, engine::evaluate(&parsed.tree, &all, None, &environment), "{}", source);
            Ok(())
        })
        .unwrap();
}

/// A value in which `1.0` is `1`.
fn by_value(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.into_iter().map(by_value).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, by_value(value))).collect(),
        value => value,
    }
}

#[test]
fn no_text_makes_the_parser_or_the_evaluator_panic() {
    let (input, scope) = (input(), scope());
    let pieces = proptest::sample::select(vec![
        "$",
        "$$",
        "a",
        "`x`",
        "1",
        "9e999",
        "'",
        "\"",
        "\\u",
        "\\ud83d",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "|",
        "^",
        "~>",
        "..",
        ".",
        "**",
        "%",
        "@",
        "#",
        ":=",
        "function",
        "$map",
        "$f",
        "/(a+)+$/",
        "/",
        "*",
        "?",
        ":",
        ";",
        ",",
        " ",
        "é",
        "😀",
        "\u{0}",
        "&",
        "in",
        "$states.input",
        "$pad",
        "$string",
        "$reduce",
        "<",
        "-",
    ]);
    runner(3_000)
        .run(&proptest::collection::vec(pieces, 0..14), |pieces| {
            if let Ok(expression) = Expression::parse(&pieces.concat()) {
                let _ = expression.evaluate(&Environment::new(&input, &scope));
            }
            Ok(())
        })
        .unwrap();
    for deep in [
        "(".repeat(5_000),
        "[".repeat(5_000),
        "-".repeat(5_000),
        "a.".repeat(50_000),
        format!("{}1", "1+".repeat(50_000)),
    ] {
        let _ = Expression::parse(&deep);
    }
}
