//! Branches and iterations that run at the same time, and what is done whatever becomes of them.

use std::time::Duration;

use super::*;

#[task(lambda_transients = false)]
async fn cancel(receipt: String) -> String {
    receipt
}

#[workflow]
async fn receipts_of_groups(groups: Vec<Vec<Order>>) -> Result<Vec<Vec<String>>, ShopError> {
    map(groups, async |group| map(group, async |order| charge(&order).await).await).await
}

#[tokio::test]
async fn what_is_in_iterations_of_iterations_starts_at_once() {
    let executor = testing().mock(charge, Mock::value("r".into()).after(Duration::from_secs(9)));
    let groups = vec![vec![order(); 3]; 40];
    let execution = executor.run(receipts_of_groups(groups)).await;
    assert_eq!(execution.elapsed(), Duration::from_secs(9));
    assert_eq!(execution.calls(charge).len(), 120);
}

#[workflow]
async fn both(order: Order) -> Result<(String, u32), ShopError> {
    let (receipt, total) = try_join!(charge(&order), add(order.cents, 1))?;
    Ok((receipt, total))
}

#[tokio::test]
async fn branches_give_a_tuple() {
    snapshot!(both);
    let execution = testing().run(both(order())).await;
    assert_eq!(execution.output().unwrap(), ("receipt of o-1".to_owned(), 251));
    assert_eq!(
        execution.history().types(),
        [
            "ExecutionStarted",
            "ParallelStateEntered",
            "ParallelStateStarted",
            "TaskStateEntered",
            "TaskScheduled",
            "TaskStarted",
            "TaskSucceeded",
            "TaskStateExited",
            "TaskStateEntered",
            "TaskScheduled",
            "TaskStarted",
            "TaskSucceeded",
            "TaskStateExited",
            "ParallelStateSucceeded",
            "ParallelStateExited",
            "ExecutionSucceeded",
        ]
    );
    // Each branch follows the state, and what follows the branches follows what ended last.
    let previous: Vec<u64> = execution.history().events.iter().map(|event| event.previous_id).collect();
    assert_eq!(previous, [0, 0, 2, 3, 4, 5, 6, 7, 3, 9, 10, 11, 12, 13, 13, 15]);
}

#[tokio::test]
async fn the_first_error_ends_the_other_branches() {
    let executor = testing()
        .mock(charge, Mock::error(ShopError::SoldOut).after(Duration::from_secs(5)))
        .mock(add, Mock::value(1).after(Duration::from_secs(60)));
    let execution = executor.run(both(order())).await;
    assert_eq!(execution.outcome().error.as_deref(), Some("SoldOut"));
    assert_eq!(execution.elapsed(), Duration::from_secs(5));
    let types = execution.history().types();
    assert_eq!(
        types[types.len() - 5..],
        ["TaskFailed", "TaskStateAborted", "TaskStateAborted", "ParallelStateFailed", "ExecutionFailed"]
    );
}

#[tokio::test]
async fn a_branch_that_ended_is_not_stopped() {
    let executor = testing().mock(charge, Mock::error(ShopError::SoldOut).after(Duration::from_secs(5)));
    let execution = executor.run(both(order())).await;
    let types = execution.history().types();
    assert_eq!(
        types[types.len() - 5..],
        ["TaskStateExited", "TaskFailed", "TaskStateAborted", "ParallelStateFailed", "ExecutionFailed"]
    );
}

#[workflow]
async fn caught_branches(order: Order) -> Result<String, ShopError> {
    let text = match try_join!(charge(&order), async {
        sleep(Duration::from_secs(3)).await;
        let total = add(order.cents, 1).await?;
        if total > 1000 {
            return Err(ShopError::Short(total));
        }
        Ok(total)
    }) {
        Ok((receipt, total)) => format!("{receipt}: {total}"),
        Err(ShopError::Short(left)) => format!("short of {left}"),
        Err(ShopError::SoldOut) => "sold out".to_owned(),
        Err(error) => return Err(error),
    };
    Ok(send(text).await?)
}

#[tokio::test]
async fn the_error_of_a_branch_is_matched() {
    snapshot!(caught_branches);
    let run = |cents, executor: Executor| async move {
        let execution = executor.run(caught_branches(Order { cents, ..order() })).await;
        let outcome = execution.outcome();
        outcome.output.as_ref().map(ToString::to_string).ok_or_else(|| outcome.error.clone().unwrap())
    };
    assert_eq!(run(1, testing()).await.unwrap(), r#""receipt of o-1: 2""#);
    assert_eq!(run(1000, testing()).await.unwrap(), r#""short of 1001""#);
    let sold_out = || testing().mock(charge, Mock::error(ShopError::SoldOut));
    assert_eq!(run(1000, sold_out()).await.unwrap(), r#""sold out""#);
    let lost = testing().mock(add, Mock::failure(PlatformError::TIMEOUT, ""));
    assert_eq!(run(1000, lost).await.unwrap_err(), "States.Timeout");
}

#[workflow]
async fn whatever_becomes_of_them(order: Order) -> Result<String, ShopError> {
    let (receipt, total) = join!(charge(&order), async { order.cents + 1 });
    match receipt {
        Ok(receipt) => Ok(format!("{receipt}: {total}")),
        Err(ShopError::SoldOut) => Ok("sold out".to_owned()),
        Err(error) => Err(error),
    }
}

#[tokio::test]
async fn join_gives_every_result() {
    snapshot!(whatever_becomes_of_them);
    let run = |executor: Executor| async move {
        executor.run(whatever_becomes_of_them(order())).await.output().ok()
    };
    assert_eq!(run(testing()).await.as_deref(), Some("receipt of o-1: 251"));
    let sold_out = testing().mock(charge, Mock::error(ShopError::SoldOut));
    assert_eq!(run(sold_out).await.as_deref(), Some("sold out"));
    let declined = testing().mock(charge, Mock::error(ShopError::Declined { reason: "x".into() }));
    assert_eq!(run(declined).await, None);
}

#[workflow]
async fn each(orders: Vec<Order>, fee: u32) -> Result<Vec<u32>, ShopError> {
    let receipts = map(orders.iter().enumerate(), async |(place, order)| {
        let receipt = charge(order).await?;
        send(format!("{place}: {receipt}")).await?;
        Ok(order.cents + fee)
    })
    .max_concurrency(2)
    .await?;
    Ok(receipts)
}

#[tokio::test]
async fn a_map_gives_a_list() {
    snapshot!(each);
    let execution = testing().run(each(vec![order(), order(), order()], 5)).await;
    assert_eq!(execution.output().unwrap(), [255, 255, 255]);
    assert_eq!(testing().run(each(Vec::new(), 5)).await.output().unwrap(), Vec::<u32>::new());
}

#[workflow]
async fn totals(numbers: Vec<u32>) -> Result<u32, PlatformError> {
    let first = add(1, 1).await?;
    let sums = map(&numbers, async |number| add(*number, first).await).await?;
    let again = match map(sums, async |sum| add(sum, first).await).await {
        Ok(again) => again,
        Err(_) => vec![0],
    };
    Ok(again.iter().sum())
}

#[tokio::test]
async fn an_iteration_reads_what_is_around_it() {
    snapshot!(totals);
    assert_eq!(testing().run(totals(vec![1, 2])).await.output().unwrap(), 11);
    assert_eq!(testing().run(totals(vec![7])).await.output().unwrap(), 11);
}

#[workflow]
async fn again(order: Order) -> Result<String, ShopError> {
    attempt(async || {
        let receipt = charge(&order).await?;
        let sum = add(order.cents, 1).await?;
        if sum > 1000 {
            return Err(ShopError::SoldOut);
        }
        Ok(receipt)
    })
    .retry(Retry::on([PlatformError::TIMEOUT]).max_attempts(2))
    .await
}

#[tokio::test]
async fn a_block_is_tried_again() {
    snapshot!(again);
    let timeout = || Mock::failure(PlatformError::TIMEOUT, "");
    let executor = testing().mock(add, Mock::sequence([timeout(), Mock::value(3)]));
    let execution = executor.run(again(order())).await;
    assert_eq!(execution.output().unwrap(), "receipt of o-1");
    assert_eq!(execution.all_calls().len(), 4);
}

#[workflow]
async fn all_again(orders: Vec<Order>) -> Result<Vec<String>, ShopError> {
    map(&orders, async |order| charge(order).await)
        .max_concurrency(2)
        .retry(Retry::on([ShopError::SOLD_OUT]).interval(Duration::from_secs(3)).max_attempts(2))
        .await
}

#[tokio::test]
async fn all_iterations_run_again_after_an_error() {
    snapshot!(all_again);
    let run = |mocks: Vec<Mock<charge>>| {
        testing().mock(charge, Mock::sequence(mocks)).run(all_again(vec![order(), order()]))
    };
    let (paid, sold_out) = (|| Mock::value("paid".to_owned()), || Mock::error(ShopError::SoldOut));
    let second = run(vec![paid(), sold_out(), paid(), paid()]).await;
    assert_eq!(second.output().unwrap(), ["paid", "paid"]);
    assert_eq!((second.calls(charge).len(), second.elapsed()), (4, Duration::from_secs(3)));
    let never = run(vec![sold_out(), paid(), sold_out(), paid(), sold_out(), paid()]).await;
    assert_eq!((never.error(), never.elapsed()), (Some(ShopError::SoldOut), Duration::from_secs(9)));
    let other = run(vec![paid(), Mock::error(ShopError::Short(1))]).await;
    assert_eq!(other.error(), Some(ShopError::Short(1)));
}

/// Elements that are moved, and a `match` behind the retrier.
#[workflow]
async fn again_or_none(orders: Vec<Order>) -> Result<usize, ShopError> {
    match map(orders, async |order| charge(&order).await).retry(Retry::on([PlatformError::TIMEOUT])).await {
        Ok(receipts) => Ok(receipts.len()),
        Err(ShopError::Platform(PlatformError::Timeout(_))) => Ok(0),
        Err(error) => Err(error),
    }
}

#[tokio::test]
async fn what_no_retry_helps_is_caught() {
    snapshot!(again_or_none);
    let run = |mock| testing().mock(charge, mock).run(again_or_none(vec![order()]));
    assert_eq!(run(Mock::failure(PlatformError::TIMEOUT, "")).await.output().unwrap(), 0);
    assert_eq!(run(Mock::value("paid".to_owned())).await.output().unwrap(), 1);
    assert_eq!(run(Mock::error(ShopError::SoldOut)).await.error(), Some(ShopError::SoldOut));
}

#[workflow]
async fn saga(order: Order) -> Result<u32, ShopError> {
    let receipt = charge(&order).await?;
    compensate! {
        cancel(receipt.clone()).await?;
    }
    let total = add(order.cents, 1).await?;
    if total > 1000 {
        return Err(ShopError::Short(total));
    }
    send(receipt.clone()).await?;
    Ok(total)
}

#[tokio::test]
async fn what_was_done_is_undone_after_an_error() {
    snapshot!(saga);
    let calls = |execution: &workflow_core::Execution<saga>| {
        execution.all_calls().iter().map(|call| call.task).collect::<Vec<_>>()
    };
    let good = testing().run(saga(order())).await;
    assert_eq!(calls(&good), ["charge", "add", "send"]);
    let short = testing().run(saga(Order { cents: 1000, ..order() })).await;
    assert_eq!(calls(&short), ["charge", "add", "cancel"]);
    assert_eq!(short.outcome().error.as_deref(), Some("Short"));
    let failing = testing().mock(send, Mock::failure(PlatformError::TIMEOUT, ""));
    let failed = failing.run(saga(order())).await;
    assert_eq!(calls(&failed), ["charge", "add", "send", "cancel"]);
    assert_eq!(failed.outcome().error.as_deref(), Some("States.Timeout"));
}

#[workflow]
async fn cleaned_up(order: Order) -> Result<u32, ShopError> {
    let receipt = charge(&order).await?;
    defer! {
        cancel(receipt.clone()).await?;
    }
    if order.cents == 0 {
        return Ok(0);
    }
    let total = add(order.cents, 1).await?;
    if total > 1000 {
        return Err(ShopError::Short(total));
    }
    Ok(total)
}

#[tokio::test]
async fn a_cleanup_runs_once_on_every_way_out() {
    snapshot!(cleaned_up);
    for (cents, error) in [(0, None), (5, None), (1000, Some("Short"))] {
        let execution = testing().run(cleaned_up(Order { cents, ..order() })).await;
        let cleanups = execution.all_calls().iter().filter(|call| call.task == "cancel").count();
        assert_eq!((cleanups, execution.outcome().error.as_deref()), (1, error));
    }
    let failing = testing().mock(add, Mock::failure(PlatformError::TIMEOUT, ""));
    let execution = failing.run(cleaned_up(order())).await;
    assert_eq!(execution.all_calls().iter().filter(|call| call.task == "cancel").count(), 1);
    assert_eq!(execution.outcome().error.as_deref(), Some("States.Timeout"));
}

#[workflow]
async fn longer_saga(order: Order) -> Result<u32, ShopError> {
    let receipt = charge(&order).await?;
    compensate! {
        cancel(receipt.clone()).await?;
    }
    let total = add(order.cents, 1).await?;
    compensate! {
        add(total, 1).await?;
    }
    send(receipt.clone()).await?;
    Ok(total)
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Parcel {
    seconds: u64,
    number: u32,
}

#[task(lambda_transients = false)]
async fn weigh(number: u32) -> Result<u32, ShopError> {
    if number > 9 { Err(ShopError::Short(number)) } else { Ok(number) }
}

/// Iterations in iterations, which fail at the same instant.
#[workflow]
async fn in_iterations(groups: Vec<Vec<Parcel>>) -> Result<Vec<Vec<u32>>, ShopError> {
    map(groups, async |parcels| {
        map(parcels, async |parcel| {
            sleep(Duration::from_secs(parcel.seconds)).await;
            weigh(parcel.number).await
        })
        .max_concurrency(2)
        .await
    })
    .await
}

#[tokio::test]
async fn what_began_first_fails_first() {
    let parcels = |parcels: &[(u64, u32)]| -> Vec<Parcel> {
        parcels.iter().map(|(seconds, number)| Parcel { seconds: *seconds, number: *number }).collect()
    };
    for (groups, first) in [
        // At two seconds 2, 20 and 10 are weighed: 20 has waited since the start, 10 for one second.
        ([parcels(&[(1, 1), (2, 2), (1, 10)]), parcels(&[(2, 20)])], 20),
        ([parcels(&[(1, 1), (1, 2), (1, 10)]), parcels(&[(2, 20)])], 20),
        ([parcels(&[(2, 10), (2, 11)]), parcels(&[(2, 20), (1, 3)])], 10),
        ([parcels(&[(1, 1), (3, 2), (2, 10)]), parcels(&[(1, 4), (2, 5), (1, 6), (1, 20)])], 10),
    ] {
        let execution = testing().run(in_iterations(groups.to_vec())).await;
        assert_eq!(execution.outcome().error.as_deref(), Some("Short"));
        let cause = execution.outcome().cause.clone().unwrap_or_default();
        assert!(cause.contains(&format!("only {first} left")), "{first}: {cause}");
    }
}

#[workflow]
async fn the_other_way_round(order: Order) -> Result<(u32, String), ShopError> {
    let (receipt, total) = try_join!(charge(&order), add(order.cents, 1))?;
    Ok((total, receipt))
}

#[tokio::test]
async fn branches_give_a_tuple_in_another_order() {
    snapshot!(the_other_way_round);
    let output = testing().run(the_other_way_round(order())).await.output().unwrap();
    assert_eq!(output, (251, "receipt of o-1".to_owned()));
}
