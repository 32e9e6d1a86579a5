//! Steps that are undone, asked for, handed to others: sagas, services, children, cleanup.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use workflow_core::{
    prelude::*,
    services::{
        dynamodb::{self, GetItemError, Table, WriteError},
        eventbridge::{self, Event, PutEventsError},
        http::{self, CallError, Endpoint},
        s3::{self, Bucket, ObjectError},
        sns::{self, PublishError, Topic},
        sqs::{self, Queue, SendMessageError},
    },
};

use crate::{Answer, both_ways};

// ---- a subscription saga whose undoing is a list

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub enum Undo {
    Payment { reference: String },
    Subscription(String),
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum SubscribeError {
    #[error("the card {card} is not good")]
    BadCard { card: String },
    #[error("{0} has no places left")]
    SoldOut(String),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn recurring_payment(card: &str, payment: &str) -> Result<String, SubscribeError> {
    if card.len() < 3 {
        Err(SubscribeError::BadCard { card: card.to_owned() })
    } else {
        Ok(payment.to_owned())
    }
}

#[task]
async fn add_subscription(user: &str, name: &str, reference: &str) -> Result<(), SubscribeError> {
    let _ = (user, reference);
    if name.len() > 5 { Err(SubscribeError::SoldOut(name.to_owned())) } else { Ok(()) }
}

#[task]
async fn cancel_payment(reference: &str) -> Answer<()> {
    let _ = reference;
    Ok(())
}

#[task]
async fn remove_subscription(user: &str, name: &str) -> Answer<()> {
    let _ = (user, name);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct SubscriptionRequest {
    user_id: String,
    credit_card: String,
    subscriptions: Vec<String>,
}

#[workflow]
pub async fn subscribe_all(request: SubscriptionRequest) -> Result<usize, SubscribeError> {
    let SubscriptionRequest { user_id, credit_card, subscriptions } = request;
    let payment_id = uuid().await;
    let mut undo: Vec<Undo> = Vec::new();

    let result: Result<usize, SubscribeError> = async {
        let reference = recurring_payment(&credit_card, &payment_id).await?;
        undo.push(Undo::Payment { reference: reference.clone() });
        for subscription in &subscriptions {
            add_subscription(&user_id, subscription, &reference).await?;
            undo.push(Undo::Subscription(subscription.clone()));
        }
        Ok(subscriptions.len())
    }
    .await;

    if result.is_err() {
        while let Some(step) = undo.pop() {
            match step {
                Undo::Payment { reference } => cancel_payment(&reference).await?,
                Undo::Subscription(name) => remove_subscription(&user_id, &name).await?,
            }
        }
    }
    result
}

#[tokio::test]
async fn subscriptions_are_taken_back() {
    both_ways(subscribe_all).await;
    let request = SubscriptionRequest {
        user_id: "u".into(),
        credit_card: "4111".into(),
        subscriptions: vec!["news".into(), "music".into(), "cinema".into()],
    };
    let ran = Executor::test().agreeing().run(subscribe_all(request)).await;
    assert_eq!((ran.calls(remove_subscription).len(), ran.calls(cancel_payment).len()), (2, 1));
    assert!(matches!(ran.error(), Some(SubscribeError::SoldOut(name)) if name == "cinema"));
}

// ---- seats, in a table with counters, told on a topic and on a bus

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Show {
    show_id: String,
    seats_left: i64,
    #[serde(default)]
    waiting: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct TicketSold {
    show_id: String,
    who: String,
    seats_left: i64,
}

const SHOWS: Table<Show> = Table::new("Shows", "showId");
const SOLD: Event<TicketSold> = Event::new("theatre", "TicketSold");
const MAILS: Topic<String> = Topic::new("Mails");
const WAITING: Queue<TicketSold> = Queue::new("Waiting");

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum TicketError {
    #[error("there is no show {0}")]
    NoShow(String),
    #[error(transparent)]
    Read(#[from] GetItemError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Event(#[from] PutEventsError),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error(transparent)]
    Queue(#[from] SendMessageError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
pub async fn sell_ticket(show_id: String, who: String) -> Result<bool, TicketError> {
    let Some(show) = dynamodb::get_item(SHOWS, &show_id).consistent().await? else {
        return Err(TicketError::NoShow(show_id));
    };
    let left = show.seats_left - 1;
    let sold = TicketSold { show_id: show_id.clone(), who: who.clone(), seats_left: left };
    if left < 0 {
        sqs::send_message(WAITING, &sold).delay_seconds(5).await?;
        return Ok(false);
    }
    let changed = Show { seats_left: left, ..show };
    match dynamodb::put_item(SHOWS, &changed).condition("seatsLeft > :none").value("none", &0).await {
        Err(WriteError::ConditionalCheckFailed(_)) => return Ok(false),
        other => other?,
    };
    let mail = format!("{who} has a seat, {left} {} left", if left == 1 { "is" } else { "are" });
    let (told, mailed) =
        join!(eventbridge::put_event(SOLD, &sold), sns::publish(MAILS, &mail).subject("seat"));
    told?;
    if let Err(error) = mailed {
        let _ = sqs::send_message(WAITING, &TicketSold { who: error.name().to_string(), ..sold }).await;
    }
    Ok(true)
}

#[tokio::test]
async fn a_ticket_is_sold() {
    both_ways(sell_ticket).await;
    let tables = dynamodb::Memory::new();
    tables.put(SHOWS, &Show { show_id: "faust".into(), seats_left: 1, waiting: vec![] });
    let ran = Executor::test()
        .agreeing()
        .service(tables.clone())
        .run(sell_ticket("faust".into(), "ann".into()))
        .await;
    assert_eq!(ran.output().unwrap(), true);
    assert_eq!(tables.items(SHOWS)[0].seats_left, 0);
}

// ---- rates from an endpoint, kept in a bucket as a fallback

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Rates {
    base: String,
    rates: std::collections::BTreeMap<String, f64>,
}

const RATES: Endpoint<(), Rates> = Endpoint::get("https://rates.example.com/latest", "${RatesConnection}");
const KEPT: Bucket<Rates> = Bucket::new("kept-rates");

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum RateError {
    #[error("nobody knows {currency}")]
    UnknownCurrency { currency: String },
    #[error(transparent)]
    Http(#[from] CallError),
    #[error(transparent)]
    Object(#[from] ObjectError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
pub async fn convert(cents: u32, currency: String) -> Result<(String, bool), RateError> {
    let currency = currency.to_ascii_uppercase();
    let (rates, fresh) =
        match http::call(RATES, &()).parameter("base", "EUR").header("accept", "application/json").await {
            Ok(rates) => {
                s3::put_object(KEPT, "latest.json", &rates).await?;
                (rates, true)
            }
            Err(CallError::TooManyRequests(_) | CallError::ServiceUnavailable(_) | CallError::Socket(_)) => {
                (s3::get_object(KEPT, "latest.json").await?, false)
            }
            Err(other) => return Err(other.into()),
        };
    let rate =
        *rates.rates.get(&currency).ok_or(RateError::UnknownCurrency { currency: currency.clone() })?;
    let converted = (f64::from(cents) * rate).round() / 100.0;
    Ok((format!("{converted:>10.2} {currency}"), fresh))
}

#[tokio::test]
async fn money_is_converted() {
    // No service of this process answers for an endpoint, so each answer is made up.
    workflow_core::testing::agree(convert).inputs(40).faults().run().await;
}

// ---- children, started and awaited

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Chunk {
    index: usize,
    numbers: Vec<i64>,
}

#[task]
async fn crunch(number: i64) -> Answer<i64> {
    Ok(number % 97)
}

#[workflow]
pub async fn crunch_chunk(chunk: Chunk) -> Answer<i64> {
    let mut sum = 0;
    for number in chunk.numbers {
        sum += crunch(number).await?;
    }
    Ok(sum * (chunk.index as i64 + 1))
}

#[workflow]
pub async fn crunch_all(numbers: Vec<i64>, chunk_size: usize) -> Answer<(i64, usize)> {
    let size = chunk_size.max(2);
    let chunks: Vec<Chunk> = numbers
        .iter()
        .map(|n| n % 10_000)
        .collect::<Vec<_>>()
        .chunks(size)
        .enumerate()
        .map(|(index, numbers)| Chunk { index, numbers: numbers.to_vec() })
        .collect();
    let parent = execution().name();
    let results = map(&chunks, async |chunk| {
        crunch_chunk(chunk.clone()).start_sync().name(format!("{parent}-{}", chunk.index)).await
    })
    .max_concurrency(2)
    .await?;
    Ok((results.iter().sum(), chunks.len()))
}

#[tokio::test]
async fn children_crunch_numbers() {
    both_ways(crunch_all).await;
    let ran = Executor::test().agreeing().run(crunch_all(vec![1, 2, 3, 4, 5], 2)).await;
    assert_eq!(ran.output().unwrap(), (3 + 14 + 15, 3));
}

// ---- a cluster that is always taken down

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum ClusterError {
    #[error("step {step} failed: {reason}")]
    StepFailed { step: usize, reason: String },
    #[error("no capacity")]
    NoCapacity,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(retry(errors = [NoCapacity], interval_seconds = 30, max_attempts = 2))]
async fn start_cluster(nodes: u8) -> Result<String, ClusterError> {
    if nodes > 100 { Err(ClusterError::NoCapacity) } else { Ok(format!("c{nodes}")) }
}

#[task(timeout_seconds = 900)]
async fn run_step(cluster: &str, command: &str) -> Result<u32, ClusterError> {
    let _ = cluster;
    match command.split_once(' ') {
        Some(("fail", why)) => Err(ClusterError::StepFailed { step: 0, reason: why.to_owned() }),
        _ => Ok(command.len() as u32),
    }
}

#[task]
async fn stop_cluster(cluster: &str) -> Answer<()> {
    let _ = cluster;
    Ok(())
}

#[workflow]
pub async fn run_on_cluster(nodes: u8, commands: Vec<String>) -> Result<Vec<u32>, ClusterError> {
    let cluster = start_cluster(nodes).await?;
    defer! { stop_cluster(&cluster).await?; }
    sleep(Duration::from_secs(5)).await;
    let mut sizes = Vec::new();
    for (step, command) in commands.iter().enumerate().filter(|(_, command)| !command.is_empty()) {
        let size = run_step(&cluster, command).await.map_err(|error| match error {
            ClusterError::StepFailed { reason, .. } => ClusterError::StepFailed { step: step + 1, reason },
            other => other,
        })?;
        sizes.push(size);
    }
    Ok(sizes)
}

#[tokio::test]
async fn a_cluster_is_taken_down() {
    both_ways(run_on_cluster).await;
    let ran = Executor::test().agreeing().run(run_on_cluster(3, vec!["ls".into(), "fail now".into()])).await;
    assert_eq!(ran.error().unwrap().to_string(), "step 2 failed: now");
    assert_eq!(ran.calls(stop_cluster).len(), 1);
}

// ---- an approval by several people, one after the other, each with a deadline and a deputy

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
pub enum Reply {
    Flag(bool),
    Words { approved: bool, comment: String },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Approver {
    name: String,
    deputy: Option<String>,
}

#[task]
async fn ask_for_approval(token: TaskToken, name: &str, subject: &str) -> Answer<Pending<Reply>> {
    let _ = (name, subject);
    Ok(token.pending())
}

#[pure]
impl Reply {
    fn approved(&self) -> bool {
        match *self {
            Reply::Flag(approved) | Reply::Words { approved, .. } => approved,
        }
    }

    fn comment(&self) -> Option<&str> {
        match self {
            Reply::Words { comment, .. } if !comment.is_empty() => Some(comment),
            _ => None,
        }
    }
}

#[workflow]
pub async fn approvals(subject: String, approvers: Vec<Approver>) -> Answer<Result<Vec<String>, String>> {
    let mut comments = Vec::new();
    for Approver { name, deputy } in &approvers {
        let reply = match ask_for_approval(name, &subject).timeout(Duration::from_secs(3600)).await {
            Ok(reply) => reply,
            Err(PlatformError::Timeout(_)) if deputy.is_some() => {
                let deputy = deputy.as_deref().unwrap_or_default();
                ask_for_approval(deputy, &subject).timeout(Duration::from_secs(7200)).await?
            }
            Err(other) => return Err(other),
        };
        if let Some(comment) = reply.comment() {
            comments.push(format!("{name}: {comment}"));
        }
        if !reply.approved() {
            return Ok(Err(name.clone()));
        }
    }
    Ok(Ok(comments))
}

#[tokio::test]
async fn people_approve_in_turn() {
    both_ways(approvals).await;
    let executor = Executor::test().agreeing().mock(
        ask_for_approval,
        Mock::sequence([
            Mock::value(Reply::Words { approved: true, comment: "fine".into() }),
            Mock::hangs(),
            Mock::value(Reply::Flag(false)),
        ]),
    );
    let approver = |name: &str| Approver { name: name.into(), deputy: Some("d".into()) };
    let ran = executor.run(approvals("trip".into(), vec![approver("a"), approver("b")])).await;
    assert_eq!(ran.output().unwrap(), Err("b".to_owned()));
    assert_eq!(ran.elapsed(), Duration::from_secs(3600));
}
