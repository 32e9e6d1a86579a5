//! Tables, queues and topics: locks, versions, outboxes, idempotency.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use workflow_core::{
    prelude::*,
    services::{
        dynamodb::{self, GetItemError, Memory, Table, WriteError},
        sns::{self, PublishError},
        sqs::{self, Queue, SendMessageError},
    },
};

use crate::{Answer, both_ways};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Account {
    id: String,
    balance: i64,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    frozen: Option<bool>,
}

const ACCOUNTS: Table<Account> = Table::new("Accounts", "id");

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum AccountError {
    #[error("there is no account {0}")]
    Unknown(String),
    #[error("{id} has {balance}, and {wanted} are wanted")]
    Overdrawn { id: String, balance: i64, wanted: i64 },
    #[error("too many writers")]
    Contended,
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Read(#[from] GetItemError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

// ---- optimistic locking: read, change, write if the version is still the same

#[workflow]
pub async fn withdraw(id: String, amount: i64) -> Result<Account, AccountError> {
    for attempt in 0..3u64 {
        let account = dynamodb::get_item(ACCOUNTS, &id)
            .consistent()
            .await?
            .ok_or_else(|| AccountError::Unknown(id.clone()))?;
        if account.balance < amount {
            return Err(AccountError::Overdrawn { id, balance: account.balance, wanted: amount });
        }
        let changed =
            Account { balance: account.balance - amount, version: account.version + 1, ..account.clone() };
        match dynamodb::put_item(ACCOUNTS, &changed)
            .condition("version = :version")
            .value("version", &account.version)
            .await
        {
            Ok(_) => return Ok(changed),
            Err(WriteError::ConditionalCheckFailed(_)) => {
                sleep(Duration::from_secs(1 << attempt)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(AccountError::Contended)
}

#[tokio::test]
async fn a_withdrawal_counts_the_version_up() {
    both_ways(withdraw).await;
    let tables = Memory::new();
    tables.put(ACCOUNTS, &Account { id: "a".into(), balance: 10, version: 1, frozen: None });
    let ran = Executor::test().service(tables.clone()).run(withdraw("a".into(), 4)).await;
    assert_eq!((ran.output().unwrap().balance, tables.items(ACCOUNTS)[0].version), (6, 2));
}

// ---- an outbox: what is to be told is written with what it tells, then told, then struck off

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Message {
    id: String,
    topic: Topic,
    body: String,
    sent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
pub enum Topic {
    Orders,
    Audit,
}

const OUTBOX: Table<Message> = Table::new("Outbox", "id");
const ORDERS: sns::Topic<String> = sns::Topic::new("Orders");
const AUDIT: Queue<String> = Queue::new("Audit");

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum OutboxError {
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error(transparent)]
    Send(#[from] SendMessageError),
}

#[workflow]
pub async fn outbox(messages: Vec<Message>) -> Result<usize, OutboxError> {
    for message in &messages {
        match dynamodb::put_item(OUTBOX, message).if_absent().await {
            Ok(_) | Err(WriteError::ConditionalCheckFailed(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut sent = 0;
    for Message { id, topic, body, .. } in messages.iter().filter(|message| !message.sent) {
        match topic {
            Topic::Orders => {
                sns::publish(ORDERS, body).await?;
            }
            Topic::Audit => {
                sqs::send_message(AUDIT, body).await?;
            }
        }
        dynamodb::update_item(OUTBOX, id, "SET sent = :yes").value("yes", &true).await?;
        sent += 1;
    }
    Ok(sent)
}

#[tokio::test]
async fn each_message_is_sent_once() {
    both_ways(outbox).await;
}

// ---- idempotency by a key: the second request gets the first one's answer

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    key: String,
    status: RequestStatus,
    answer: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
pub enum RequestStatus {
    Started,
    Done,
}

const REQUESTS: Table<Request> = Table::new("Requests", "Key");

#[task]
async fn work(key: &str) -> Answer<String> {
    Ok(key.to_uppercase())
}

#[workflow]
pub async fn once(key: String) -> Result<(String, bool), AccountError> {
    let request = Request { key: key.clone(), status: RequestStatus::Started, answer: None };
    if let Err(error) = dynamodb::put_item(REQUESTS, &request).if_absent().await {
        if !matches!(error, WriteError::ConditionalCheckFailed(_)) {
            return Err(AccountError::Write(error));
        }
        let known = dynamodb::get_item(REQUESTS, &key).await?;
        if let Some(Request { status: RequestStatus::Done, answer: Some(answer), .. }) = known {
            return Ok((answer, false));
        }
    }
    let answer = work(&key).await?;
    let done = Request { status: RequestStatus::Done, answer: Some(answer.clone()), ..request };
    dynamodb::put_item(REQUESTS, &done).await?;
    Ok((answer, true))
}

#[tokio::test]
async fn the_second_request_gets_the_first_answer() {
    both_ways(once).await;
    let tables = Memory::new();
    let executor = Executor::test().service(tables);
    assert_eq!(executor.run(once("k".into())).await.output().unwrap(), ("K".to_string(), true));
    assert_eq!(executor.run(once("k".into())).await.output().unwrap(), ("K".to_string(), false));
}
