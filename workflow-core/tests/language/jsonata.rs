//! Expressions that the author writes in JSONata.

use super::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Line {
    sku: String,
    price: u64,
    tags: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Basket {
    id: String,
    lines: Vec<Line>,
    coupon: Option<String>,
}

fn line(sku: &str, price: u64, tags: &[&str]) -> Line {
    Line { sku: sku.into(), price, tags: tags.iter().map(ToString::to_string).collect() }
}

fn basket(lines: &[Line]) -> Basket {
    Basket { id: "b-1".into(), lines: lines.to_vec(), coupon: None }
}

#[workflow]
async fn written_out(basket: Basket, rate: u64) -> Result<(u64, String), PlatformError> {
    let total: u64 = jsonata!("$sum($lines.price) * $rate", lines = &basket.lines);
    let note = send(basket.id).await?;
    Ok((total, jsonata!("$uppercase($note) & ' ' & $total")))
}

#[tokio::test]
async fn an_expression_reads_what_is_bound_and_the_variables_of_its_names() {
    snapshot!(written_out);
    let basket = basket(&[line("a", 2, &[]), line("b", 5, &[])]);
    let execution = testing().run(written_out(basket, 3)).await;
    assert_eq!(execution.output().unwrap(), (21, "B-1 21".to_owned()));
}

#[workflow]
async fn sequences(
    basket: Basket,
    at_least: u64,
) -> Result<(Vec<String>, Vec<String>, Option<String>, Option<Vec<u64>>), PlatformError> {
    let Basket { lines, coupon, .. } = basket;
    let skus: Vec<String> = jsonata!("$lines[price >= $at_least].sku");
    send(format!("{} of them", skus.len())).await?;
    Ok((
        skus,
        jsonata!("$distinct($lines.tags)"),
        jsonata!("$lines['first' in tags][0].sku"),
        jsonata!("$coupon = 'half' ? $lines.($floor(price / 2))"),
    ))
}

#[tokio::test]
async fn a_list_of_one_or_no_element_is_what_its_type_says() {
    snapshot!(sequences);
    let run = |basket: Basket| testing().run(sequences(basket, 4));
    assert_eq!(run(basket(&[])).await.output().unwrap(), (vec![], vec![], None, None));
    let one = Basket { coupon: Some("half".into()), ..basket(&[line("a", 5, &["first"])]) };
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        run(one).await.output().unwrap(),
        (words(&["a"]), words(&["first"]), Some("a".into()), Some(vec![2]))
    );
    let two = basket(&[line("a", 3, &["x"]), line("b", 5, &["x", "first"])]);
    let execution = run(two).await;
    let expected = (words(&["b"]), words(&["x", "first"]), Some("b".to_owned()), None);
    assert_eq!(execution.output().unwrap(), expected);
}

#[workflow]
async fn hygiene(i: u64, value: u64, lines: Vec<Line>) -> Result<Vec<u64>, PlatformError> {
    let line = i + 1;
    let prices: Vec<u64> = lines
        .iter()
        .map(|line| jsonata!("($line := $i.price; $line + $outer)", i = line, outer = value))
        .collect();
    let sums =
        jsonata!("$map($prices, function($i, $value) { $i * $first + $value + $n })", first = i, n = line);
    send("done".to_owned()).await?;
    Ok(sums)
}

#[tokio::test]
async fn names_in_an_expression_hide_no_variables() {
    snapshot!(hygiene);
    let lines = vec![line("a", 10, &[]), line("b", 20, &[])];
    let execution = testing().run(hygiene(2, 7, lines)).await;
    assert_eq!(execution.output().unwrap(), vec![17 * 2 + 3, 27 * 2 + 1 + 3]);
}

/// The dearest of some lines.
#[pure]
fn dearest(lines: &[Line]) -> Option<Line> {
    // The text may have several lines, and comments.
    jsonata!(
        r#"
        $lines^(>price)[0]   /* the first of them */
        "#
    )
}

impl Basket {
    fn nothing() -> Self {
        basket(&[])
    }
}

#[pure]
impl Basket {
    fn has(&self, sku: &str) -> bool {
        jsonata!("$sku in $self.lines.sku")
    }
}

#[workflow]
async fn in_conditions(basket: Basket) -> Result<String, PlatformError> {
    if jsonata!("$count($basket.lines) > 2") {
        return Ok("many".to_owned());
    }
    let wanted = add(1, 2).await?;
    match dearest(&basket.lines) {
        Some(line) if basket.has("b") && line.price > jsonata!("$wanted * 2") => send(line.sku).await,
        _ => {
            let next: u64 = jsonata!("$wanted + 1");
            send(format!("{next}")).await
        }
    }
}

#[tokio::test]
async fn an_expression_stands_in_conditions_and_functions() {
    snapshot!(in_conditions);
    let run = |lines: &[Line]| testing().run(in_conditions(basket(lines)));
    let (a, b) = (line("a", 5, &[]), line("b", 9, &[]));
    assert_eq!(run(&[a.clone(), b.clone()]).await.output().unwrap(), "b");
    assert_eq!(run(std::slice::from_ref(&a)).await.output().unwrap(), "4");
    assert_eq!(run(&[a.clone(), b.clone(), a.clone()]).await.output().unwrap(), "many");
    assert_eq!(dearest(&[a, b.clone()]), Some(b));
    assert!(!Basket::nothing().has("a"));
}

#[pure]
fn total(basket: &Basket) -> u64 {
    jsonata!("$lookup($basket, 'total')")
}

#[workflow]
async fn may_fail(basket: Basket, texts: Vec<String>) -> Result<u64, PlatformError> {
    let number: u64 = jsonata!("$number($texts[0])");
    send(basket.id.clone()).await?;
    Ok(number + total(&basket))
}

#[tokio::test]
async fn an_expression_that_gives_nothing_fails_the_execution() {
    snapshot!(may_fail);
    for (texts, calls) in [(vec![], 0), (vec!["one".to_owned()], 0), (vec!["1".to_owned()], 1)] {
        let execution = testing().run(may_fail(basket(&[]), texts)).await;
        let outcome = execution.outcome();
        assert_eq!(outcome.error.as_deref(), Some("States.QueryEvaluationError"), "{:?}", outcome.cause);
        assert!(outcome.cause.as_deref().unwrap().contains("The JSONata expression '$"));
        assert_eq!(execution.calls(send).len(), calls);
    }
}

#[test]
fn outside_of_workflows_it_is_evaluated() {
    let prices = vec![1.5, 2.0];
    let total: f64 = jsonata!("$sum($prices)");
    assert!((total - 3.5).abs() < f64::EPSILON);
}

/// The text gives a number, and the type is a text.
#[workflow]
async fn mistyped(pieces: u64) -> Result<String, PlatformError> {
    let text: String = jsonata!("$pieces + 1");
    Ok(text)
}

#[tokio::test]
async fn a_value_of_another_type_is_told_of_as_what_it_is() {
    let execution = Executor::test().run(mistyped(1)).await;
    assert_eq!(execution.outcome().error.as_deref(), Some("States.QueryEvaluationError"));
    let told = workflow_core::testing::replay(&execution).unwrap_err().to_string();
    assert!(told.contains("a value out of `jsonata!` is read by its type in process alone"), "{told}");
    assert!(told.contains("returned what is no `alloc::string::String`"), "{told}");
}
