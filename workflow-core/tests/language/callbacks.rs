//! Parameters that the platform fills in: keys of idempotency, and tokens with which others answer.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use workflow_core::{
    State, Workflow as _,
    interpreter::{Interpreter, StateMachine},
    services::{
        Asked,
        sqs::{self, Queue},
    },
};

use super::*;

#[task(lambda_transients = false, retry(errors = [SoldOut], interval_seconds = 1, max_attempts = 2))]
async fn book(key: IdempotencyKey, order: &Order) -> Result<String, ShopError> {
    Ok(format!("{} under {key}", order.order_id))
}

#[task(lambda_transients = false)]
async fn nothing(key: IdempotencyKey) -> IdempotencyKeyText {
    key.to_string()
}

type IdempotencyKeyText = String;

#[workflow]
async fn bookings(orders: Vec<Order>) -> Result<Vec<String>, ShopError> {
    let mut booked = vec![];
    for order in &orders {
        let number = book(order).await?;
        booked.push(number);
    }
    booked.push(nothing().await?);
    Ok(booked)
}

#[tokio::test]
async fn a_key_stays_over_retries_and_tells_turns_apart() {
    snapshot!(bookings);
    let executor = testing().execution_name("x");
    let id = "arn:aws:states:us-east-1:123456789012:execution:bookings:x";
    let booked = executor.clone().run(bookings(vec![order(), order()])).await.output().unwrap();
    let keys =
        [format!("o-1 under {id}/Book/1"), format!("o-1 under {id}/Book/2"), format!("{id}/Nothing/1")];
    assert_eq!(booked, keys);

    let sold_out = || Mock::error(ShopError::SoldOut);
    let executor = executor.mock(book, Mock::sequence([sold_out(), sold_out(), Mock::value("a".into())]));
    let execution = executor.run(bookings(vec![order()])).await;
    assert_eq!(execution.calls(book), [(order(),), (order(),), (order(),)]);
    let key = format!("\"key\":\"{id}/Book/1\"");
    assert!(execution.all_calls()[..3].iter().all(|call| call.payload.contains(&key)));
}

#[workflow]
async fn keys_of_seats(rows: Vec<Vec<u8>>) -> Result<Vec<Vec<String>>, PlatformError> {
    map(rows, async |row| map(row, async |_| nothing().await).await).await
}

#[tokio::test]
async fn a_key_tells_iterations_apart() {
    snapshot!(keys_of_seats);
    let rows = vec![vec![1, 1], vec![1, 1]];
    let in_process = testing().run(keys_of_seats(rows.clone())).await.output().unwrap();
    // Every iteration is entered in the same millisecond.
    let definition = keys_of_seats::definition();
    let machine = StateMachine::of(definition).unwrap();
    let interpreted = Interpreter::test().tasks(definition).run_blocking(&machine, serde_json::json!(rows));
    let interpreted: Vec<Vec<String>> = serde_json::from_value(interpreted.output().unwrap()).unwrap();
    for keys in [in_process, interpreted] {
        let keys: BTreeSet<String> = keys.into_iter().flatten().collect();
        assert_eq!(keys.len(), 4, "{keys:?}");
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Decision {
    approved: bool,
    by: String,
}

type Desk = Arc<Mutex<Vec<TaskToken>>>;

#[task(lambda_transients = false, timeout_seconds = 3_600)]
async fn approve(
    State(desk): State<Desk>,
    token: TaskToken,
    order: &Order,
) -> Result<Pending<Decision>, ShopError> {
    if order.cents == 0 {
        return Err(ShopError::Short(0));
    }
    desk.lock().expect("nobody panics").push(token.clone());
    Ok(token.pending())
}

#[workflow]
async fn approved(order: Order) -> Result<String, ShopError> {
    match approve(&order).heartbeat(Duration::from_secs(600)).await {
        Ok(decision) if decision.approved => Ok(decision.by),
        Ok(_) => Err(ShopError::SoldOut),
        Err(ShopError::Declined { reason }) => Ok(format!("declined: {reason}")),
        Err(ShopError::Platform(PlatformError::Timeout(_))) => Ok("too late".to_string()),
        Err(error) => Err(error),
    }
}

fn decision() -> Decision {
    Decision { approved: true, by: "Ann".into() }
}

/// Runs `approved` beside somebody who does this with the token.
async fn answered(
    answer: impl FnOnce(&workflow_core::TaskTokens, &TaskToken),
) -> workflow_core::Execution<approved> {
    let desk = Desk::default();
    let executor = testing().state(Arc::clone(&desk));
    let (execution, ()) = tokio::join!(executor.run(approved(order())), async {
        let token = desk.lock().expect("nobody panics").pop().expect("the handler ran");
        answer(&executor.task_tokens(), &token);
    });
    execution
}

#[tokio::test]
async fn who_holds_the_token_answers() {
    snapshot!(approved);
    let execution = answered(|tokens, token| tokens.complete(token, &decision()).unwrap()).await;
    assert_eq!(execution.output().unwrap(), "Ann");
    let types = [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ];
    assert_eq!(execution.history().types(), types);
    let declined = ShopError::Declined { reason: "no money".into() };
    let execution = answered(|tokens, token| tokens.fail(token, &declined).unwrap()).await;
    assert_eq!(execution.output().unwrap(), "declined: no money");
}

#[tokio::test]
async fn a_silent_holder_is_waited_for_until_the_heartbeat_is_missed() {
    let execution = answered(|_, _| {}).await;
    assert_eq!((execution.output().unwrap().as_str(), execution.elapsed()), ("too late", seconds(600)));

    let execution = answered(|tokens, token| {
        for time in [300, 900] {
            tokens.after(seconds(time)).heartbeat(token).unwrap();
        }
    })
    .await;
    assert_eq!((execution.output().unwrap().as_str(), execution.elapsed()), ("too late", seconds(1_500)));

    let execution = answered(|tokens, token| {
        for time in 1..10 {
            tokens.after(seconds(500 * time)).heartbeat(token).unwrap();
        }
        tokens.after(seconds(9_999)).complete(token, &decision()).unwrap();
    })
    .await;
    assert_eq!((execution.output().unwrap().as_str(), execution.elapsed()), ("too late", seconds(3_600)));

    let execution = answered(|tokens, token| {
        tokens.after(seconds(599)).complete(token, &decision()).unwrap();
    })
    .await;
    assert_eq!((execution.output().unwrap().as_str(), execution.elapsed()), ("Ann", seconds(599)));
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn a_token_is_good_for_one_answer_in_its_time() {
    let mut used = None;
    let desk = Desk::default();
    let executor = testing().state(Arc::clone(&desk));
    let execution = executor.run(approved(order())).await;
    assert_eq!(execution.output().unwrap(), "too late");
    used.clone_from(&desk.lock().unwrap().pop());
    let error = executor.task_tokens().complete(&used.unwrap(), &decision()).unwrap_err();
    assert!(error.to_string().starts_with("no task waits for the token"), "{error}");
}

#[tokio::test]
async fn a_mock_answers_in_the_place_of_both() {
    let run = |mock| testing().mock(approve, mock).run(approved(order()));
    assert_eq!(run(Mock::value(decision())).await.output().unwrap(), "Ann");
    let declined = ShopError::Declined { reason: "x".into() };
    assert_eq!(run(Mock::error(declined)).await.output().unwrap(), "declined: x");
    assert_eq!(run(Mock::hangs()).await.output().unwrap(), "too late");
}

#[tokio::test]
async fn a_handler_that_fails_hands_nothing_out() {
    let executor = testing().state(Desk::default());
    let execution = executor.run(approved(Order { cents: 0, ..order() })).await;
    assert_eq!(execution.error(), Some(ShopError::Short(0)));
}

/// Packs a parcel by hand.
#[task(activity = "PackActivity", timeout_seconds = 600, heartbeat_seconds = 60)]
async fn pack(order: &Order) -> Result<String, ShopError> {
    match order.cents {
        0 => Err(ShopError::Short(0)),
        _ => Ok(format!("parcel of {}", order.order_id)),
    }
}

#[workflow]
async fn packed(order: Order) -> Result<String, ShopError> {
    match pack(&order).await {
        Err(ShopError::Short(left)) => Ok(format!("{left} left")),
        Ok(parcel) => Ok(parcel),
        Err(error) => Err(error),
    }
}

#[tokio::test]
async fn an_activity_is_done_by_its_workers() {
    snapshot!(packed);
    let execution = testing().run(packed(order())).await;
    assert_eq!(execution.output().unwrap(), "parcel of o-1");
    let events = [
        "ExecutionStarted",
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivitySucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ];
    assert_eq!(execution.history().types(), events);
    let json = serde_json::to_value(execution.history()).unwrap();
    let arn = "arn:aws:states:us-east-1:123456789012:activity:PackActivity";
    assert_eq!(json[2]["activityScheduledEventDetails"]["resource"], arn);
    assert_eq!(json[2]["activityScheduledEventDetails"]["heartbeatInSeconds"], 60);
    let short = testing().run(packed(Order { cents: 0, ..order() })).await;
    assert_eq!(short.output().unwrap(), "0 left");
}

#[workflow(kind = express)]
async fn hasty(order: Order) -> Result<String, ShopError> {
    pack(&order).await
}

#[test]
fn an_express_workflow_waits_for_nobody() {
    let problems = &<hasty as workflow_core::Workflow>::definition().problems;
    let text =
        "an Express workflow waits for no answer from outside, as `pack` needs it; make it `kind = standard`";
    assert_eq!(problems, &[text]);
}

const DESK: Queue<Order> = Queue::new("Approvals");

#[workflow]
async fn asked(order: Order) -> Result<String, AskError> {
    let decision = sqs::send_message(DESK, &order)
        .delay_seconds(1)
        .wait_for_token::<Decision>()
        .timeout(Duration::from_secs(3_600))
        .await?;
    Ok(decision.by)
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum AskError {
    #[error(transparent)]
    Send(#[from] sqs::SendMessageError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[tokio::test]
async fn who_receives_a_message_answers() {
    snapshot!(asked);
    let queues = sqs::Memory::new();
    let executor = crate::testing().service(queues.clone());
    let (execution, ()) = tokio::join!(executor.run(asked(order())), async {
        let [message] = <[Asked<Order>; 1]>::try_from(queues.asked(DESK)).expect("one was sent");
        assert_eq!(message.message, order());
        executor.task_tokens().complete(&message.task_token, &decision()).expect("it is waited for");
    });
    assert_eq!(execution.output().unwrap(), "Ann");
    assert_eq!(execution.history().types()[4], "TaskSubmitted");
    let silence = executor.run(asked(order())).await;
    assert_eq!(silence.elapsed(), seconds(3_600));
    assert_eq!(silence.error(), Some(AskError::Platform(PlatformError::Timeout(String::new()))));
    let call = |order: Order| sqs::send_message(DESK, &order).wait_for_token::<Decision>();
    let mocked = crate::testing().mock(call, Mock::value(decision()));
    assert_eq!(mocked.run(asked(order())).await.output().unwrap(), "Ann");
}
