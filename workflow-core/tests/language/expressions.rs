//! Pure expressions.

#![allow(clippy::useless_vec, reason = "what is tested is how this is read")]

use super::*;

const LIMIT: i64 = 100;

#[workflow]
async fn arithmetic(a: i64, b: i64, c: f64) -> Result<(i64, i64, i64, f64, bool), PlatformError> {
    let sum = a + b * 2 - (a - b);
    let quotient = (a / b, a % b);
    let sum = send_number(sum).await?;
    Ok((sum, quotient.0, -quotient.1, c / 2.0, sum > LIMIT && !(a == b || a == 9) || c <= 0.5))
}

#[task(lambda_transients = false)]
async fn send_number(number: i64) -> i64 {
    number
}

#[tokio::test]
async fn arithmetic_has_rusts_meaning() {
    snapshot!(arithmetic);
    let run = |a, b, c| testing().run(arithmetic(a, b, c));
    assert_eq!(run(7, 2, 3.0).await.output().unwrap(), (6, 3, -1, 1.5, false));
    assert_eq!(run(-7, 2, 0.5).await.output().unwrap(), (6, -3, 1, 0.25, true));
}

#[tokio::test]
async fn a_division_by_zero_fails_the_execution() {
    // The state machine computes a value where it is first needed, so it fails a state later.
    let execution = Executor::test().run(arithmetic(1, 0, 1.0)).await;
    assert_eq!(execution.outcome().error.as_deref(), Some("States.QueryEvaluationError"));
}

#[workflow]
async fn text(name: String, age: u64, ok: bool) -> Result<String, PlatformError> {
    let greeting = format!("Hello {name}, {{{}}} {1} {ok}", age, age + 1);
    let quoted = "it's \"fine\"".to_string() + &greeting;
    send(if ok { quoted } else { String::from("{% no %}") }).await
}

#[tokio::test]
async fn text_is_joined() {
    snapshot!(text);
    let run = |ok| testing().run(text("Ann".into(), 41, ok));
    assert_eq!(run(true).await.output().unwrap(), r#"it's "fine"Hello Ann, {41} 42 true"#);
    assert_eq!(run(false).await.output().unwrap(), "{% no %}");
}

#[workflow]
async fn in_order(a: u32) -> Result<u32, PlatformError> {
    Ok(add(add(a, 1).await?, add(a, 2).await?).await? + a)
}

#[tokio::test]
async fn effects_in_arguments_happen_in_rusts_order() {
    snapshot!(in_order);
    let execution = testing().run(in_order(10)).await;
    assert_eq!(execution.output().unwrap(), 33);
    assert_eq!(execution.calls(add), [(10, 1), (10, 2), (11, 12)]);
}

#[workflow]
async fn questions(
    order: Order,
    list: Vec<u32>,
    word: String,
) -> Result<(bool, bool, usize, bool, u32, Option<u32>), PlatformError> {
    let doubled = add(order.cents, order.cents).await;
    let failed = doubled.is_err();
    let spare = add(1, 2).await.unwrap_or(7);
    Ok((
        matches!(order.payment, Payment::Cash),
        word.is_empty() || list.is_empty(),
        list.len(),
        failed,
        spare,
        doubled.ok(),
    ))
}

#[tokio::test]
async fn values_are_asked_what_they_are() {
    snapshot!(questions);
    let run = |executor: Executor, list: Vec<u32>| executor.run(questions(order(), list, "w".into()));
    let execution = run(testing(), vec![1, 2]).await;
    assert_eq!(execution.output().unwrap(), (true, false, 2, false, 3, Some(500)));
    let failing = testing().mock(add, Mock::failure("Lambda.Unknown", ""));
    assert_eq!(run(failing, vec![]).await.output().unwrap(), (true, true, 0, true, 7, None));
}

/// Calls in macros are calls like any other, and a closure is written out in them.
#[workflow]
async fn in_macros(order: Order) -> Result<(String, Vec<String>, Vec<u32>, bool), ShopError> {
    let mut results = vec![charge(&order).await];
    results.truncate(3);
    let failed = results.iter().any(|result| result.is_err());
    let doubled = |number: u32| number * 2;
    let list = vec![charge(&order).await?, send(format!("{}", doubled(add(1, 2).await?))).await?];
    let three = vec![add(order.cents, 2).await?; 3];
    let small = failed || matches!(add(order.cents, 1).await?, 0..=9);
    let first =
        if small { format!("{} {}", send("a".to_string()).await?, doubled(4)) } else { "b".to_string() };
    let text = if order.cents > 5 { format!("{first}{end}", end = doubled(4)) } else { first };
    Ok((text, list, three, small))
}

#[tokio::test]
async fn what_stands_in_macros_is_awaited_in_order() {
    snapshot!(in_macros);
    let execution = testing().run(in_macros(order())).await;
    let list = vec!["receipt of o-1".to_owned(), "6".to_owned()];
    assert_eq!(execution.output().unwrap(), ("b8".to_owned(), list, vec![252; 3], false));
}

const EMPTY: &str = "";
const MARK: &str = "!";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Texts {
    number: String,
    nothing: String,
    marks: String,
    template: String,
    lengths: Vec<usize>,
}

#[workflow]
async fn spelled(number: u32, list: Vec<u32>) -> Result<Texts, PlatformError> {
    let template = send("{% $now() %}".to_string()).await?;
    Ok(Texts {
        number: format!("{EMPTY}{number}"),
        nothing: format!("{EMPTY}{EMPTY}"),
        marks: format!("{MARK}{}{MARK}", true),
        template,
        lengths: vec![list.clone(), vec![number]].iter().map(|list| list.len()).collect(),
    })
}

#[tokio::test]
async fn a_text_stays_a_text_and_a_list_a_list() {
    snapshot!(spelled);
    let texts = testing().run(spelled(7, vec![1, 2, 3])).await.output().unwrap();
    assert_eq!((texts.number.as_str(), texts.nothing.as_str(), texts.marks.as_str()), ("7", "", "!true!"));
    assert_eq!(texts.template, "{% $now() %}");
    assert_eq!(texts.lengths, [3, 1]);
}

#[workflow]
async fn without(order: Order) -> Result<u32, PlatformError> {
    let none: Option<Order> = None;
    let numbers: Option<Vec<u32>> = None;
    let first = match &numbers {
        Some(numbers) => numbers[0] + order.cents,
        None => 2,
    };
    if order.cents > 9 {
        send("many".to_string()).await?;
    }
    let sum = add(first, none.as_ref().map_or(1, |other| other.cents)).await?;
    match none {
        Some(other) => add(sum, other.cents).await,
        None => Ok(sum),
    }
}

#[tokio::test]
async fn a_part_of_what_is_not_there_is_not_read() {
    snapshot!(without);
    assert_eq!(testing().run(without(order())).await.output().unwrap(), 3);
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Notes {
    left: Option<String>,
    right: Option<String>,
    plain: String,
    any: serde_json::Value,
    inner: Option<Order>,
}

#[workflow]
async fn differ(notes: Notes) -> Vec<bool> {
    vec![
        notes.left != notes.right,
        notes.left.as_deref() != Some(notes.plain.as_str()),
        Some(notes.plain.as_str()) != notes.right.as_deref(),
        notes.any.as_str() != Some(notes.plain.as_str()),
        notes.inner.is_some_and(|inner| inner.order_id != notes.plain),
        notes.left.as_deref() != Some("b"),
    ]
}

#[tokio::test]
async fn what_may_not_be_there_differs_from_what_is() {
    snapshot!(differ);
    let some = |text: &str| Some(text.to_owned());
    let notes =
        Notes { left: some("a"), right: None, plain: "a".into(), any: "a".into(), inner: Some(order()) };
    let run = |notes: Notes| testing().run(differ(notes));
    assert_eq!(run(notes.clone()).await.output().unwrap(), [true, false, true, false, true, true]);
    let notes = Notes { left: None, right: some("a"), any: 1.into(), inner: None, ..notes };
    assert_eq!(run(notes).await.output().unwrap(), [true, true, false, true, false, true]);
}

#[workflow]
async fn said_already(notes: Notes) -> Result<String, PlatformError> {
    if let Some(right) = &notes.right
        && notes.left.as_deref() == Some("a")
    {
        return send(right.clone()).await;
    }
    Ok("nothing".to_string())
}

#[workflow]
async fn edges(number: u64, text: String) -> Vec<bool> {
    vec![number == 9_007_199_254_740_992, text.as_str() < "m", text.as_str() < "\u{e000}"]
}

#[tokio::test]
async fn a_test_of_one_field_says_nothing_of_another() {
    snapshot!(said_already);
    let notes = |left: &str, right: Option<&str>| Notes {
        left: Some(left.to_owned()),
        right: right.map(str::to_owned),
        plain: String::new(),
        any: serde_json::Value::Null,
        inner: None,
    };
    let run = |left, right| testing().run(said_already(notes(left, right)));
    assert_eq!(run("a", None).await.output().unwrap(), "nothing");
    assert_eq!(run("a", Some("b")).await.output().unwrap(), "b");
    assert_eq!(run("b", Some("b")).await.output().unwrap(), "nothing");
}

#[tokio::test]
async fn the_largest_number_and_the_first_character_beyond_the_surrogates() {
    snapshot!(edges);
    let run = |text: &str| testing().run(edges(9_007_199_254_740_992, text.to_owned()));
    assert_eq!(run("a").await.output().unwrap(), [true, true, true]);
    assert_eq!(run("m").await.output().unwrap(), [true, false, true]);
    assert_eq!(run("\u{e000}").await.output().unwrap(), [true, false, false]);
    assert_eq!(run("\u{1f600}").await.output().unwrap(), [true, false, false]);
}

const TOO_LARGE: u64 = 9_007_199_254_740_993;
const TOO_SMALL: [i64; 2] = [1, -9_007_199_254_740_993];

#[workflow]
async fn inexact_numbers(number: u64) -> (bool, [i64; 2]) {
    (number == TOO_LARGE, TOO_SMALL)
}

#[test]
fn a_constant_that_json_does_not_hold_exactly_is_told() {
    let problems = &<inexact_numbers as workflow_core::Workflow>::definition().problems;
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems.iter().all(|problem| problem.contains("is outside ±2^53")), "{problems:?}");
}

#[workflow]
async fn narrowed(number: i64) -> (i8, u8, i16) {
    (number as i8, number as u8, number as i16)
}

#[tokio::test]
async fn a_number_of_a_smaller_type_keeps_its_lowest_bits() {
    for number in [-32_769, -32_768, -257, -256, -129, -128, -1, 0, 127, 128, 255, 256, 32_767, 32_768] {
        let expected = (number as i8, number as u8, number as i16);
        assert_eq!(testing().run(narrowed(number)).await.output().unwrap(), expected, "{number}");
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Counted {
    order: Order,
    pieces: u32,
}

#[workflow]
async fn the_same(left: Counted, right: Counted) -> bool {
    left == right
}

#[tokio::test]
async fn a_field_inside_that_is_null_is_as_one_that_is_not_there() {
    snapshot!(the_same);
    let counted = |note: &str| {
        format!(
            r#"{{"order": {{"orderId": "o", "cents": 1, "payment": {{"type": "cash"}}{note}}}, "pieces": 2}}"#
        )
    };
    let (absent, null, there) = (counted(""), counted(r#", "note": null"#), counted(r#", "note": "n""#));
    for (left, right, expected) in
        [(&absent, &null, true), (&null, &absent, true), (&null, &there, false), (&there, &there, true)]
    {
        let start =
            workflow_core::Start::<the_same>::from_json(format!(r#"{{"left": {left}, "right": {right}}}"#));
        assert_eq!(testing().run(start).await.output().unwrap(), expected, "{left} {right}");
    }
}

const BEYOND: i64 = 300;
const WITHIN: i64 = 30;

#[workflow]
async fn characters(text: String, number: u32) -> (usize, String, u8, u8) {
    (text.chars().count(), format!("{number:.2}"), BEYOND as u8, WITHIN as u8)
}

#[tokio::test]
async fn a_precision_cuts_texts_and_no_whole_numbers() {
    snapshot!(characters);
    let output = testing().run(characters("a\u{1f600}b".into(), 1_234)).await.output().unwrap();
    assert_eq!(output, (3, "1234".to_owned(), 44, 30));
}

#[pure]
fn has_note(order: &Order) -> bool {
    if order.note.is_none() {
        return false;
    }
    true
}

#[pure]
fn is_paid(order: &Order) -> bool {
    if order.cents > 0 {
        return false;
    }
    true
}

#[pure]
fn is_given(note: &Option<String>) -> bool {
    note.is_some()
}

#[pure]
fn with_fee(order: &Order, has_fee: bool) -> Option<u32> {
    has_fee.then(|| order.cents + 1)
}

const USUAL: [&str; 2] = ["usual", "normal"];

#[pure]
fn is_usual(word: &str) -> bool {
    USUAL.contains(&word)
}

#[workflow]
async fn known_already(order: Order, has_fee: bool) -> (bool, bool, bool, bool, bool, u32) {
    (
        has_note(&order),
        is_paid(&order),
        is_given(&Some(format!("{} cents", order.cents))),
        is_usual("normal"),
        matches!(order.note.as_deref(), Some("n")),
        with_fee(&order, has_fee).unwrap_or(7),
    )
}

#[tokio::test]
async fn what_is_known_is_not_asked() {
    snapshot!(known_already);
    let run = |order, has_fee| testing().run(known_already(order, has_fee));
    assert_eq!(run(order(), true).await.output().unwrap(), (false, false, true, true, false, 251));
    let noted = Order { note: Some("n".into()), cents: 0, ..order() };
    assert_eq!(run(noted, false).await.output().unwrap(), (true, true, true, true, true, 7));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Deep {
    inner: Option<Option<u32>>,
}

#[workflow]
async fn asked_deeply(deep: Deep) -> bool {
    deep.inner.is_some()
}

#[test]
fn an_option_in_an_option_is_no_json() {
    let problems = &<asked_deeply as workflow_core::Workflow>::definition().problems;
    assert!(problems.len() == 1 && problems[0].contains("`Option` inside an `Option`"), "{problems:?}");
}
