//! The reader of JSONata in the macros, and the engine's, on the same texts.

#[path = "../../workflow-macros/src/jsonata/functions.rs"]
mod functions;
#[path = "../../workflow-macros/src/jsonata/lexer.rs"]
mod lexer;
#[path = "../../workflow-macros/src/jsonata/syntax.rs"]
mod syntax;

use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use workflow_core::jsonata::{Expression, is_function};

/// What both accept, with the variables that each text reads.
const ACCEPTED: &[(&str, &[&str])] = &[
    ("$sum($items.price)", &["items"]),
    (
        "$items[price > $limit and $.stock != 0 or not_there in [1..3]].(name & ': ' & price)",
        &["items", "limit"],
    ),
    ("$map($items, function($i, $n) { $n & '. ' & $i.`a name` })", &["items"]),
    ("($f := function($n) { $n <= 1 ? 1 : $n * $f($n - 1) }; $f($n5))", &["n5"]),
    ("( $a := $x; $b := $a + 1; {'a': $a, \"b\": $b, $k: [1, 'x', null, true, -2.5e3]} )", &["x", "k"]),
    ("$items{sku: $sum(price)}", &["items"]),
    ("$items^(>price, <name)[0]", &["items"]),
    ("$items@$i.tags#$t.{'sku': $i.sku, 'at': $t}", &["items"]),
    ("$items ~> $filter(function($v) { $v.price > 3 }) ~> $count()", &["items"]),
    ("$replace($text, /a\\/b+/im, 'x') & $match($text, /[0-9]/)[0].match", &["text"]),
    ("$a / 2 % 3", &["a"]),
    ("$order ~> |lines|{'price': price * 2}, ['tags']|", &["order"]),
    ("$map($items, $uppercase)", &["items"]),
    ("$substring(?, 0, 3)", &[]),
    ("λ($x)<n-n:n>{ $x + 1 }(2)", &[]),
    ("$items.*.**.sku[]", &["items"]),
    ("$items.and.or.in.function", &["items"]),
    ("/* first */ $a /* then */ + 'b\\u00e4\\n'", &["a"]),
    ("()", &[]),
    ("$exists($a.b) ? $a.b", &["a"]),
    ("$hash($partition($range($a, 10, 1), 2), 'SHA-1')", &["a"]),
];

/// What both refuse, and with which code the one of the macros does.
const REFUSED: &[(&str, Option<&str>)] = &[
    ("", Some("S0207")),
    ("$sum($items.price", Some("S0203")),
    ("$sum($items.price]", Some("S0202")),
    ("$a +", Some("S0207")),
    ("$a $b", Some("S0201")),
    ("$a )", Some("S0201")),
    ("* / ,", None),
    ("+ $a", Some("S0211")),
    ("'a", Some("S0101")),
    ("\"\\x\"", Some("S0103")),
    ("'\\u12'", Some("S0104")),
    ("$a.`b", Some("S0105")),
    ("/* a", Some("S0106")),
    ("1e999", Some("S0102")),
    ("$a ! $b", Some("S0204")),
    ("$a ~ $b", Some("S0204")),
    ("1 := 2", Some("S0212")),
    ("$a.b.3", Some("S0213")),
    ("$a{b: c}{d: e}", Some("S0210")),
    ("$a{c: d}[0]", Some("S0209")),
    ("function(a) { 1 }", Some("S0208")),
    ("$a^()", Some("S0211")),
    ("$a#b", Some("S0214")),
    ("$a[0]@$b.c", Some("S0215")),
    ("$a^(b)@$c.d", Some("S0216")),
    ("'a'($b)", Some("T1006")),
    ("$match($a, //)", Some("S0301")),
    ("$match($a, /b)", Some("S0302")),
    ("$a ?? 1", None),
    ("$a ?: 1", None),
];

/// What is JSONata, and not to be said in a workflow.
const NOT_HERE: &[&str] = &[
    "$states.input.a",
    "$$.a",
    "$",
    "price",
    "$sum(price)",
    "$map($a, function($x) { price })",
    "*",
    "'a'.b",
    "$eval($a)",
    "$foo($a)",
    "$now()",
    "$millis()",
    "$map($a, $random)",
    "$uuid()",
    "$shuffle($a)",
    "($count := 1; $count)",
    "function($states) { 1 }",
    "$map($a, function($i) { $i }) & $i",
    "$a.b.%.c",
];

fn code(text: &str) -> Result<syntax::Text, Option<&'static str>> {
    syntax::read(text).map_err(|mistake| mistake.code)
}

#[test]
fn texts_that_are_jsonata_are_accepted() {
    for (text, free) in ACCEPTED {
        let read = syntax::read(text).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"));
        assert_eq!(read.free, *free, "{text}");
        Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        // What is put together again is the same expression.
        let again = syntax::read(&read.source()).unwrap();
        assert_eq!((again.free, again.own), (read.free, read.own), "{text}");
    }
}

#[test]
fn texts_that_are_none_are_refused_with_jsonatas_code() {
    for (text, expected) in REFUSED {
        assert_eq!(code(text).map(|_| ()), Err(*expected), "{text}");
        assert!(Expression::parse(text).is_err(), "{text}");
    }
}

#[test]
fn what_has_no_meaning_in_a_workflow_is_refused() {
    for text in NOT_HERE {
        assert_eq!(code(text), Err(None), "{text}");
    }
}

#[test]
fn the_functions_are_those_of_the_engine() {
    let words = include_str!("../src/jsonata/mod.rs").split(|letter: char| !letter.is_alphanumeric());
    let named: std::collections::BTreeSet<&str> = words.filter(|word| is_function(word)).collect();
    assert_eq!(named.len(), 69);
    for name in &named {
        assert!(functions::is_function(name), "{name}");
    }
    assert!(functions::is_function("eval") && !functions::is_function("evaluate"));
}

#[test]
fn a_text_becomes_one_line() {
    let read = syntax::read("\n  $sum(\n    $prices  /* all */\n  ) + 'a\n b'\n").unwrap();
    assert_eq!(read.source(), "$sum( $prices ) + 'a\n b'");
}

/// Texts made of JSONata's tokens, many of them wrong.
fn soup() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "$a",
        "$b",
        "$x",
        "$sum",
        "$map",
        "name",
        "`q`",
        "'t'",
        "1",
        "2.5",
        "true",
        "null",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ";",
        ":",
        ".",
        "?",
        "+",
        "-",
        "*",
        "/",
        "%",
        "=",
        "!=",
        "<",
        ">",
        "and",
        "or",
        "in",
        "&",
        ":=",
        "~>",
        "^(",
        "function(",
        "$a[",
        "$a.(",
        "..",
        "@$v",
        "#$v",
        "/r/",
        "|",
        "[]",
    ]);
    prop::collection::vec(token, 1..9).prop_map(|tokens| tokens.join(" "))
}

fn each_of(
    cases: u32,
    texts: impl Strategy<Value = String>,
    test: impl Fn(String) -> Result<(), TestCaseError>,
) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
        .run(&texts, test)
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn what_the_macro_accepts_the_engine_accepts() {
    each_of(30_000, soup(), |text| {
        if syntax::read(&text).is_ok() {
            let parsed = Expression::parse(&text);
            prop_assert!(parsed.is_ok(), "{}: {}", text, parsed.unwrap_err());
        }
        Ok(())
    });
}

#[test]
fn what_the_engine_accepts_is_jsonata() {
    each_of(30_000, soup(), |text| {
        // A range outside of an array, and a flag of a regular expression that is none, are JSONata to the
        // engine alone.
        if !text.contains("..") && !text.contains('/') && Expression::parse(&text).is_ok() {
            let found = syntax::read(&text).err().and_then(|mistake| mistake.code);
            prop_assert_eq!(found, None, "{}", text);
        }
        Ok(())
    });
}

#[test]
fn no_text_makes_the_reader_panic() {
    each_of(5_000, "\\PC{0,40}".prop_map(|text| text), |text| {
        let _ = syntax::read(&text);
        Ok(())
    });
}
