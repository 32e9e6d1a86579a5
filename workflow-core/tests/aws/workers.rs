//! Workers of activities.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::sync::Notify;
use workflow_core::{Catalogue, States, prelude::*, worker};

use crate::server::{Asked, Question, config, server};

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum PackError {
    #[error("{left} left")]
    Short { left: u32 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

/// What the handlers share: how many there are, and who wants to know that one began.
#[derive(Clone)]
struct Shelf {
    left: u32,
    began: Arc<Notify>,
}

#[task(activity = "PackActivity", heartbeat_seconds = 60)]
async fn pack(State(shelf): State<Shelf>, pieces: u32) -> Result<String, PackError> {
    shelf.began.notify_one();
    match pieces {
        0 => panic!("nothing to pack"),
        // Whoever packs these never comes to an end.
        999 => std::future::pending().await,
        pieces if pieces > shelf.left => Err(PackError::Short { left: shelf.left }),
        pieces => Ok(format!("{pieces} packed")),
    }
}

#[workflow]
async fn packed(pieces: u32) -> Result<String, PackError> {
    pack(pieces).await
}

const NO_SUCH_ACTIVITY: &str = r#"{"__type":"ActivityDoesNotExist","message":"no such activity"}"#;

/// Runs a worker until it is told that there is no activity any more, and gives what it asked.
async fn worked(
    answers: Vec<(u16, &'static str)>,
    heartbeat: Duration,
) -> (Vec<Question>, worker::WorkerError) {
    let (address, asked) = server(answers).await;
    let workers = workers(&address).into_iter().map(|worker| worker.heartbeat_every(heartbeat));
    let ended = worker::run_all(workers, std::future::pending()).await;
    let asked = asked.lock().unwrap().clone();
    (asked, ended.unwrap_err())
}

fn workers(address: &str) -> Vec<worker::Worker> {
    let client = aws_sdk_sfn::Client::from_conf(config!(aws_sdk_sfn, address));
    let mut states = States::default();
    states.insert(Shelf { left: 9, began: Arc::default() });
    let prefix = "arn:aws:states:eu-central-1:111122223333:activity:shop-";
    let workers = worker::workers(&Catalogue::new().add::<packed>(), &client, prefix, &states);
    workers.into_iter().map(|worker| worker.name("bench 1")).collect()
}

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn a_worker_does_what_it_is_given_and_says_how_it_went() {
    let answers = vec![
        (200, r#"{"taskToken":"t-1","input":"3"}"#),
        (200, "{}"),
        // A minute passed, and there was nothing to do.
        (200, "{}"),
        (200, r#"{"taskToken":"t-2","input":"30"}"#),
        (200, "{}"),
        (200, r#"{"taskToken":"t-3","input":"0"}"#),
        (200, "{}"),
        (400, NO_SUCH_ACTIVITY),
    ];
    let (asked, error) = worked(answers, DAY).await;
    let asked: Vec<_> = asked.iter().map(|question| (question.action.as_str(), question.json())).collect();
    let activity = "arn:aws:states:eu-central-1:111122223333:activity:shop-PackActivity";
    let ask = ("GetActivityTask", json!({ "activityArn": activity, "workerName": "bench 1" }));
    let short = r#"{"message":"9 left","data":{"left":9}}"#;
    let expected = [
        ask.clone(),
        ("SendTaskSuccess", json!({ "taskToken": "t-1", "output": "\"3 packed\"" })),
        ask.clone(),
        ask.clone(),
        ("SendTaskFailure", json!({ "taskToken": "t-2", "error": "Short", "cause": short })),
        ask.clone(),
        ("SendTaskFailure", json!({ "taskToken": "t-3", "error": "Panic", "cause": "nothing to pack" })),
        ask,
    ];
    assert_eq!(asked, expected);
    assert_eq!(error.activity, activity);
    assert!(error.cause.contains("no such activity"), "{error}");
}

#[tokio::test]
async fn a_handler_is_stopped_where_the_execution_waits_no_longer() {
    let answers = vec![
        (200, r#"{"taskToken":"t-1","input":"999"}"#),
        (200, "{}"),
        (400, r#"{"__type":"TaskTimedOut","message":"too late"}"#),
        (400, NO_SUCH_ACTIVITY),
    ];
    let (asked, _) = worked(answers, Duration::ZERO).await;
    let actions: Vec<&str> = asked.iter().map(|question| question.action.as_str()).collect();
    assert_eq!(actions, ["GetActivityTask", "SendTaskHeartbeat", "SendTaskHeartbeat", "GetActivityTask"]);
}

#[tokio::test]
async fn a_worker_that_is_to_stop_ends_what_it_is_at() {
    let (address, asked): (String, Asked) =
        server(vec![(200, r#"{"taskToken":"t-1","input":"3"}"#), (200, "{}"), (400, NO_SUCH_ACTIVITY)]).await;
    // It is to stop from the beginning, and has asked by then.
    worker::run_all(workers(&address), std::future::ready(())).await.unwrap();
    let asked = asked.lock().unwrap().clone();
    let actions: Vec<&str> = asked.iter().map(|question| question.action.as_str()).collect();
    assert_eq!(actions, ["GetActivityTask", "SendTaskSuccess"]);
}

#[test]
fn a_worker_keeps_half_of_the_time_that_the_state_waits() {
    let worker = format!("{:?}", workers("http://127.0.0.1:1")[0]);
    assert!(worker.contains("heartbeat: 10s"), "{worker}");
}
