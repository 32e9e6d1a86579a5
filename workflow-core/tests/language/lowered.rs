//! Which states there are, and which are not needed: ends, errors that are passed on, ways that are decided.

#![allow(clippy::needless_return, clippy::nonminimal_bool, reason = "what is tested is how this is read")]

use std::time::Duration;

use workflow_core::Workflow;

use super::*;

/// The names of the states of a workflow.
fn states<W: Workflow>() -> Vec<&'static str> {
    W::definition().machine.states.iter().map(|(name, _)| name.as_str()).collect()
}

#[workflow]
async fn one_end(number: u32) -> Result<String, PlatformError> {
    if number == 0 {
        return Ok("none".to_string());
    }
    let sum = add(number, 1).await?;
    if sum > 9 {
        return Ok("none".to_string());
    }
    send(sum.to_string()).await
}

#[tokio::test]
async fn equal_ends_are_one_state() {
    snapshot!(one_end);
    assert_eq!(states::<one_end>(), ["Check Number", "Succeed", "Add", "Check Sum", "Send"]);
    assert_eq!(testing().run(one_end(9)).await.output().unwrap(), "none");
}

#[workflow]
async fn told_apart(order: Order) -> Result<String, ShopError> {
    let text = match charge(&order).await {
        Ok(receipt) => receipt,
        Err(_) => "none".to_string(),
    };
    #[state = "Done"]
    Ok(text)
}

#[tokio::test]
async fn an_end_with_a_name_is_that_of_an_error_too() {
    snapshot!(told_apart);
    let failed = testing().mock(charge, Mock::error(ShopError::SoldOut)).run(told_apart(order())).await;
    assert_eq!(failed.output().unwrap(), "none");
    assert_eq!(testing().run(told_apart(order())).await.output().unwrap(), "receipt of o-1");
}

#[workflow]
async fn named_failure(order: Order) -> Result<String, ShopError> {
    match charge(&order).await {
        Ok(receipt) => Ok(receipt),
        Err(error) => {
            #[state = "Give Up"]
            return Err(error);
        }
    }
}

#[workflow]
async fn explained_failure(order: Order) -> Result<String, ShopError> {
    match charge(&order).await {
        Ok(receipt) => Ok(receipt),
        Err(error) => {
            /// Nothing is to be done about it.
            return Err(error);
        }
    }
}

#[tokio::test]
async fn an_error_that_is_passed_on_under_a_name_is_a_state() {
    snapshot!(named_failure);
    snapshot!(explained_failure);
    assert_eq!(states::<named_failure>(), ["Charge", "Give Up"]);
    assert_eq!(states::<explained_failure>().len(), 2);
}

#[workflow]
async fn looked_at(order: Order) -> Result<String, ShopError> {
    match charge(&order).await {
        Ok(receipt) => Ok(receipt),
        Err(error) => {
            let text = if matches!(error, ShopError::SoldOut) || matches!(error, ShopError::Short(_)) {
                send("more".to_string()).await?
            } else {
                send("other".to_string()).await?
            };
            Ok(text)
        }
    }
}

#[tokio::test]
async fn what_an_error_is_called_is_no_choice() {
    snapshot!(looked_at);
    assert_eq!(states::<looked_at>(), ["Charge", "Send", "Send 2"]);
    let run = |mock| testing().mock(charge, mock).run(looked_at(order()));
    assert_eq!(run(Mock::error(ShopError::Short(1))).await.output().unwrap(), "more");
    assert_eq!(run(Mock::error(ShopError::SoldOut)).await.output().unwrap(), "more");
    let declined = ShopError::Declined { reason: "x".into() };
    assert_eq!(run(Mock::error(declined)).await.output().unwrap(), "other");
    assert_eq!(run(Mock::failure("Gone", "")).await.output().unwrap(), "other");
}

#[workflow]
async fn paid(order: Order) -> Result<String, ShopError> {
    charge(&order).await
}

#[workflow]
async fn whatever_failed(order: Order) -> Result<String, ShopError> {
    match paid(order).start_sync().await {
        Ok(receipt) => Ok(receipt),
        Err(_) => Ok("failed".to_string()),
    }
}

#[tokio::test]
async fn an_arm_for_every_error_asks_for_no_name() {
    snapshot!(whatever_failed);
    let states = states::<whatever_failed>();
    assert!(!states.iter().any(|state| state.starts_with("Check")), "{states:?}");
    let execution =
        testing().mock(charge, Mock::error(ShopError::SoldOut)).run(whatever_failed(order())).await;
    assert_eq!(execution.output().unwrap(), "failed");
}

#[workflow]
async fn of_a_branch(order: Order) -> Result<String, ShopError> {
    let error = match try_join!(charge(&order), async {
        if order.cents > 100 {
            return Err(ShopError::Declined { reason: order.order_id.clone() });
        }
        Ok(add(order.cents, 1).await?)
    }) {
        Ok((receipt, _)) => return Ok(receipt),
        Err(error) => error,
    };
    send(error.name().to_string()).await?;
    match error {
        ShopError::Declined { reason } => Ok(reason),
        error => Err(error),
    }
}

#[tokio::test]
async fn what_an_error_of_a_branch_holds_is_read_later() {
    snapshot!(of_a_branch);
    let slow = || testing().mock(charge, Mock::value("r".into()).after(Duration::from_secs(1)));
    assert_eq!(slow().run(of_a_branch(order())).await.output().unwrap(), "o-1");
    let declined = Mock::error(ShopError::Declined { reason: "no money".into() });
    let execution = testing().mock(charge, declined).run(of_a_branch(Order { cents: 1, ..order() })).await;
    assert_eq!(execution.output().unwrap(), "no money");
}

#[workflow]
async fn spins() -> u32 {
    loop {
        if execution().name() == "monday" {
            return 4;
        }
    }
}

#[workflow]
async fn turns_known(text: String) -> Result<u32, PlatformError> {
    send(text).await?;
    let mut turns = 0;
    let mut done = false;
    while !done {
        done = turns == 2;
        turns += 1;
    }
    Ok(turns)
}

#[workflow]
async fn spins_on(text: String) -> Result<String, PlatformError> {
    let text = send(text).await?;
    let mut done = false;
    loop {
        if done {
            break;
        }
        done = done && true;
    }
    Ok(text)
}

#[tokio::test]
async fn a_loop_that_only_tests_is_a_state() {
    // An execution of another name would never end, here or there.
    snapshot!(spins, alone);
    assert_eq!(testing().execution_name("monday").run(spins()).await.output().unwrap(), 4);
    assert_eq!(states::<spins>().len(), 2);
    snapshot!(turns_known);
    assert_eq!(testing().run(turns_known("x".into())).await.output().unwrap(), 3);
    assert_eq!(spins_on::definition().problems, Vec::<String>::new());
    assert!(states::<spins_on>().iter().any(|state| state.starts_with("Check")));
}

#[workflow]
async fn at_once(order: Order) -> Result<Vec<u32>, ShopError> {
    sleep(Duration::from_secs(1)).await;
    #[state = "Side By Side"]
    let (_, total) = try_join!(charge(&order), add(order.cents, 1))?;
    #[state = "One By One"]
    let sums = map(vec![total, 2], async |number| add(number, 1).await).await?;
    Ok(sums)
}

#[tokio::test]
async fn the_history_names_every_state() {
    snapshot!(at_once);
    let execution = testing().run(at_once(order())).await;
    let history = execution.history();
    let entered: Vec<&str> = history.visits().iter().map(|visit| visit.state).collect();
    let expected = ["Wait", "Side By Side", "Charge", "Add", "One By One", "Add 2", "Add 2"];
    assert_eq!(entered, expected);
}

#[workflow]
async fn of_one_name(numbers: Vec<String>, number: String) -> Result<Vec<String>, ShopError> {
    let first = number;
    let number = format!("{first}{first}");
    let second = number.clone();
    let number = format!("{second}{second}");
    let third = number.clone();
    map(numbers, async |number| Ok(send(format!("{first}{second}{third}{number}{second}{third}")).await?))
        .await
}

#[workflow]
async fn of_one_name_in_batches(numbers: Vec<String>, number: String) -> Result<Vec<usize>, ShopError> {
    let first = number;
    let number = format!("{first}{first}");
    let second = number.clone();
    let number = format!("{second}{second}");
    let third = number.clone();
    let lengths = distributed_map_batches(&numbers, 2, async |numbers| {
        send(format!("{first}{second}{third}{second}{third}")).await?;
        Ok::<_, ShopError>(numbers.len())
    })
    .await?;
    Ok(lengths)
}

#[tokio::test]
async fn what_is_passed_into_an_iteration_has_names_of_its_own() {
    snapshot!(of_one_name);
    snapshot!(of_one_name_in_batches);
    let execution = testing().run(of_one_name(vec!["x".into()], "a".into())).await;
    assert_eq!(execution.output().unwrap(), ["aaaaaaaxaaaaaa"]);
    let numbers = vec!["x".into(), "y".into(), "z".into()];
    let execution = testing().run(of_one_name_in_batches(numbers, "a".into())).await;
    assert_eq!(execution.output().unwrap(), [2, 1]);
}

#[workflow]
async fn read_by_itself(text: String) -> Result<Vec<String>, PlatformError> {
    let id = execution().id().to_owned();
    let first = send(format!("{text} {id}")).await?;
    let second = send(format!("{first} {id}")).await?;
    Ok(vec![second, id])
}

#[tokio::test]
async fn what_an_execution_is_called_is_no_variable() {
    snapshot!(read_by_itself);
    let execution = testing().execution_name("monday").run(read_by_itself("x".into())).await;
    assert!(execution.output().unwrap()[1].ends_with(":monday"));
}

#[workflow]
async fn raised(order: Order) -> Result<String, ShopError> {
    if order.cents > 100 {
        return Err(ShopError::Platform(PlatformError::Other {
            error: "Mine".to_string(),
            cause: order.order_id,
        }));
    }
    if order.cents > 50 {
        return Err(ShopError::Platform(PlatformError::Timeout("late".to_string())));
    }
    charge(&order).await
}

#[tokio::test]
async fn an_error_of_the_platform_is_raised_with_its_name_and_cause() {
    snapshot!(raised);
    let run = |cents| testing().run(raised(Order { cents, ..order() }));
    let outcome = run(101).await.outcome().clone();
    assert_eq!((outcome.error.as_deref(), outcome.cause.as_deref()), (Some("Mine"), Some("o-1")));
    let outcome = run(51).await.outcome().clone();
    assert_eq!((outcome.error.as_deref(), outcome.cause.as_deref()), (Some("States.Timeout"), Some("late")));
}
