//! Slice patterns: a list taken apart from its ends.

use super::*;

#[workflow]
async fn told_apart(names: Vec<String>) -> Result<String, PlatformError> {
    match names.as_slice() {
        [] => Ok("nobody".to_string()),
        [one] => send(one.clone()).await,
        [first, second] if first == second => Ok(format!("{first} twice")),
        [first, .., last] if names.len() < 4 => Ok(format!("{first} to {last}")),
        [first, rest @ ..] => {
            let count = rest.len();
            send(format!("{first} and {count} others")).await
        }
    }
}

#[tokio::test]
async fn a_list_is_matched_by_its_length_and_elements() {
    snapshot!(told_apart);
    let run = |names: &[&str]| testing().run(told_apart(names.iter().map(ToString::to_string).collect()));
    assert_eq!(run(&[]).await.output().unwrap(), "nobody");
    assert_eq!(run(&["a"]).await.output().unwrap(), "a");
    assert_eq!(run(&["a", "a"]).await.output().unwrap(), "a twice");
    assert_eq!(run(&["a", "b"]).await.output().unwrap(), "a to b");
    assert_eq!(run(&["a", "b", "c"]).await.output().unwrap(), "a to c");
    assert_eq!(run(&["a", "b", "c", "d"]).await.output().unwrap(), "a and 3 others");
}

#[workflow]
async fn values(
    numbers: Vec<u32>,
    rows: Vec<Vec<u32>>,
) -> (u32, Vec<u32>, Vec<u32>, u32, Vec<Vec<u32>>, bool) {
    let first = match &numbers[..] {
        [0, ..] | [_, 0, ..] => 0,
        [first, ..] => *first,
        [] => 7,
    };
    let middle = if let [_, middle @ .., _] = numbers.as_slice() { middle.to_vec() } else { vec![1] };
    let start = match numbers.as_slice() {
        [start @ .., _] => start.to_vec(),
        [] => Vec::new(),
    };
    let nested = match rows.as_slice() {
        [row, ..] => row.iter().sum(),
        _ => 0,
    };
    let others = match (rows.as_slice(), first) {
        ([_, others @ ..], 0) => others.to_vec(),
        (all @ [_, _], _) => all.to_vec(),
        ([one] | [_, one, ..], 1..) => vec![one.clone()],
        _ => Vec::new(),
    };
    (first, middle, start, nested, others, matches!(numbers.as_slice(), [_, 1..=9, ..]))
}

#[tokio::test]
async fn elements_and_parts_are_values() {
    snapshot!(values);
    let run = |numbers: &[u32], rows: &[&[u32]]| {
        testing().run(values(numbers.to_vec(), rows.iter().map(|row| row.to_vec()).collect()))
    };
    let empty = run(&[], &[]).await.output().unwrap();
    assert_eq!(empty, (7, vec![1], vec![], 0, vec![], false));
    let two = run(&[5, 6], &[&[1, 2]]).await.output().unwrap();
    assert_eq!(two, (5, vec![], vec![5], 3, vec![vec![1, 2]], true));
    let three = run(&[5, 0, 4], &[&[1], &[2]]).await.output().unwrap();
    assert_eq!(three, (0, vec![0], vec![5, 0], 1, vec![vec![2]], false));
    let rows = run(&[5, 11], &[&[1], &[2], &[]]).await.output().unwrap();
    assert_eq!(rows, (5, vec![], vec![5], 1, vec![vec![2]], false));
}

#[workflow]
async fn one_by_one(orders: Vec<Order>) -> Result<Vec<String>, ShopError> {
    let [first, ..] = orders.as_slice() else {
        return Err(ShopError::SoldOut);
    };
    let mut receipts = vec![charge(first).await?];
    let mut left = orders.clone();
    while let [Order { cents: 1.., .. }, rest @ ..] = left.as_slice() {
        left = rest.to_vec();
        receipts.push(send(format!("{}", left.len())).await?);
    }
    Ok(receipts)
}

#[tokio::test]
async fn let_else_and_while_let_take_lists_apart() {
    snapshot!(one_by_one);
    let run = |count| testing().run(one_by_one(vec![order(); count]));
    assert_eq!(run(2).await.output().unwrap(), ["receipt of o-1", "1", "0"]);
    assert_eq!(run(0).await.error(), Some(ShopError::SoldOut));
}

/// An array, whose length rustc knows.
#[workflow]
async fn pair(prices: [u32; 2]) -> u32 {
    let [low, high] = prices;
    let [sum] = [low + high];
    sum
}

#[tokio::test]
async fn an_array_is_taken_apart_by_let() {
    assert_eq!(testing().run(pair([1, 2])).await.output().unwrap(), 3);
}

#[workflow]
async fn last_two(numbers: Vec<u32>) -> (u32, u32, u32) {
    match numbers.as_slice() {
        [first, .., before, last] => (*first, *before, *last),
        [one, other] => (*one, 0, *other),
        _ => (0, 0, 0),
    }
}

#[tokio::test]
async fn elements_are_counted_from_the_end() {
    snapshot!(last_two);
    let run = |numbers: &[u32]| testing().run(last_two(numbers.to_vec()));
    assert_eq!(run(&[1, 2, 3, 4]).await.output().unwrap(), (1, 3, 4));
    assert_eq!(run(&[1, 2, 3]).await.output().unwrap(), (1, 2, 3));
    assert_eq!(run(&[1, 2]).await.output().unwrap(), (1, 0, 2));
    assert_eq!(run(&[1]).await.output().unwrap(), (0, 0, 0));
}
