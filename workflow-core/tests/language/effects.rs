//! The time, random values, waits until a point in time, and what an execution knows of itself.

use std::time::Duration;

use workflow_core::Timestamp;

use super::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Dates {
    started: Timestamp,
    ended: Timestamp,
    second: String,
}

#[workflow]
async fn dated(text: String) -> Result<Dates, PlatformError> {
    let started = now().await;
    let first = send(text).await?;
    let ended = now().await;
    let second = send(first).await?;
    Ok(Dates { started, ended, second })
}

#[tokio::test]
async fn the_time_is_what_it_was_where_it_was_read() {
    snapshot!(dated);
    let mock = Mock::with(|(text,): (String,)| Ok(text)).after(Duration::from_secs(90));
    let execution = testing().mock(send, mock).run(dated("a".into())).await;
    let started: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let ended = started + Duration::from_secs(90);
    assert_eq!(execution.output().unwrap(), Dates { started, ended, second: "a".into() });
}

#[workflow]
async fn numbered(orders: Vec<Order>) -> Result<Vec<String>, ShopError> {
    let batch = uuid().await;
    let mut numbers = vec![];
    for order in &orders {
        let number = uuid().await;
        charge(order).await?;
        numbers.push(format!("{batch}/{number}"));
    }
    Ok(numbers)
}

#[tokio::test]
async fn a_uuid_is_drawn_once_in_every_turn() {
    snapshot!(numbered);
    let run = |executor: Executor| async move {
        executor.run(numbered(vec![order(), order()])).await.output().unwrap()
    };
    let numbers = run(testing()).await;
    let parts: Vec<(&str, &str)> = numbers.iter().map(|number| number.split_once('/').unwrap()).collect();
    assert_eq!(parts[0].0, parts[1].0);
    assert_ne!(parts[0].1, parts[1].1);
    assert_eq!(run(testing()).await, numbers);
    assert_ne!(run(testing().seed(1)).await, numbers);
    assert_ne!(run(Executor::new()).await, run(Executor::new()).await);
}

#[workflow]
async fn sampled(order: Order) -> Result<String, ShopError> {
    let receipt = charge(&order).await?;
    if random().await < 0.5 {
        let id = uuid().await;
        let tag = format!("{id} of {}", order.order_id);
        send(tag.clone()).await?;
        return Ok(tag);
    }
    Ok(receipt)
}

#[tokio::test]
async fn what_is_drawn_decides_and_is_read_twice() {
    snapshot!(sampled);
    let mut sent = 0;
    for seed in 0..50 {
        let execution = testing().seed(seed).run(sampled(order())).await;
        let tags = execution.calls(send);
        if let [(tag,)] = tags.as_slice() {
            assert_eq!(execution.output().unwrap(), *tag);
            sent += 1;
        }
    }
    assert!((10..40).contains(&sent), "{sent}");
}

#[workflow]
async fn twice_at_the_end(text: String) -> Result<Vec<String>, PlatformError> {
    let sent = send(text).await?;
    let id = uuid().await;
    Ok(vec![sent, id.clone(), id])
}

#[workflow]
async fn once_at_the_end(text: String) -> Result<Vec<String>, PlatformError> {
    let sent = send(text).await?;
    let id = uuid().await;
    let tagged = format!("id-{id}");
    Ok(vec![sent, tagged])
}

#[workflow]
async fn nothing_but(days: u64) -> (String, f64, u64) {
    let id = uuid().await;
    let number = random().await;
    let first = id.clone();
    let mut again = format!("{first}{first}");
    again.push('.');
    (again, number, days)
}

#[tokio::test]
async fn an_output_draws_a_value_once() {
    snapshot!(twice_at_the_end);
    snapshot!(once_at_the_end);
    snapshot!(nothing_but);
    let ids = testing().run(twice_at_the_end("a".into())).await.output().unwrap();
    assert_eq!(ids[1], ids[2]);
    let (again, number, _) = testing().run(nothing_but(1)).await.output().unwrap();
    assert_eq!((again.len(), &again[..36]), (73, &again[36..72]));
    assert!((0.0..1.0).contains(&number));
}

#[workflow]
async fn timed(order: Order) -> Result<(Timestamp, Timestamp, String), ShopError> {
    let started = now().await;
    if order.cents > 100 {
        let receipt = charge(&order).await?;
        return Ok((started, now().await, receipt));
    }
    let sent = send(order.order_id).await?;
    Ok((started, started, sent))
}

#[tokio::test]
async fn the_time_before_a_decision_is_that_of_the_decision() {
    snapshot!(timed);
    let executor = crate::testing().mock(charge, Mock::value("r".into()).after(Duration::from_secs(5)));
    let (started, ended, _) = executor.run(timed(order())).await.output().unwrap();
    assert_eq!(ended, started + Duration::from_secs(5));
}

#[workflow]
async fn lucky(limit: f64) -> u32 {
    let mut turns = 0;
    while random().await < limit {
        turns += 1;
        if turns == 100 {
            break;
        }
    }
    turns
}

#[tokio::test]
async fn a_condition_draws_in_every_turn() {
    snapshot!(lucky);
    let mut turns = vec![];
    for limit in [0.0, 0.9, 1.0] {
        turns.push(crate::testing().seed(3).run(lucky(limit)).await.output().unwrap());
    }
    assert_eq!((turns[0], turns[2]), (0, 100));
    assert!((1..100).contains(&turns[1]), "{turns:?}");
}

#[workflow]
async fn rolls(sides: u32, text: String) -> Result<Vec<u32>, PlatformError> {
    send(text).await?;
    let first = random_range(1..=6).await;
    let second = random_range(0..sides).await;
    Ok(vec![first, second, random_range(10..12).await])
}

#[tokio::test]
async fn a_range_is_drawn_from_end_to_end() {
    snapshot!(rolls);
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..100 {
        let drawn = crate::testing().seed(seed).run(rolls(3, "x".into())).await.output().unwrap();
        seen.extend([drawn[0], 100 + drawn[1], drawn[2]]);
    }
    assert_eq!(Vec::from_iter(seen), [1, 2, 3, 4, 5, 6, 10, 11, 100, 101, 102]);
    assert_eq!(crate::testing().run(rolls(0, "x".into())).await.output().unwrap()[1], 0);
}

#[workflow]
async fn until(time: Timestamp, text: String) -> Result<Timestamp, PlatformError> {
    /// Not before the appointment.
    sleep_until(time).await;
    let reached = now().await;
    send(text).await?;
    sleep_until(time).await;
    Ok(reached)
}

#[tokio::test]
async fn a_wait_ends_at_its_time_and_one_that_has_passed_at_once() {
    snapshot!(until);
    let time: Timestamp = "2026-01-01T08:00:00.5+01:00".parse().unwrap();
    let execution = testing().run(until(time, "x".into())).await;
    assert_eq!(execution.output().unwrap(), time);
    assert_eq!(execution.elapsed(), Duration::from_millis(7 * 3_600_000 + 500));
}

#[workflow(name = "who-am-i")]
async fn whoami(text: String) -> Result<(String, Timestamp), PlatformError> {
    let id = execution().id().to_owned();
    if execution().name() == "skipped" {
        return Ok((id, execution().start_time()));
    }
    send(format!("{text} {} {id}", execution().state_machine_name())).await?;
    Ok((execution().state_machine_id().to_owned(), execution().start_time()))
}

#[tokio::test]
async fn an_execution_knows_itself() {
    snapshot!(whoami);
    let execution = testing().execution_name("monday").run(whoami("a".into())).await;
    let id = "arn:aws:states:us-east-1:123456789012:execution:who-am-i:monday";
    assert_eq!(execution.calls(send), [(format!("a who-am-i {id}"),)]);
    let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:who-am-i";
    assert_eq!(execution.output().unwrap(), (machine.to_owned(), Timestamp::from_millis(1_767_225_600_000)));
    let skipped = testing().execution_name("skipped").run(whoami("a".into())).await;
    assert_eq!(skipped.output().unwrap().0.rsplit(':').next(), Some("skipped"));
}
