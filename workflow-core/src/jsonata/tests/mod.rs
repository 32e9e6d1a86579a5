//! What Step Functions' JSONata gives, and what it refuses.

mod properties;

use serde_json::{Map, Value, json};

use super::{Environment, Expression};
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
    check("$fromMillis($toMillis('13:45', '[H]:[m]'))", json!("2026-01-01T13:45:00.000Z"));
    check("$fromMillis($toMillis('5 Mar', '[D] [MNn,*-3]'))", json!("2026-03-05T00:00:00.000Z"));
    check("$toMillis('1970-01-02')", json!(86_400_000));
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
fn errors_are_in_the_words_of_javascript() {
    let syntax = |source: &str| Expression::parse(source).map(|_| ()).unwrap_err().to_string();
    for (source, expected) in [
        ("$a[1,2)", "S0202: Expected \"]\", got \",\""),
        ("{\"a\":}", "S0211: The symbol \"}\" cannot be used as a unary operator"),
        ("$match(\"a\", /abc", "S0302: No terminating / in regular expression"),
        ("\"open", "S0101: String literal must be terminated by a matching quote"),
        ("(1", "S0203: Expected \")\" before end of expression"),
        ("1 2", "S0201: Syntax error: 2"),
        ("$a $bc", "S0201: Syntax error: \"bc\""),
        ("5 := 1", "S0212: The left side of := must be a variable name (start with $)"),
        ("//", "S0301: Empty regular expressions are not allowed"),
    ] {
        assert_eq!(syntax(source), expected, "{source}");
    }
    for (source, expected) in [
        ("1 + 'a'", "T2002: The right side of the \"+\" operator must evaluate to a number"),
        ("$sum([1, 'a'])", "T0412: Argument 1 of function \"sum\" must be an array of \"numbers\""),
        ("$abs('a')", "T0410: Argument 1 of function \"abs\" does not match function signature"),
        ("$number('x')", "D3030: Unable to cast value to a number: \"x\""),
        (
            "{} < 1",
            "T2010: The expressions on either side of operator \"<\" must evaluate to numeric or string values",
        ),
    ] {
        assert_eq!(evaluate(source), Err(expected.to_owned()), "{source}");
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
        "$length($reduce([1..100], function($a) { $string($a) & $string($a) }))",
        "($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $length($f('x', 40)))",
        "$length($reduce([1..100], function($a) { $join([$string($a), $string($a)]) }))",
        "$length($reduce([1..40], function($a) { $replace($string($a), '1', '1111') }))",
        "$length($reduce([1..40], function($a) { $replace($string($a), /1/, '1111') }))",
        "($b := '1111'; $length($reduce([1..40], function($a) { $replace($string($a), '1', $b) })))",
        "$length($string($reduce([1..60], function($a) { {'l': $a, 'r': $a} })))",
        "$reduce([1..60], function($a) { {'l': $a, 'r': $a} })",
    ] {
        assert!(evaluate(source).is_err(), "{source}");
    }
}

#[test]
fn functions_with_a_limit_give_what_those_without_do() {
    for (source, expected) in [
        ("($a := 'x'; $a & 1 & $states.input.nope & true & [1, 'y'])", json!("x1true[1,\"y\"]")),
        ("($a := ['x', 'y']; $join($a, '-') & $join($a))", json!("x-yxy")),
        (
            "($a := 'xxx'; $replace($a, 'x', 'y', 2) & $replace($a, /x/, 'z') & $replace($a, 'x', ''))",
            json!("yyxzzz"),
        ),
        ("$replace('1F', /(\\d)F/, function($m) { $m.groups[0] & 'C' })", json!("1C")),
        (
            "($f := function($m) { 'z' & $x }; $replace('ab', 'b', 'c') & $replace('ab', /b/, $f))",
            json!("acaz2"),
        ),
        ("($p := 'b'; $r := 'c'; $q := /b/; $replace('ab', $p, $r) & $replace('ab', $q, $r))", json!("acac")),
        ("($a := {'b': 1}; $string($a) & $string($a, true))", json!("{\"b\":1}{\n  \"b\": 1\n}")),
        ("$map(['a', 'b'], function($v, $i) { $v & $i })", json!(["a0", "b1"])),
        ("($g := function($s) { $s & '!' }; 'a' ~> $g)", json!("a!")),
        ("($p := $join(?, '+'); $p(['a', 'b']))", json!("a+b")),
        ("($a := 1; [1, 2].($string() & $a))", json!(["11", "21"])),
    ] {
        check(source, expected);
    }
    assert!(evaluate("($a := 1; $join($a, 2))").unwrap_err().starts_with("T04"));
}
