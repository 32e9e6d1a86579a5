//! Untagged enums: the first variant that fits a value counts, as serde reads it.

use workflow_core::Workflow;

use super::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "lowercase")]
enum Side {
    Left,
    Right,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Aged {
    name: String,
    age: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
enum Given {
    Byte(u8),
    Signed(i8),
    Wide(u64),
    Any(i64),
    Side(Side),
    Text(String),
    Aged(Aged),
    Named { name: String, nick: Option<String> },
    Marked { mark: bool },
    Many(Vec<u32>),
    Nothing,
}

#[workflow]
async fn told(given: Given) -> Result<String, PlatformError> {
    let text = match given {
        Given::Byte(_) => "byte",
        Given::Signed(_) => "signed",
        Given::Wide(_) => "wide",
        Given::Any(_) => "any",
        Given::Side(_) => "side",
        Given::Text(_) => "text",
        Given::Aged(_) => "aged",
        Given::Named { .. } => "named",
        Given::Marked { .. } => "marked",
        Given::Many(_) => "many",
        Given::Nothing => "nothing",
    };
    send(text.to_string()).await
}

#[tokio::test]
async fn the_first_variant_that_fits_counts() {
    snapshot!(told);
    for (json, expected) in [
        ("0", "byte"),
        ("255", "byte"),
        ("256", "wide"),
        ("-1", "signed"),
        ("-128", "signed"),
        ("-129", "any"),
        (r#""left""#, "side"),
        (r#""up""#, "text"),
        (r#"{"name": "a", "age": 255}"#, "aged"),
        (r#"{"name": "a", "age": 256}"#, "named"),
        (r#"{"name": "a"}"#, "named"),
        (r#"{"name": "a", "nick": null}"#, "named"),
        (r#"{"mark": false}"#, "marked"),
        ("[]", "many"),
        ("null", "nothing"),
    ] {
        let given: Given = serde_json::from_str(json).unwrap();
        assert_eq!(testing().run(told(given)).await.output().unwrap(), expected, "{json}");
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
enum Measure {
    Whole(u32),
    Ratio(f64),
    Word(String),
}

#[workflow]
async fn is_whole(measure: Measure) -> bool {
    matches!(measure, Measure::Whole(_))
}

#[workflow]
async fn is_ratio(measure: Measure) -> bool {
    matches!(measure, Measure::Ratio(_))
}

#[workflow]
async fn is_word(measure: Measure) -> bool {
    matches!(measure, Measure::Word(_))
}

#[tokio::test]
async fn a_ratio_that_is_whole_is_not_told_from_a_whole_number() {
    for problems in [&is_whole::definition().problems, &is_ratio::definition().problems] {
        assert_eq!(problems.len(), 1);
        assert!(problems[0].contains("cannot tell its variant"), "{problems:?}");
    }
    assert!(testing().run(is_word(Measure::Word("w".into()))).await.output().unwrap());
    assert!(!testing().run(is_word(Measure::Ratio(1.0))).await.output().unwrap());
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
enum Apart {
    Maybe(Option<u32>),
    Texts(Vec<String>),
    Whole(Aged),
    Flag(bool),
    Word(String),
}

#[workflow]
async fn told_by_type(apart: Apart) -> String {
    match apart {
        Apart::Maybe(None) => "none".to_string(),
        Apart::Maybe(Some(number)) => number.to_string(),
        Apart::Texts(texts) => texts.join(","),
        Apart::Whole(aged) => aged.name,
        Apart::Flag(flag) => flag.to_string(),
        Apart::Word(word) => word,
    }
}

#[tokio::test]
async fn variants_of_other_json_types_are_told_by_these() {
    snapshot!(told_by_type);
    for (apart, expected) in [
        (Apart::Maybe(None), "none"),
        (Apart::Maybe(Some(7)), "7"),
        (Apart::Texts(vec!["a".into(), "b".into()]), "a,b"),
        (Apart::Whole(Aged { name: "n".into(), age: 1 }), "n"),
        (Apart::Flag(true), "true"),
        (Apart::Word("w".into()), "w"),
    ] {
        assert_eq!(testing().run(told_by_type(apart)).await.output().unwrap(), expected);
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
enum Number {
    Whole(u32),
    Below(i64),
    None,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
enum Filed {
    Number(Option<Number>),
    Word(String),
    Words(Vec<String>),
    Named(BTreeMap<String, String>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
enum Kept {
    Nothing(()),
    Paid(Payment),
    Flag(bool),
}

#[workflow]
async fn filed_under(filed: Filed, kept: Kept) -> (String, String) {
    let filed = match filed {
        Filed::Number(_) => "number".to_string(),
        Filed::Word(word) => word,
        Filed::Words(words) => words.join(" "),
        Filed::Named(named) => named["n"].clone(),
    };
    let kept = match kept {
        Kept::Nothing(()) => "nothing",
        Kept::Paid(Payment::Cash) => "cash",
        Kept::Paid(_) => "paid",
        Kept::Flag(_) => "flag",
    };
    (filed, kept.to_string())
}

#[tokio::test]
async fn an_untagged_enum_in_another_is_of_all_its_types() {
    snapshot!(filed_under);
    for (filed, kept, expected) in [
        ("7", "null", ("number", "nothing")),
        ("-7", r#"{"type": "cash"}"#, ("number", "cash")),
        ("null", r#"{"type": "credit_card", "number": "1"}"#, ("number", "paid")),
        (r#""w""#, "true", ("w", "flag")),
        (r#"["a", "b"]"#, "true", ("a b", "flag")),
        (r#"{"n": "m"}"#, "true", ("m", "flag")),
    ] {
        let (filed, kept) = (serde_json::from_str(filed).unwrap(), serde_json::from_str(kept).unwrap());
        let (left, right) = testing().run(filed_under(filed, kept)).await.output().unwrap();
        assert_eq!((left.as_str(), right.as_str()), expected);
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
enum Colour {
    Red,
    Mixed(u32),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
enum Thing {
    Somebody {
        #[serde(flatten)]
        aged: Aged,
    },
    Coloured {
        colour: Colour,
    },
    Plain {
        name: String,
    },
}

#[workflow]
async fn is_coloured(thing: Thing) -> bool {
    matches!(thing, Thing::Coloured { .. })
}

#[workflow]
async fn is_somebody(thing: Thing) -> bool {
    matches!(thing, Thing::Somebody { .. })
}

#[test]
fn what_json_says_too_little_of_is_a_problem() {
    for problems in [&is_coloured::definition().problems, &is_somebody::definition().problems] {
        assert!(problems.len() == 1 && problems[0].contains("cannot tell its variant"), "{problems:?}");
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
enum Wrapped {
    Number(u32),
    Again(Box<Wrapped>),
    Perhaps(Option<Box<Wrapped>>),
}

#[workflow]
async fn unwrapped(wrapped: Wrapped) -> bool {
    matches!(wrapped, Wrapped::Number(_))
}

#[test]
fn a_variant_that_holds_its_own_enum_is_not_told() {
    let problems = &unwrapped::definition().problems;
    assert!(problems.len() == 1 && problems[0].contains("cannot tell its variant"), "{problems:?}");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
enum Share {
    Ratio(f64),
    Whole(u32),
    Word(String),
}

#[workflow]
async fn is_share(share: Share) -> (bool, bool) {
    (matches!(share, Share::Ratio(_)), matches!(share, Share::Word(_)))
}

#[tokio::test]
async fn a_ratio_that_comes_first_is_every_number() {
    snapshot!(is_share);
    for (json, expected) in [("0.5", (true, false)), ("1", (true, false)), (r#""half""#, (false, true))] {
        let share = serde_json::from_str(json).unwrap();
        assert_eq!(testing().run(is_share(share)).await.output().unwrap(), expected, "{json}");
    }
}
