//! Loops, and variables that are set again.

use super::*;

#[workflow]
async fn until_enough(limit: u32) -> Result<u32, PlatformError> {
    let mut total = 0;
    let mut turns = 0;
    while total < limit {
        total = add(total, 10).await?;
        turns += 1;
    }
    Ok(total + turns)
}

#[tokio::test]
async fn a_condition_is_tested_before_every_turn() {
    snapshot!(until_enough);
    for (limit, result, calls) in [(0, 0, 0), (1, 11, 1), (25, 33, 3)] {
        let execution = testing().run(until_enough(limit)).await;
        assert_eq!(execution.output().unwrap(), result);
        assert_eq!(execution.all_calls().len(), calls);
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Summary {
    sent: Vec<String>,
    cents: u32,
    largest: Option<u32>,
}

#[workflow]
async fn each_order(orders: Vec<Order>) -> Result<Summary, ShopError> {
    let mut summary = Summary { sent: vec![], cents: 0, largest: None };
    for order in &orders {
        if order.cents == 0 {
            continue;
        }
        let receipt = charge(order).await?;
        summary.sent.push(receipt);
        summary.cents += order.cents;
        summary.largest = match summary.largest {
            Some(largest) if largest >= order.cents => Some(largest),
            _ => Some(order.cents),
        };
        if summary.cents > 1000 {
            break;
        }
    }
    Ok(summary)
}

#[tokio::test]
async fn a_list_is_gone_through_in_order() {
    snapshot!(each_order);
    let orders =
        |cents: &[u32]| cents.iter().map(|cents| Order { cents: *cents, ..order() }).collect::<Vec<_>>();
    let run = |cents: &[u32]| testing().run(each_order(orders(cents)));
    let summary = run(&[5, 0, 7, 3]).await.output().unwrap();
    assert_eq!((summary.cents, summary.largest, summary.sent.len()), (15, Some(7), 3));
    assert_eq!(run(&[]).await.output().unwrap(), Summary { sent: vec![], cents: 0, largest: None });
    assert_eq!(run(&[600, 600, 600]).await.output().unwrap().cents, 1200);
}

#[workflow]
async fn labels(rows: Vec<Vec<u32>>) -> Result<(usize, u32), PlatformError> {
    let mut seen = 0;
    let mut passes = 0;
    let found = 'passes: loop {
        for (place, row) in rows.iter().enumerate() {
            for number in row {
                seen = add(seen, 1).await?;
                if *number == 7 {
                    break 'passes place * 100;
                }
                if *number == 0 {
                    break;
                }
            }
        }
        passes += 1;
        if passes == 2 {
            break 5;
        }
    };
    Ok((found, seen))
}

#[tokio::test]
async fn a_break_leaves_the_loop_of_its_label_with_a_value() {
    snapshot!(labels);
    let run = |rows| testing().run(labels(rows));
    assert_eq!(run(vec![vec![1, 0, 3], vec![7]]).await.output().unwrap(), (100, 3));
    assert_eq!(run(vec![vec![1], vec![2]]).await.output().unwrap(), (5, 4));
}

#[workflow]
async fn countdown(from: u32) -> Result<String, PlatformError> {
    let mut text = String::new();
    for number in (1..=from).rev() {
        let before = text.clone();
        text = send(format!("{before}{number}")).await?;
        text.push(',');
    }
    for number in 0..2 {
        text += &format!(" {number}");
    }
    Ok(text)
}

#[tokio::test]
async fn ranges_count_up_and_down() {
    snapshot!(countdown);
    assert_eq!(testing().run(countdown(3)).await.output().unwrap(), "3,2,1, 0 1");
    assert_eq!(testing().run(countdown(0)).await.output().unwrap(), " 0 1");
}

#[workflow]
async fn until_it_works(order: Order) -> Result<u32, ShopError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        match charge(&order).await {
            Ok(_) => return Ok(attempts),
            Err(ShopError::SoldOut) if attempts < 3 => {
                send(format!("attempt {attempts}")).await?;
            }
            Err(error) => return Err(error),
        }
    }
}

#[tokio::test]
async fn a_loop_is_left_by_return() {
    snapshot!(until_it_works);
    let sold_out = || Mock::error(ShopError::SoldOut);
    let run =
        |mocks: Vec<Mock<charge>>| testing().mock(charge, Mock::sequence(mocks)).run(until_it_works(order()));
    assert_eq!(run(vec![sold_out(), sold_out(), Mock::value("r".into())]).await.output().unwrap(), 3);
    let failed = run(vec![sold_out(), sold_out(), sold_out()]).await;
    assert_eq!(failed.error(), Some(ShopError::SoldOut));
    assert_eq!(failed.calls(send).len(), 2);
}
