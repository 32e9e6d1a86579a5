//! Functions and methods under `#[pure]`: they stand in the expression that calls them.

use super::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Line {
    sku: String,
    cents: u64,
    count: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Basket {
    lines: Vec<Line>,
    discount: Option<u64>,
}

const FREE: u64 = 5_000;

#[pure]
impl Line {
    const EMPTY: u64 = 0;

    fn total(&self) -> u64 {
        self.cents * self.count
    }

    fn is_empty_line(&self) -> bool {
        self.count == Self::EMPTY
    }

    fn of(sku: &str, cents: u64) -> Self {
        Self { sku: sku.to_owned(), cents, count: 1 }
    }
}

#[pure]
impl Basket {
    /// What the lines cost, less the discount.
    fn total(&self) -> u64 {
        let sum: u64 = self.lines.iter().map(Line::total).sum();
        match self.discount {
            Some(discount) if discount < sum => sum - discount,
            Some(_) => 0,
            None => sum,
        }
    }

    fn is_large(&self, limit: u64) -> bool {
        self.total() >= limit
    }
}

#[pure]
fn shipping(basket: &Basket) -> u64 {
    if basket.lines.is_empty() {
        return 0;
    }
    let total = basket.total();
    if total >= FREE { 0 } else { 490 + total / 100 }
}

#[pure]
fn label(line: &Line) -> String {
    format!("{}x{}", line.count, line.sku)
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Quote {
    total: u64,
    shipping: u64,
    labels: Vec<String>,
    first: Line,
    any_empty: bool,
}

#[workflow]
async fn quote(basket: Basket) -> Result<Quote, PlatformError> {
    if basket.is_large(100_000) || basket.lines.iter().any(|line| line.is_empty_line()) {
        send("look at this".to_string()).await?;
    }
    Ok(Quote {
        total: basket.total() + shipping(&basket),
        shipping: shipping(&basket),
        labels: basket.lines.iter().map(label).collect(),
        first: Line::of("gift", 0),
        any_empty: basket.lines.iter().any(Line::is_empty_line),
    })
}

#[tokio::test]
async fn functions_and_methods_stand_where_they_are_called() {
    snapshot!(quote);
    let run = |lines: Vec<Line>, discount| crate::testing().run(quote(Basket { lines, discount }));
    let line = |cents, count| Line { sku: "a".to_owned(), cents, count };
    let given = run(vec![line(1_000, 2), line(500, 1)], Some(100)).await.output().unwrap();
    assert_eq!((given.total, given.shipping, given.any_empty), (2_400 + 514, 514, false));
    assert_eq!(given.labels, ["2xa", "1xa"]);
    assert_eq!(given.first, Line::of("gift", 0));
    assert_eq!(run(vec![], None).await.output().unwrap().total, 0);
    assert_eq!(run(vec![line(10_000, 1)], Some(20_000)).await.output().unwrap().total, 490);
    assert!(run(vec![line(10_000, 0)], None).await.output().unwrap().any_empty);
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum QuoteError {
    #[error("{cents} cents are too many")]
    TooMuch { cents: u64 },
    #[error("nothing to buy")]
    Nothing,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[pure]
fn checked_total(basket: &Basket, limit: u64) -> Result<u64, QuoteError> {
    let first = match basket.lines.first() {
        Some(first) => first,
        None => return Err(QuoteError::Nothing),
    };
    let total = basket.total();
    if total > limit { Err(QuoteError::TooMuch { cents: total }) } else { Ok(total + first.count) }
}

#[pure]
fn doubled(basket: &Basket) -> Result<u64, QuoteError> {
    let once = checked_total(basket, 1_000)?;
    Ok(once * 2)
}

#[workflow]
async fn checked(basket: Basket) -> Result<u64, QuoteError> {
    let total = checked_total(&basket, 5_000)?;
    send(format!("{total}")).await?;
    doubled(&basket)
}

#[tokio::test]
async fn a_result_is_taken_apart_by_choices() {
    snapshot!(checked);
    let run = |lines: Vec<Line>| crate::testing().run(checked(Basket { lines, discount: None }));
    let line = |cents, count| Line { sku: "a".to_owned(), cents, count };
    assert_eq!(run(vec![line(100, 2)]).await.output().unwrap(), 404);
    assert_eq!(run(vec![]).await.outcome().error.as_deref(), Some("Nothing"));
    assert_eq!(run(vec![line(600, 2)]).await.outcome().error.as_deref(), Some("TooMuch"));
    assert_eq!(run(vec![line(6_000, 1)]).await.outcome().error.as_deref(), Some("TooMuch"));
}

#[pure]
fn first_or<T: Data + Clone>(items: &[T], default: T) -> T {
    items.first().cloned().unwrap_or(default)
}

#[pure]
fn larger<T: Ord + Data>(left: T, right: T) -> T {
    if left > right { left } else { right }
}

#[pure]
fn rest(a: u64, b: u64) -> Option<u64> {
    let whole = a / b;
    let twice = whole + whole;
    if twice > a {
        return None;
    }
    let spare = larger(a - twice, 1);
    Some(spare * spare)
}

#[pure]
fn both(a: u64, b: u64, c: u64) -> Option<u64> {
    let first = if a > b { rest(a, b)? } else { b };
    Some(first + rest(a, c)?)
}

#[pure]
fn named((left, right): (u64, u64), ok: bool) -> String {
    let Some(found) = both(left, right, 3) else {
        return if ok { "none".to_string() } else { String::new() };
    };
    let text = format!("{found}");
    if ok && found > 2 { text } else { format!("<{text}>") }
}

mod elsewhere {
    use workflow_core::prelude::*;

    #[pure]
    pub(super) fn twice(number: u64) -> u64 {
        number + number
    }
}

#[workflow]
async fn generic(
    a: u64,
    b: u64,
    words: Vec<String>,
) -> Result<(u64, String, Option<u64>, String), PlatformError> {
    use elsewhere::twice;
    Ok((
        larger(elsewhere::twice(a), twice(b)),
        first_or(&words, larger("x".to_string(), "y".to_string())),
        both(a, b, 3),
        named((a, b), words.is_empty()),
    ))
}

#[tokio::test]
async fn generic_functions_are_read_by_type() {
    snapshot!(generic);
    for (a, b) in [(7, 2), (2, 7), (100, 1), (0, 5), (9, 9), (10, 3)] {
        for words in [vec![], vec!["w".to_owned(), "v".to_owned()]] {
            let expected = (
                larger(elsewhere::twice(a), elsewhere::twice(b)),
                first_or(&words, "y".to_owned()),
                both(a, b, 3),
                named((a, b), words.is_empty()),
            );
            let execution = crate::testing().run(generic(a, b, words)).await;
            assert_eq!(execution.output().unwrap(), expected);
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data, Default)]
struct Bill {
    cents: u64,
    lines: u64,
}

#[pure]
impl From<Basket> for Bill {
    fn from(basket: Basket) -> Self {
        Self { cents: basket.total(), lines: 1 }
    }
}

const fn free(limit: u64) -> u64 {
    limit / 2
}

#[workflow]
async fn converted(basket: Basket) -> (Bill, Bill, u64) {
    if basket.lines.is_empty() {
        return (Bill::default(), Bill::from(basket), const { free(10) });
    }
    let bill: Bill = basket.into();
    (bill.clone(), bill, FREE)
}

#[tokio::test]
async fn conversions_defaults_and_constants() {
    snapshot!(converted);
    let lines = vec![Line { sku: "a".to_owned(), cents: 3, count: 4 }];
    let run = |lines| crate::testing().run(converted(Basket { lines, discount: None }));
    let bill = Bill { cents: 12, lines: 1 };
    assert_eq!(run(lines).await.output().unwrap(), (bill.clone(), bill, FREE));
    assert_eq!(run(vec![]).await.output().unwrap(), (Bill::default(), Bill { cents: 0, lines: 1 }, 5));
}

#[pure]
fn even(number: u64) -> bool {
    if number == 0 { true } else { odd(number - 1) }
}

#[pure]
fn odd(number: u64) -> bool {
    if number == 0 { false } else { even(number - 1) }
}

#[workflow]
async fn endless(number: u64) -> bool {
    even(number)
}

#[test]
fn functions_that_call_each_other_are_a_problem() {
    let problems = &<endless as workflow_core::Workflow>::definition().problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("`even`, `odd`, `even` call each other without end"), "{problems:?}");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Meter {
    counted: u64,
}

/// Only what is marked is read: the rest may do what it likes.
#[pure]
impl Meter {
    #[pure]
    fn doubled(&self) -> u64 {
        self.counted * 2
    }

    #[pure]
    fn of(counted: u64) -> Self {
        Self { counted }
    }

    fn count(&mut self) {
        self.counted += 1;
    }
}

#[workflow]
async fn metered(meter: Meter) -> Meter {
    Meter::of(meter.doubled() + 1)
}

#[tokio::test]
async fn marked_functions_of_an_impl_block_are_read() {
    let mut meter = Meter { counted: 3 };
    meter.count();
    assert_eq!(testing().run(metered(meter)).await.output().unwrap(), Meter { counted: 9 });
}

/// A function in a body is read as one beside it: it sees what the body has by name, and nothing of its values.
#[workflow]
async fn with_functions(basket: Basket, codes: Vec<u64>) -> Result<(u64, Vec<u64>, Option<u64>), ShopError> {
    use std::cmp::Ordering;
    const STEP: u64 = 10;

    /// Rounds up to a whole step.
    fn rounded(cents: u64) -> u64 {
        let rest = cents % STEP;
        if rest == 0 { cents } else { up(cents, rest) }
    }
    #[pure]
    fn up(cents: u64, rest: u64) -> u64 {
        cents + STEP - rest
    }
    fn larger<T: Ord + Data>(left: T, right: T) -> T {
        match left.cmp(&right) {
            Ordering::Less => right,
            _ => left,
        }
    }

    let total = rounded(shipping(&basket) + basket.total());
    let mut found = None;
    for code in &codes {
        fn is_lucky(code: u64) -> bool {
            fn last(code: u64) -> u64 {
                code % STEP
            }
            last(code) == 7
        }
        if is_lucky(*code) {
            send(format!("{code}")).await?;
            found = Some(larger(*code, total));
            break;
        }
    }
    let all = codes.iter().copied().map(rounded).collect();
    Ok((total, all, found))
}

/// So does one in a function under `#[pure]`.
#[pure]
fn in_pairs(numbers: &[u64]) -> Vec<u64> {
    fn paired(number: u64) -> u64 {
        number * 2
    }
    numbers.iter().map(|number| paired(*number)).collect()
}

#[workflow]
async fn paired(numbers: Vec<u64>) -> Vec<u64> {
    in_pairs(&numbers)
}

#[tokio::test]
async fn a_function_in_a_body_is_read() {
    snapshot!(with_functions);
    snapshot!(paired);
    let basket = Basket { lines: vec![Line::of("a", 1_001)], discount: None };
    let execution = testing().run(with_functions(basket, vec![3, 27, 47])).await;
    assert_eq!(execution.output().unwrap(), (1_510, vec![10, 30, 50], Some(1_510)));
    assert_eq!(execution.calls(send).len(), 1);
    assert_eq!(testing().run(paired(vec![1, 2])).await.output().unwrap(), [2, 4]);
}
