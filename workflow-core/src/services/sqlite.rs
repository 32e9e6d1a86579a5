//! The services in an SQLite file, so that what a workflow did outlives the process.
//!
//! What a request means is said once, by the stores in memory. Here as much of a store as a request is
//! about is read from the file, and what the request changed is written back, in one transaction.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde_json::{Map, Value};

use crate::{error::Failure, time::Timestamp};

use super::{
    Answering, Request, Service, dynamodb, eventbridge,
    messages::{Delivered, Messages, last_part},
    s3, sns, sqs,
};

const TABLES: &str = "
    create table if not exists dynamodb_tables (name text primary key, partition text not null, sort text);
    create table if not exists dynamodb_items (
        place integer primary key, name text not null, key text not null, item text not null, unique (name, key)
    );
    create table if not exists messages (
        place integer primary key, service text not null, target text not null, at integer not null,
        id text not null, arguments text not null
    );
    create index if not exists messages_by_target on messages (service, target, at);
    create table if not exists events (
        place integer primary key, id text not null, source text not null, detail_type text not null,
        bus text not null, detail text not null
    );
    create table if not exists objects (
        bucket text not null, key text not null, body text not null, modified integer not null,
        primary key (bucket, key)
    );
";

/// DynamoDB, SNS, SQS, EventBridge and S3 in one SQLite file.
///
/// They answer as the stores in memory do. The file may be open in several processes at once.
///
/// ```no_run
/// use workflow_core::{Executor, services::Sqlite};
///
/// let executor = Executor::new().service(Sqlite::open("shop.sqlite")?);
/// # Ok::<(), workflow_core::services::SqliteError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sqlite {
    connection: Arc<Mutex<Connection>>,
}

/// Why an SQLite file was not opened or read.
#[derive(Debug, thiserror::Error)]
pub enum SqliteError {
    /// SQLite refused.
    #[error("the services' file: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file holds what these services did not write.
    #[error("the services' file holds what is no JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl Sqlite {
    /// Opens a file, which is made where there is none.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened, or is no SQLite file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, SqliteError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.execute_batch(TABLES)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// The items of a DynamoDB table as attribute values, in the order in which they came.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn items(&self, table: &str) -> Result<Vec<Map<String, Value>>, SqliteError> {
        let mut connection = self.lock();
        items(&connection.transaction()?, table)
    }

    /// The messages that `sns` or `sqs` took, in order.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn messages(&self, service: &str) -> Result<Vec<Delivered>, SqliteError> {
        let connection = self.lock();
        let mut statement = connection
            .prepare("select target, id, arguments from messages where service = ? order by place")?;
        let rows = statement.query_map([service], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.map(|row| {
            let (to, message_id, arguments): (String, String, String) = row?;
            Ok(Delivered { to, message_id, arguments: serde_json::from_str(&arguments)? })
        })
        .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &Request) -> Result<Result<Value, Failure>, SqliteError> {
        let mut connection = self.lock();
        // Another process may not change between reading and writing what is read here.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let answer = match request.resource.client() {
            "dynamodb" => table(&transaction, request),
            "sns" => message(&transaction, request, last_part(request.text("TopicArn")), sns::answer),
            "sqs" => message(&transaction, request, last_part(request.text("QueueUrl")), sqs::answer),
            "s3" => object(&transaction, request),
            _ => event(&transaction, request),
        }?;
        transaction.commit()?;
        Ok(answer)
    }
}

impl Service for Sqlite {
    fn clients(&self) -> &'static [&'static str] {
        &["dynamodb", "sns", "sqs", "events", "eventbridge", "s3"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(async move {
            self.answer(&request).unwrap_or_else(|error| {
                // What a client says that does not reach its service.
                let prefix = match request.resource.client() {
                    "dynamodb" => "DynamoDb",
                    "sns" => "Sns",
                    "sqs" => "Sqs",
                    "s3" => "S3",
                    _ => "EventBridge",
                };
                Err(Failure::new(format!("{prefix}.SdkClientException"), error.to_string()))
            })
        })
    }
}

type Answer = Result<Result<Value, Failure>, SqliteError>;

fn items(transaction: &Transaction<'_>, table: &str) -> Result<Vec<Map<String, Value>>, SqliteError> {
    let mut statement =
        transaction.prepare("select item from dynamodb_items where name = ? order by place")?;
    let rows = statement.query_map([table], |row| row.get::<_, String>(0))?;
    rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect()
}

fn table(transaction: &Transaction<'_>, request: &Request) -> Answer {
    let name = request.text("TableName");
    if let Some(subject) = &request.subject
        && let Ok(dynamodb::OwnedSchema { table, partition, sort }) = serde_json::from_value(subject.clone())
    {
        transaction.execute(
            "insert into dynamodb_tables values (?, ?, ?) on conflict do nothing",
            params![table, partition, sort],
        )?;
    }
    let stored = transaction
        .query_row("select partition, sort from dynamodb_tables where name = ?", [name], |row| {
            Ok(dynamodb::Stored { partition: row.get(0)?, sort: row.get(1)?, items: Vec::new() })
        })
        .optional()?;
    let Some(mut stored) = stored else { return Ok(Err(dynamodb::missing_table(request))) };
    let Some(key) = stored.asked_key(request) else {
        stored.items = items(transaction, name)?;
        return Ok(stored.answer(request));
    };
    let key = Value::Object(key).to_string();
    let found: Option<String> = transaction
        .query_row("select item from dynamodb_items where name = ? and key = ?", [name, &key], |row| {
            row.get(0)
        })
        .optional()?;
    if let Some(found) = found {
        stored.items.push(serde_json::from_str(&found)?);
    }
    let answer = stored.answer(request);
    match stored.items.first() {
        Some(item) => transaction.execute(
            "insert into dynamodb_items (name, key, item) values (?, ?, ?)
             on conflict (name, key) do update set item = excluded.item",
            params![name, key, Value::Object(item.clone()).to_string()],
        )?,
        None => transaction.execute("delete from dynamodb_items where name = ? and key = ?", [name, &key])?,
    };
    Ok(answer)
}

fn message(
    transaction: &Transaction<'_>,
    request: &Request,
    target: &str,
    answer: fn(&Messages, &Request) -> Result<Value, Failure>,
) -> Answer {
    let service = request.resource.client();
    let now = request.now.as_millis();
    let oldest = now.saturating_sub(Messages::DEDUPLICATION_MILLIS);
    let mut known = Vec::new();
    let mut statement = transaction.prepare(
        "select at, id, arguments from messages where service = ? and target = ? and at > ? order by place",
    )?;
    let rows = statement.query_map(params![service, target, oldest], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    for row in rows {
        let (at, message_id, arguments) = row?;
        let arguments = serde_json::from_str(&arguments)?;
        known.push((at, Delivered { to: target.to_owned(), message_id, arguments }));
    }
    let before = known.len();
    let messages = Messages { all: Arc::new(Mutex::new(known)) };
    let answer = answer(&messages, request);
    for Delivered { to, message_id, arguments } in messages.all().split_off(before) {
        transaction.execute(
            "insert into messages (service, target, at, id, arguments) values (?, ?, ?, ?, ?)",
            params![service, to, now, message_id, arguments.to_string()],
        )?;
    }
    Ok(answer)
}

fn event(transaction: &Transaction<'_>, request: &Request) -> Answer {
    let events = eventbridge::Memory::new();
    let answer = events.answer(request);
    for put in events.all() {
        transaction.execute(
            "insert into events (id, source, detail_type, bus, detail) values (?, ?, ?, ?, ?)",
            params![put.event_id, put.source, put.detail_type, put.bus, put.detail.to_string()],
        )?;
    }
    Ok(answer)
}

fn object(transaction: &Transaction<'_>, request: &Request) -> Answer {
    let (bucket, key) = (request.text("Bucket"), request.text("Key"));
    let place = (bucket.to_owned(), key.to_owned());
    // A listing has no key, and sees them all.
    let mut statement = transaction
        .prepare("select key, body, modified from objects where bucket = ?1 and (key = ?2 or ?2 = '')")?;
    let known = statement
        .query_map([bucket, key], |row| {
            let (key, body, modified): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let modified = Timestamp::from_millis(modified);
            Ok(((bucket.to_owned(), key), s3::Object { body, modified }))
        })?
        .collect::<Result<BTreeMap<_, _>, _>>()?;
    let objects = s3::Memory { objects: Arc::new(Mutex::new(known)) };
    let answer = objects.answer(request);
    let after = objects.objects.lock().unwrap_or_else(PoisonError::into_inner).remove(&place);
    if let Some(after) = after {
        transaction.execute(
            "insert into objects values (?, ?, ?, ?)
             on conflict do update set body = excluded.body, modified = excluded.modified",
            params![bucket, key, after.body, after.modified.as_millis()],
        )?;
    }
    Ok(answer)
}
