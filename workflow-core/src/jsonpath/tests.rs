//! What paths mean, in Jayway's sense, and what reference paths write.

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use super::{Path, ReferencePath, Root};
use crate::FixedScope;

fn document() -> Value {
    json!({
        "a": [{"b": 1, "c": "x"}, {"b": 2, "c": "y"}, {"b": 1, "c": "z", "n": null}],
        "list": [10, 20, 30, 40, 50], "nested": [[1, 2], [3, 4]], "my key": {"x-y": 1},
        "nothing": null, "text": "str", "limit": 25, "empty": []
    })
}

fn get(path: &str) -> Result<Value, String> {
    let path = Path::parse(path).map_err(|error| error.to_string())?;
    path.apply(&document()).map(std::borrow::Cow::into_owned).map_err(|error| error.to_string())
}

fn check(path: &str, expected: Value) {
    assert_eq!(get(path), Ok(expected), "{path}");
}

#[test]
fn a_definite_path_gives_what_is_there() {
    check("$.a[0].b", json!(1));
    check("$['my key']['x-y']", json!(1));
    check("$.list[-1]", json!(50));
    check("$.nothing", json!(null));
    check("$['text','limit']", json!({"text": "str", "limit": 25}));
    check("$.list.length()", json!(5));
    check("$.list.sum()", json!(150.0));
}

#[test]
fn a_definite_path_that_leads_nowhere_is_an_error_in_jayways_words() {
    let error = |path: &str| get(path).unwrap_err();
    assert_eq!(error("$.missing"), "No results for path: $['missing']");
    assert_eq!(error("$.missing.deep"), "Missing property in path $['missing']");
    assert_eq!(error("$.list[9]"), "No results for path: $['list'][9]");
    assert!(
        error("$.text.x").starts_with("Expected to find an object with property ['x'] in path $['text']")
    );
    assert!(error("$.text[0]").starts_with("Filter: [0] can only be applied to arrays."));
}

#[test]
fn any_other_path_gives_a_list() {
    check("$.list[0,9,1]", json!([10, 20]));
    check("$.list[1:-1]", json!([20, 30, 40]));
    check("$.empty[*]", json!([]));
    check("$..b", json!([1, 2, 1]));
    check("$.nested..[0]", json!([[1, 2], 1, 3]));
    check("$..b.length()", json!(3));
}

#[test]
fn filters_compare_as_jayway_does() {
    check("$.list[?(@ > $.limit)]", json!([30, 40, 50]));
    check("$.a[?(@.b == '1')].c", json!(["x", "z"]));
    check("$.a[?(@.n)].c", json!(["z"]));
    check("$.a[?(!@.n && @.b != 2)].c", json!(["x"]));
    check("$.a[?((@.b == 2 || @.c == 'z') && @.c =~ /[Z]/i)].c", json!(["z"]));
    check("$.a[?(@.c in ['x', 'y'])].b", json!([1, 2]));
    check("$.nested[?(@ contains 3)]", json!([[3, 4]]));
    check("$.nested[?(@ size 2)]", json!([[1, 2], [3, 4]]));
}

#[test]
fn a_path_starts_from_the_document_the_context_or_a_variable() {
    let mut scope = FixedScope::new(json!({"order": {"id": 7}}).as_object().unwrap().clone());
    scope.context = json!({"Execution": {"Name": "run"}});
    let document = document();
    let get = |path: &str| {
        let path = Path::parse(path).unwrap();
        (path.root().clone(), path.evaluate(&document, &scope).unwrap().into_owned())
    };
    assert_eq!(get("$$.Execution.Name"), (Root::Context, json!("run")));
    assert_eq!(get("$order.id"), (Root::Variable("order".to_owned()), json!(7)));
    assert_eq!(get("$.limit"), (Root::Document, json!(25)));
    assert!(Path::parse("$none").unwrap().evaluate(&document, &scope).is_err());
}

#[test]
fn what_is_no_path_is_refused_at_its_place() {
    for (path, position) in [
        ("$.", 2),
        ("$.my key", 4),
        ("$.a[?@.b==1]", 5),
        ("$.list[::2]", 7),
        ("$.a[?(@.b == )]", 13),
        ("$.a['b", 5),
        ("$.x.nope()", 4),
        ("$.a[?(@.c =~ /(/)]", 13),
    ] {
        assert_eq!(Path::parse(path).map(|_| ()).unwrap_err().position, position, "{path}");
    }
}

#[test]
fn a_reference_path_writes_and_makes_objects_on_its_way() {
    let set = |path: &str, document: Value| ReferencePath::parse(path).unwrap().set(document, json!(1));
    assert_eq!(set("$", json!({"a": 0})), Ok(json!(1)));
    assert_eq!(set("$.b.c", json!({"a": 0})), Ok(json!({"a": 0, "b": {"c": 1}})));
    assert_eq!(set("$.a[1]", json!({"a": [0, 0]})), Ok(json!({"a": [0, 1]})));
    for (path, document) in
        [("$.a.b", json!({"a": 0})), ("$.a[2]", json!({"a": [0]})), ("$.a[0]", json!({})), ("$.a", json!([]))]
    {
        let refused = set(path, document.clone()).unwrap_err();
        assert_eq!(refused.document, document, "{path}");
    }
    for path in ["$.a[*]", "$..a", "$.a[-1]", "$$.a", "$x", "a"] {
        assert!(ReferencePath::parse(path).is_err(), "{path}");
    }
}

#[test]
fn no_text_makes_the_parser_or_the_evaluator_panic() {
    let pieces = proptest::sample::select(vec![
        "$",
        "$$",
        ".",
        "..",
        "a",
        "b",
        "[",
        "]",
        "'",
        "\"",
        "*",
        "?",
        "(",
        ")",
        "@",
        "0",
        "-1",
        "99999999999999999999",
        ":",
        ",",
        "==",
        "=~",
        "/",
        "(a+)+",
        "!",
        "&&",
        "||",
        "in",
        "size",
        "contains",
        "null",
        "\\",
        "é",
        "😀",
        " ",
        "length()",
        "{",
        "}",
        "<",
    ]);
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let config = Config { cases: 8_000, failure_persistence: None, ..Config::default() };
    let document = document();
    TestRunner::new_with_rng(config, seed)
        .run(&proptest::collection::vec(pieces, 0..14), |pieces| {
            let text = pieces.concat();
            for text in [text.clone(), format!("$.a[?({text})]"), format!("$.list[{text}]")] {
                if let Ok(path) = Path::parse(&text) {
                    let value = path.apply(&document);
                    prop_assert!(
                        path.is_definite() || value.is_err() || value.is_ok_and(|value| value.is_array()),
                        "{}",
                        text
                    );
                }
                if let Ok(path) = ReferencePath::parse(&text)
                    && let Ok(written) = path.set(document.clone(), json!("new"))
                {
                    let read = path.as_path().apply(&written).unwrap().into_owned();
                    prop_assert_eq!(read, json!("new"), "{}", text);
                }
            }
            Ok(())
        })
        .unwrap();
    let deep = format!("$[?({}@.a{})]", "(".repeat(9_000), ")".repeat(9_000));
    assert!(Path::parse(&deep).is_err());
    assert!(Path::parse(&format!("$[?(@ =~ /{}/)]", "(a{99}){99}".repeat(50))).is_err());
    let long = format!("${}", ".a".repeat(50_000));
    assert!(Path::parse(&long).unwrap().apply(&document).is_err());
}
