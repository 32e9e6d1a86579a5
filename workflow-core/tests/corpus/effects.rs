//! Time, chance, other workflows, keys, services.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use workflow_core::{
    prelude::*,
    services::{
        dynamodb::{self, Table},
        sns::{self, Topic},
        sqs::{self, Queue},
    },
};

use crate::program;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Booking {
    booking_id: String,
    guests: u32,
    created: Timestamp,
    state: BookingState,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "name", rename_all = "lowercase")]
pub enum BookingState {
    Held { until: Timestamp },
    Confirmed,
    Dropped,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum BookingError {
    #[error("booked already: {id}")]
    Duplicate { id: String },
    #[error("full")]
    Full,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum StoreError {
    #[error("booked already: {id}")]
    Duplicate { id: String },
    #[error(transparent)]
    Put(#[from] dynamodb::PutItemError),
    #[error(transparent)]
    Publish(#[from] sns::PublishError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn pay(key: IdempotencyKey, guests: u32) -> Result<String, BookingError> {
    if guests > 8 { Err(BookingError::Full) } else { Ok(format!("{key}")) }
}

#[task]
async fn tell(text: String) -> Result<u32, PlatformError> {
    Ok(text.len() as u32)
}

/// Drawn, timed, kept.
#[workflow]
pub async fn hold(guests: u32, hold_seconds: u64) -> Result<Booking, BookingError> {
    let booking_id = uuid().await;
    let created = now().await;
    let until = created + TimeSpan::from_secs(hold_seconds);
    let mut booking = Booking { booking_id, guests, created, state: BookingState::Held { until } };
    match pay(guests).await {
        Ok(_) => booking.state = BookingState::Confirmed,
        Err(BookingError::Full) => {
            sleep_until(until).await;
            booking.state = BookingState::Dropped;
        }
        Err(error) => return Err(error),
    }
    let when = now().await;
    if when > until {
        tell(format!("{} is late", booking.booking_id)).await?;
    } else {
        tell(format!("{} in time", booking.booking_id)).await?;
    }
    Ok(booking)
}

program!(a_hold: hold [pay, tell] (2, 600), (9, 600), (2, 0), (9, 0));

#[workflow]
pub async fn payment(order: String, cents: u32) -> Result<String, BookingError> {
    if cents == 0 {
        return Err(BookingError::Duplicate { id: order });
    }
    let id = pay(cents % 10).await?;
    tell(format!("{order}: {cents}")).await?;
    Ok(id)
}

/// A child in place, in a loop, with its errors matched.
#[workflow]
pub async fn children(orders: Vec<(String, u32)>) -> Result<(Vec<String>, u32), BookingError> {
    let mut ids = vec![];
    let mut duplicates = 0;
    for (order, cents) in orders {
        match payment(order, cents).await {
            Ok(id) => ids.push(id),
            Err(BookingError::Duplicate { .. }) => duplicates += 1,
            Err(BookingError::Full) => break,
            Err(error) => return Err(error),
        }
    }
    Ok((ids, duplicates))
}

program!(orders_are_children: children [pay, tell]
    (vec![("a".into(), 1), ("b".into(), 0), ("c".into(), 2), ("d".into(), 9), ("e".into(), 1)]), (vec![]),
);

/// Executions of their own.
#[workflow]
pub async fn spawned(order: String, cents: u32) -> Result<String, BookingError> {
    let paid = payment(order.clone(), cents).start_sync().await;
    match paid {
        Ok(id) => Ok(id),
        Err(BookingError::Duplicate { id }) => Ok(format!("{id} again")),
        Err(error) => Err(error),
    }
}

program!(orders_are_executions: spawned [] ("a".into(), 1), ("a".into(), 0), ("a".into(), 9));

/// Children side by side.
#[workflow]
pub async fn side_by_side(orders: Vec<String>) -> Result<Vec<String>, BookingError> {
    map(&orders, async |order| {
        let id = payment(order.clone(), 3).await?;
        Ok(id)
    })
    .await
}

program!(children_side_by_side: side_by_side [tell] (vec!["a".into(), "b".into()]), (vec![]));

/// Chance decides, within bounds.
#[workflow]
pub async fn canary(version: String, share: f64) -> Result<String, PlatformError> {
    let drawn = random().await;
    let route = if drawn < share { "canary" } else { "stable" };
    let number = tell(format!("{route} {version}")).await?;
    sleep(Duration::from_secs(u64::from(number))).await;
    Ok(route.to_string())
}

program!(a_canary: canary [tell] ("v1".into(), 0.5), ("v2".into(), 0.0), ("".into(), 1.0));

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Stored {
    id: String,
    guests: u32,
}

const BOOKINGS: Table<Stored> = Table::new("Bookings", "id");
const NEWS: Topic<Stored> = Topic::new("BookingNews");
const WORK: Queue<Stored> = Queue::new("Work");

/// A table, a topic, a queue.
#[workflow]
pub async fn stored(id: String, guests: u32) -> Result<Option<Stored>, StoreError> {
    let item = Stored { id: id.clone(), guests };
    match dynamodb::put_item(BOOKINGS, &item).if_absent().await {
        Ok(()) => {}
        Err(dynamodb::PutItemError::ConditionalCheckFailed(_)) => return Err(StoreError::Duplicate { id }),
        Err(error) => return Err(error.into()),
    }
    if guests > 2 {
        sns::publish(NEWS, &item).await?;
    } else if sqs::send_message(WORK, &item).await.is_err() {
        tell("the queue is down".to_string()).await?;
    }
    let Ok(found) = dynamodb::get_item(BOOKINGS, &id).await else {
        return Ok(None);
    };
    Ok(found)
}

program!(a_store: stored [tell] ("a".into(), 1), ("b".into(), 3));
program!(a_topic_that_is_gone: stored [tell]
    with workflow_core::Executor::test().service_fails("sns:publish", workflow_core::Failure::new("SNS.NotFoundException", "gone"));
    ("a".into(), 1), ("b".into(), 3)
);
program!(a_queue_that_is_gone: stored [tell]
    with workflow_core::Executor::test().service_fails("sqs:sendMessage", workflow_core::Failure::new("SQS.SqsException", "gone"));
    ("a".into(), 1), ("b".into(), 3)
);
