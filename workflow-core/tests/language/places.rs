//! Places that are set by methods and by `std::mem`: lists, maps and options in variables.

use std::{collections::BTreeMap, mem};

use super::*;

#[workflow]
async fn worked_off(orders: Vec<Order>) -> Result<(u32, Vec<String>), ShopError> {
    let mut left = orders;
    let mut cents = 0;
    let mut receipts = Vec::new();
    while let Some(order) = left.pop() {
        cents = add(cents, order.cents).await?;
        if left.len() > 3 {
            left.truncate(3);
        }
        receipts.insert(0, charge(&order).await?);
    }
    receipts.extend(vec!["end".to_string()]);
    receipts.retain(|receipt| !receipt.is_empty());
    Ok((cents, receipts))
}

#[tokio::test]
async fn a_list_is_worked_off_from_its_end() {
    snapshot!(worked_off);
    let run = |count| testing().run(worked_off(vec![order(); count]));
    assert_eq!(run(0).await.output().unwrap(), (0, vec!["end".to_owned()]));
    assert_eq!(run(7).await.output().unwrap().0, 4 * 250);
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Data)]
struct Shelf {
    labels: Vec<String>,
    counts: BTreeMap<String, u32>,
    best: Option<u32>,
}

#[workflow]
async fn moved(
    shelf: Shelf,
    word: String,
) -> ((Shelf, Shelf), Vec<String>, (Option<u32>, Option<u32>), u32, String) {
    let mut shelf = shelf;
    let labels = mem::take(&mut shelf.labels);
    let best = shelf.best.replace(7);
    let mut word = word;
    let mut other = std::mem::take(&mut word);
    mem::swap(&mut word, &mut other);
    let mut none = None;
    mem::swap(&mut shelf.best, &mut none);
    other.push('!');
    mem::take(&mut shelf.counts);
    shelf.counts.entry("a".to_string()).or_insert(2);
    shelf.counts.entry(word.clone()).or_default();
    let count = *shelf.counts.entry("b".to_string()).or_insert(5) + 1;
    *shelf.counts.entry("b".to_string()).or_insert(5) += 10;
    shelf.labels.push(word);
    let before = mem::take(&mut shelf);
    ((shelf, before), labels, (best, none), count, other)
}

#[tokio::test]
async fn what_is_taken_is_what_was_there() {
    snapshot!(moved);
    let shelf = Shelf { labels: vec!["l".into()], counts: [("x".to_owned(), 1)].into(), best: Some(3) };
    let ((after, before), labels, best, count, other) =
        testing().run(moved(shelf, "w".into())).await.output().unwrap();
    assert_eq!((after, labels, best, count), (Shelf::default(), vec!["l".into()], (Some(3), Some(7)), 6));
    assert_eq!(other, "!");
    let counts = [("a".to_owned(), 2), ("b".to_owned(), 15), ("w".to_owned(), 0)].into();
    assert_eq!(before, Shelf { labels: vec!["w".into()], counts, best: None });
}

/// Taken before an awaited call, in one expression with it.
#[workflow]
async fn in_order(numbers: Vec<u32>, kept: Option<u32>) -> Result<(u32, usize, Option<u32>), PlatformError> {
    let (mut numbers, mut kept) = (numbers, kept);
    let count = mem::take(&mut numbers).len();
    let sum = add(kept.take().unwrap_or_default(), count as u32).await?;
    if sum > 3 {
        kept = mem::replace(&mut numbers, vec![1]).first().copied();
    }
    Ok((sum, numbers.len(), kept))
}

#[tokio::test]
async fn effects_of_places_happen_in_order() {
    snapshot!(in_order);
    let run = |numbers, kept| testing().run(in_order(numbers, kept));
    assert_eq!(run(vec![4, 5], Some(2)).await.output().unwrap(), (4, 1, None));
    assert_eq!(run(vec![4], None).await.output().unwrap(), (1, 0, None));
}

/// A type of one's own has its default where that is asked for.
#[workflow]
async fn defaults(shelf: Option<Shelf>, label: String) -> (Shelf, Shelf, Shelf) {
    let empty: Shelf = Default::default();
    let labelled = Shelf { labels: vec![label], ..Default::default() };
    (shelf.unwrap_or_default(), empty, labelled)
}

#[tokio::test]
async fn the_default_of_a_type_is_a_constant() {
    snapshot!(defaults);
    let labelled = Shelf { labels: vec!["a".into()], ..Shelf::default() };
    let run = testing().run(defaults(None, "a".into()));
    assert_eq!(run.await.output().unwrap(), (Shelf::default(), Shelf::default(), labelled));
}
