//! What holds for every expression: the two evaluators agree, what is not read makes no difference, and
//! nothing panics.

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use super::{
    super::{Environment, Expression, engine},
    input, scope,
};

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
