//! Other workflows inside a workflow: in the place of a call, and as executions of their own.

use std::{sync::Arc, time::Duration};

use workflow_core::{Status, Workflow};

use super::*;

/// Charges an order and says so.
#[workflow]
async fn payment(order: Order, note: String) -> Result<String, ShopError> {
    if order.cents == 0 {
        return Err(ShopError::Short(0));
    }
    let receipt = charge(&order).await?;
    let text = format!("{note}: {receipt}");
    #[state = "Tell"]
    let told = send(text).await?;
    Ok(told)
}

#[workflow]
async fn in_place(order: Order) -> Result<Vec<String>, ShopError> {
    let first = payment(order.clone(), "first".to_string()).await?;
    let told = send(first).await?;
    let second = match payment(order, format!("after {told}")).await {
        Ok(receipt) => receipt,
        Err(ShopError::Declined { reason }) => reason,
        Err(error) => return Err(error),
    };
    Ok(vec![told, second])
}

#[tokio::test]
async fn a_workflow_stands_in_the_place_of_its_call() {
    snapshot!(in_place);
    let execution = testing().run(in_place(order())).await;
    let first = "first: receipt of o-1";
    assert_eq!(execution.output().unwrap(), [first.to_owned(), format!("after {first}: receipt of o-1")]);
    let history = execution.history();
    let states: Vec<&str> = history.visits().iter().map(|visit| visit.state).collect();
    let machine = &in_place::definition().machine;
    assert_eq!(states.len(), 5);
    assert!(states.iter().all(|state| machine.states.iter().any(|(name, _)| name == state)), "{states:?}");
    assert!(execution.children().is_empty());

    let declined = || Mock::error(ShopError::Declined { reason: "no money".into() });
    let executor = testing().mock(charge, Mock::sequence([Mock::value("r".into()), declined()]));
    assert_eq!(executor.run(in_place(order())).await.output().unwrap()[1], "no money");
    let failed = testing().mock(charge, declined()).run(in_place(order())).await;
    assert_eq!(failed.error(), Some(ShopError::Declined { reason: "no money".into() }));
    let short = testing().run(in_place(Order { cents: 0, ..order() })).await;
    assert_eq!(short.error(), Some(ShopError::Short(0)));
}

#[workflow]
async fn turns(orders: Vec<Order>) -> Result<u32, ShopError> {
    let mut failed = 0;
    for order in orders {
        let result = async { payment(order, "x".to_string()).await }.await;
        if result.is_err() {
            failed += 1;
        }
    }
    Ok(failed)
}

#[tokio::test]
async fn one_in_a_loop_is_entered_again() {
    snapshot!(turns);
    let orders = vec![order(), Order { cents: 0, ..order() }, order()];
    assert_eq!(testing().run(turns(orders.clone())).await.output().unwrap(), 1);
}

#[workflow]
async fn own_execution(order: Order, note: String) -> Result<String, ShopError> {
    match payment(order, note).start_sync().name("pay".to_string()).timeout(Duration::from_secs(60)).await {
        Ok(receipt) => Ok(receipt),
        Err(ShopError::Declined { reason }) => Ok(reason),
        Err(ShopError::Short(0)) => Ok("nothing".to_string()),
        Err(error) => Err(error),
    }
}

#[workflow]
async fn passed_on(order: Order) -> Result<String, ShopError> {
    let receipt = payment(order, "n".to_string()).start_sync().await?;
    Ok(receipt)
}

#[tokio::test]
async fn a_workflow_runs_as_an_execution_of_its_own() {
    snapshot!(own_execution);
    snapshot!(passed_on);
    let executor = testing().mock(charge, Mock::value("r".into()).after(Duration::from_secs(9)));
    let execution = executor.run(own_execution(order(), "n".into())).await;
    assert_eq!(execution.output().unwrap(), "n: r");
    assert_eq!(execution.elapsed(), Duration::from_secs(9));
    let [child] = execution.children() else { panic!("{:?}", execution.children()) };
    assert_eq!((child.workflow, child.name.as_str()), ("payment", "pay"));
    assert_eq!(child.report.outcome.output.as_deref(), Some("\"n: r\""));
    assert_eq!(child.report.calls().len(), 2);
    assert_eq!(execution.all_calls().len(), 1);
    assert_eq!(
        execution.history().types()[2..6],
        ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
    );

    let declined = || Mock::error(ShopError::Declined { reason: "no money".into() });
    let execution = testing().mock(charge, declined()).run(own_execution(order(), "n".into())).await;
    assert_eq!(execution.output().unwrap(), "no money");
    assert_eq!(execution.children()[0].report.outcome.status, Status::Failed);
    let nothing = testing().run(own_execution(Order { cents: 0, ..order() }, "n".into())).await;
    assert_eq!(nothing.output().unwrap(), "nothing");

    let execution = testing().mock(charge, declined()).run(passed_on(order())).await;
    assert_eq!(execution.error(), Some(ShopError::Declined { reason: "no money".into() }));
    let failed = &execution.children()[0].report.outcome;
    assert_eq!((&failed.error, &failed.cause), (&execution.outcome().error, &execution.outcome().cause));

    let call = |order: Order, note: String| payment(order, note).start_sync();
    let mocked = crate::testing().mock(call, Mock::value("mocked".into()));
    let execution = mocked.run(own_execution(order(), "n".into())).await;
    assert_eq!((execution.output().unwrap().as_str(), execution.children().len()), ("mocked", 0));
    assert_eq!(execution.calls(call), [(order(), "n".to_owned())]);
    let declined = ShopError::Declined { reason: "no".into() };
    let mocked = crate::testing().mock(call, Mock::error(declined));
    assert_eq!(mocked.run(own_execution(order(), "n".into())).await.output().unwrap(), "no");

    let slow = crate::testing().mock(charge, Mock::hangs()).run(own_execution(order(), "n".into())).await;
    assert_eq!(slow.error().map(|error| error.name()), Some("States.Timeout".to_owned()));
}

#[workflow]
async fn background(order: Order) -> Result<Vec<String>, PlatformError> {
    let first = payment(order.clone(), "a".to_string()).start().await?;
    let second = payment(order, "b".to_string()).start().name(format!("b-{first}")).await?;
    sleep(Duration::from_secs(5)).await;
    Ok(vec![first, second])
}

#[tokio::test]
async fn what_is_started_goes_on_by_itself() {
    snapshot!(background);
    let executor = || testing().mock(charge, Mock::value("r".into()).after(Duration::from_secs(9)));
    let execution = executor().run(background(order())).await;
    assert_eq!(execution.elapsed(), Duration::from_secs(5));
    let ids: Vec<&str> = execution.children().iter().map(|child| child.id.as_str()).collect();
    assert_eq!(execution.output().unwrap(), ids);
    for child in execution.children() {
        assert_eq!(
            (child.report.elapsed, child.report.outcome.status),
            (Duration::from_secs(9), Status::Succeeded)
        );
    }
    assert_eq!(executor().run(background(order())).await.output().unwrap(), ids);
}

#[workflow]
async fn ping(turns: u32) -> Result<u32, PlatformError> {
    if turns == 0 {
        return Ok(0);
    }
    let left = pong(turns).await?;
    add(left, 1).await
}

#[workflow]
async fn pong(turns: u32) -> Result<u32, PlatformError> {
    let left = ping(turns - 1).await?;
    add(left, 1).await
}

#[workflow(timeout_seconds = 5)]
async fn hurried(number: u32) -> Result<u32, PlatformError> {
    add(number, 1).await
}

#[workflow(kind = express)]
async fn express(number: u32) -> Result<u32, PlatformError> {
    add(number, 1).await
}

#[workflow]
async fn around(number: u32) -> Result<u32, PlatformError> {
    let number = hurried(number).await?;
    express(number).start_sync().await
}

#[test]
fn what_cannot_stand_in_the_place_of_a_call_is_a_problem() {
    let text = "`ping` awaits itself, directly or through others, so it would be written out without end; start it as an execution of its own: `ping(..).start_sync().await`";
    assert_eq!(ping::definition().problems, [text]);
    let [timeout, express] = around::definition().problems.as_slice() else { panic!() };
    assert!(timeout.starts_with("`hurried` has a timeout"), "{timeout}");
    assert!(express.starts_with("`express` is an Express workflow"), "{express}");
}

#[tokio::test]
async fn what_awaits_itself_runs_in_process_under_the_names_of_its_tasks() {
    // There is no state machine to agree with.
    let execution = Executor::test().run(ping(2)).await;
    assert_eq!(execution.output().unwrap(), 4);
    let states: Vec<&str> = execution.history().visits().iter().map(|visit| visit.state).collect();
    assert_eq!(states, ["add", "add", "Add", "Add 2"]);
}

#[workflow]
async fn recursive(turns: u32) -> Result<u32, PlatformError> {
    if turns == 0 {
        return Ok(0);
    }
    let left = recursive(turns - 1).start_sync().await?;
    add(left, 1).await
}

#[tokio::test]
async fn a_workflow_may_start_itself() {
    snapshot!(recursive);
    let execution = testing().run(recursive(3)).await;
    assert_eq!(execution.output().unwrap(), 3);
    assert_eq!(execution.children().len(), 3);
}

#[workflow]
async fn same_name(order: Order) -> Result<Vec<String>, PlatformError> {
    let first = payment(order.clone(), "n".to_string()).start().name("x".to_string()).await?;
    let again = payment(order.clone(), "n".to_string()).start().name("x".to_string()).await?;
    let other = match payment(order, "other".to_string()).start().name("x".to_string()).await {
        Ok(id) => id,
        Err(error) => error.name(),
    };
    Ok(vec![first, again, other])
}

#[tokio::test]
async fn a_name_is_for_one_execution() {
    let execution = testing().run(same_name(order())).await;
    let id = "arn:aws:states:us-east-1:123456789012:execution:payment:x";
    assert_eq!(execution.output().unwrap(), [id, id, "StepFunctions.ExecutionAlreadyExistsException"]);
    assert_eq!(execution.children().len(), 1);
}

#[tokio::test]
async fn what_is_started_and_never_ends_goes_when_its_execution_does() {
    let held = Arc::new(());
    let executor = Executor::test().state(Arc::clone(&held)).mock(charge, Mock::hangs());
    let execution = executor.run(background(order())).await;
    drop(executor);
    assert_eq!(execution.output().unwrap().len(), 2);
    assert_eq!(execution.children().len(), 0);
    // Each of the two held on to what is shared with tasks.
    assert_eq!(Arc::strong_count(&held), 1);
}

#[workflow]
async fn both_at_once(order: Order) -> Result<String, ShopError> {
    let (receipt, total) = try_join!(charge(&order), add(order.cents, 1))?;
    Ok(send(format!("{receipt}: {total}")).await?)
}

#[workflow]
async fn after_a_call(order: Order) -> Result<String, ShopError> {
    let receipt = charge(&order).await?;
    let first = both_at_once(order.clone()).await?;
    let second = both_at_once(order).await?;
    Ok(format!("{receipt}, {first}, {second}"))
}

#[tokio::test]
async fn what_runs_at_once_in_the_place_of_a_call_has_states_of_its_own() {
    snapshot!(after_a_call);
    let execution = testing().run(after_a_call(order())).await;
    let receipt = "receipt of o-1";
    assert_eq!(execution.output().unwrap(), format!("{receipt}, {receipt}: 251, {receipt}: 251"));
    let history = execution.history();
    let forks = history.visits();
    let forks: Vec<&str> =
        forks.iter().map(|visit| visit.state).filter(|name| name.contains("Parallel")).collect();
    assert_eq!(forks, ["Parallel", "Both At Once: Parallel"]);
}
