//! What durable engines show first: queues, reminders, signups, drips, agents.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a priority queue that starts so many at once

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct QueueItem {
    id: String,
    priority: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Cause {
    Done,
    Push { item: QueueItem },
    Drop { id: String },
}

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Queue {
    items: Vec<QueueItem>,
    in_flight: usize,
}

const MAX_IN_FLIGHT: usize = 2;

#[pure]
fn next_index(items: &[QueueItem]) -> Option<usize> {
    items.iter().enumerate().min_by_key(|(_, item)| item.priority).map(|(index, _)| index)
}

#[task]
async fn wake(id: &str) -> Answer<()> {
    let _ = id;
    Ok(())
}

#[workflow]
pub async fn run_queue(causes: Vec<Cause>) -> Answer<(Vec<String>, Queue)> {
    let mut queue = Queue::default();
    let mut woken = Vec::new();
    for cause in causes {
        match cause {
            Cause::Done => queue.in_flight = queue.in_flight.saturating_sub(1),
            Cause::Push { item } => queue.items.push(item),
            Cause::Drop { id } => match queue.items.iter().position(|item| item.id == id) {
                Some(index) => {
                    queue.items.remove(index);
                }
                None => queue.in_flight = queue.in_flight.saturating_sub(1),
            },
        }
        while queue.in_flight < MAX_IN_FLIGHT {
            let Some(index) = next_index(&queue.items) else { break };
            let item = queue.items.swap_remove(index);
            queue.in_flight += 1;
            wake(&item.id).await?;
            woken.push(item.id);
        }
    }
    Ok((woken, queue))
}

#[tokio::test]
async fn the_queue_ticks() {
    both_ways(run_queue).await;
    let push = |id: &str, priority| Cause::Push { item: QueueItem { id: id.into(), priority } };
    let causes = vec![
        push("a", 3),
        push("b", 1),
        push("c", 5),
        push("d", 4),
        Cause::Done,
        Cause::Drop { id: "c".into() },
    ];
    let (woken, queue) = Executor::test().agreeing().run(run_queue(causes)).await.output().unwrap();
    assert_eq!((woken.join(""), queue.items.len()), ("abd".to_string(), 0));
}

// ---- a payment that is reminded of, and then given to support

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentStatus {
    Pending,
    Paid,
    Failed,
    FailedEscalated,
}

#[task]
async fn payment_status(customer: &str, reminders: u32) -> Answer<PaymentStatus> {
    Ok(if customer.len() as u32 <= reminders { PaymentStatus::Paid } else { PaymentStatus::Failed })
}

#[task]
async fn email(to: &str, text: &str) -> Answer<()> {
    let _ = (to, text);
    Ok(())
}

const MAX_REMINDERS: u32 = 3;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[workflow]
pub async fn remind_payment(customer: String) -> Answer<PaymentStatus> {
    let mut reminders = 0;
    let mut status = PaymentStatus::Pending;
    while status != PaymentStatus::Paid {
        if reminders >= MAX_REMINDERS {
            email("support@shop", &format!("{customer} does not pay")).await?;
            status = PaymentStatus::FailedEscalated;
            break;
        }
        let days = MAX_REMINDERS - reminders;
        let plural = if days == 1 { "" } else { "s" };
        email(&customer, &format!("Please pay within {days} day{plural}.")).await?;
        reminders += 1;
        sleep(DAY).await;
        status = payment_status(&customer, reminders).await?;
    }
    Ok(status)
}

#[tokio::test]
async fn who_does_not_pay_is_reminded() {
    both_ways(remind_payment).await;
    let ran = Executor::test().agreeing().run(remind_payment("ab".into())).await;
    assert_eq!((ran.output().unwrap(), ran.elapsed()), (PaymentStatus::Paid, DAY * 2));
}

// ---- a sign-up whose address is verified by a secret

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Data)]
pub struct NewUser {
    name: String,
    email: String,
    #[serde(default)]
    referrer: Option<Box<NewUser>>,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum SignupError {
    #[error("{0} is taken")]
    Taken(String),
    #[error("the link was not followed in time")]
    LinkExpired,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn create_user(user: &NewUser) -> Result<u64, SignupError> {
    if user.name == "root" { Err(SignupError::Taken(user.name.clone())) } else { Ok(user.name.len() as u64) }
}

#[task]
async fn delete_user(id: u64) -> Result<(), SignupError> {
    let _ = id;
    Ok(())
}

#[task(timeout_seconds = 86_400)]
async fn click(token: TaskToken, address: &str, secret: &str) -> Result<Pending<String>, SignupError> {
    let _ = (address, secret);
    Ok(token.pending())
}

#[workflow]
pub async fn verify_signup(user: NewUser) -> Result<bool, SignupError> {
    let id = create_user(&user).await?;
    let secret = uuid().await;
    let clicked = match click(&user.email, &secret).await {
        Ok(clicked) => clicked,
        Err(SignupError::Platform(error)) if matches!(error, PlatformError::Timeout(_)) => {
            delete_user(id).await?;
            return Err(SignupError::LinkExpired);
        }
        Err(error) => {
            delete_user(id).await?;
            return Err(error);
        }
    };
    if clicked != secret {
        delete_user(id).await?;
        return Ok(false);
    }
    if let Some(NewUser { name, email: address, .. }) = user.referrer.as_deref() {
        email(address, &format!("{name}, thank you for {}", user.name)).await?;
    }
    Ok(true)
}

#[tokio::test]
async fn a_link_is_followed() {
    both_ways(verify_signup).await;
}

// ---- mails over days, which depend on what was done meanwhile

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
pub enum Step {
    Welcome,
    FirstPost,
    Invite,
    Upgrade,
}

#[derive(Clone, Serialize, Data)]
struct Mail {
    step: Step,
    after_days: u32,
    subject: &'static str,
}

const CAMPAIGN: [Mail; 4] = [
    Mail { step: Step::Welcome, after_days: 0, subject: "Welcome" },
    Mail { step: Step::FirstPost, after_days: 1, subject: "Your first post" },
    Mail { step: Step::Invite, after_days: 2, subject: "Bring a friend" },
    Mail { step: Step::Upgrade, after_days: 7, subject: "More for you" },
];

#[task]
async fn done_so_far(user: &str) -> Answer<Vec<Step>> {
    Ok(if user.starts_with('p') { vec![Step::FirstPost] } else { vec![] })
}

#[workflow]
pub async fn drip(user: String, language: Option<String>) -> Answer<Vec<String>> {
    let mut sent = vec![];
    for Mail { step, after_days, subject } in CAMPAIGN {
        if after_days > 0 {
            sleep(DAY * after_days).await;
        }
        let done = done_so_far(&user).await?;
        if done.contains(&step) {
            continue;
        }
        let subject = match language.as_deref() {
            Some("de") if step == Step::Welcome => "Willkommen".to_string(),
            Some(other) if other != "en" => format!("[{other}] {subject}"),
            _ => subject.to_string(),
        };
        email(&user, &subject).await?;
        sent.push(subject);
    }
    Ok(sent)
}

#[tokio::test]
async fn mails_drip() {
    both_ways(drip).await;
    let ran = Executor::test().agreeing().run(drip("paul".into(), Some("de".into()))).await;
    assert_eq!(ran.output().unwrap(), ["Willkommen", "[de] Bring a friend", "[de] More for you"]);
    assert_eq!(ran.elapsed(), DAY * 10);
}

// ---- a widget that is reserved, paid for in time, else put back

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
#[repr(u8)]
pub enum OrderStatus {
    Pending = 0,
    Dispatched = 1,
    Paid = 2,
    Cancelled = 255,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum ShopError {
    #[error("sold out")]
    SoldOut,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn take_from_stock(product: u32) -> Result<(), ShopError> {
    if product == 0 { Err(ShopError::SoldOut) } else { Ok(()) }
}

#[task]
async fn put_back(product: u32) -> Result<(), ShopError> {
    let _ = product;
    Ok(())
}

#[task]
async fn update_order(order: &str, status: OrderStatus) -> Result<(), ShopError> {
    let _ = (order, status);
    Ok(())
}

#[task(timeout_seconds = 60)]
async fn payment(token: TaskToken, order: &str) -> Result<Pending<String>, ShopError> {
    let _ = order;
    Ok(token.pending())
}

#[workflow]
pub async fn checkout(product: u32) -> Result<(String, OrderStatus), ShopError> {
    let order = uuid().await;
    let mut status = OrderStatus::Pending;
    update_order(&order, status).await?;
    if let Err(error) = take_from_stock(product).await {
        update_order(&order, OrderStatus::Cancelled).await?;
        return match error {
            ShopError::SoldOut => Ok((order, OrderStatus::Cancelled)),
            other => Err(other),
        };
    }
    status = match payment(&order).await.as_deref() {
        Ok("paid") => OrderStatus::Paid,
        Ok(_) | Err(_) => {
            put_back(product).await?;
            OrderStatus::Cancelled
        }
    };
    update_order(&order, status).await?;
    if status == OrderStatus::Paid {
        for _ in 0..3 {
            sleep(Duration::from_secs(1)).await;
        }
        status = OrderStatus::Dispatched;
        update_order(&order, status).await?;
    }
    Ok((order, status))
}

#[tokio::test]
async fn what_is_not_paid_for_is_put_back() {
    both_ways(checkout).await;
}

// ---- an agent that calls tools until it has an answer

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "role", rename_all = "lowercase")]
pub enum Message {
    System { content: String },
    User { content: String },
    Assistant { content: Option<String>, tool_calls: Vec<ToolCall> },
    Tool { id: u32, content: String },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct ToolCall {
    id: u32,
    name: String,
    arguments: BTreeMap<String, String>,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum AgentError {
    #[error("no answer after {turns} turns")]
    TooManyTurns { turns: usize },
    #[error("there is no tool {name}")]
    UnknownTool { name: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(timeout_seconds = 120, retry(errors = [TIMEOUT], max_attempts = 2))]
async fn complete(messages: &[Message]) -> Result<Message, AgentError> {
    let asked = messages.iter().filter(|m| matches!(m, Message::Tool { .. })).count();
    Ok(if asked < 2 {
        let name = if asked == 0 { "weather" } else { "search" }.to_string();
        let call =
            ToolCall { id: asked as u32, name, arguments: BTreeMap::from([("q".into(), "Ulm".into())]) };
        Message::Assistant { content: None, tool_calls: vec![call] }
    } else {
        Message::Assistant { content: Some("sunny".into()), tool_calls: vec![] }
    })
}

#[task]
async fn weather(place: &str) -> Result<String, AgentError> {
    Ok(format!("17° in {place}"))
}

#[task]
async fn search(query: &str) -> Result<String, AgentError> {
    Ok(format!("no hits for {query}"))
}

#[workflow]
pub async fn agent(question: String) -> Result<(String, usize), AgentError> {
    let mut messages = vec![
        Message::System { content: "Be brief.".into() },
        Message::User { content: question.trim().to_owned() },
    ];
    for _turn in 0..4 {
        let reply = complete(&messages).await?;
        messages.push(reply.clone());
        let Message::Assistant { content, tool_calls } = reply else { continue };
        if tool_calls.is_empty() {
            return Ok((content.unwrap_or_default(), messages.len()));
        }
        let answers = map(tool_calls, async |ToolCall { id, name, arguments }| {
            let query = arguments.get("q").map(String::as_str).unwrap_or_default();
            let content = match name.as_str() {
                "weather" => weather(query).await.unwrap_or_else(|error| format!("failed: {error}")),
                "search" => search(query).await?,
                _ => return Err(AgentError::UnknownTool { name }),
            };
            Ok(Message::Tool { id, content })
        })
        .await?;
        messages.extend(answers);
    }
    Err(AgentError::TooManyTurns {
        turns: messages.iter().filter(|m| matches!(m, Message::Assistant { .. })).count(),
    })
}

#[tokio::test]
async fn an_agent_answers() {
    both_ways(agent).await;
    let ran = Executor::test().agreeing().run(agent(" How warm? ".into())).await;
    assert_eq!(ran.output().unwrap(), ("sunny".to_string(), 7));
}

// ---- documents in chunks that overlap, embedded in batches

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Chunk {
    document: String,
    index: usize,
    text: String,
}

#[task]
async fn read_document(name: &str) -> Answer<String> {
    Ok(format!("{name} has a text that is long enough to be cut into several pieces"))
}

#[task(retry(errors = [ALL], max_attempts = 3, interval_seconds = 1, backoff_rate = 2.0))]
async fn embed(texts: Vec<String>) -> Answer<Vec<f64>> {
    Ok(texts.iter().map(|t| t.len() as f64 / 100.0).collect())
}

const SIZE: usize = 24;
const OVERLAP: usize = 8;

#[pure]
fn chunked(document: &str, text: &str) -> Vec<Chunk> {
    let letters: Vec<char> = text.chars().collect();
    (0..letters.len())
        .step_by(SIZE - OVERLAP)
        .enumerate()
        .map(|(index, start)| {
            let end = (start + SIZE).min(letters.len());
            Chunk { document: document.to_string(), index, text: letters[start..end].iter().collect() }
        })
        .collect()
}

#[workflow]
pub async fn ingest(names: Vec<String>) -> Answer<Vec<(String, f64)>> {
    let chunks: Vec<Chunk> = map(names, async |name| {
        let text = read_document(&name).await?;
        Ok(chunked(&name, &text))
    })
    .max_concurrency(5)
    .await?
    .into_iter()
    .flatten()
    .collect();
    let mut scored = Vec::with_capacity(chunks.len());
    for batch in chunks.chunks(3) {
        let vectors = embed(batch.iter().map(|chunk| chunk.text.clone()).collect()).await?;
        scored.extend(
            batch
                .iter()
                .zip(vectors)
                .map(|(chunk, score)| (format!("{}#{}", chunk.document, chunk.index), score)),
        );
    }
    scored.sort_by(|(_, a), (_, b)| b.partial_cmp(a).unwrap());
    Ok(scored)
}

#[tokio::test]
async fn documents_are_cut_and_embedded() {
    both_ways(ingest).await;
    let ran = Executor::test().agreeing().run(ingest(vec!["d".into()])).await;
    assert_eq!(ran.output().unwrap().len(), 4);
}
