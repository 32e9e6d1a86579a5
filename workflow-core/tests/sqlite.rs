//! The services in a file: what one executor did, another finds.

use serde::{Deserialize, Serialize};
use workflow_core::{
    prelude::*,
    services::{
        Sqlite,
        dynamodb::{self, Table},
        eventbridge::{self, Event},
        s3::{self, Bucket},
        sns::{self, Topic},
        sqs::{self, Queue},
    },
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Order {
    id: String,
    cents: u32,
}

const ORDERS: Table<Order> = Table::new("Orders", "id");
const UPDATES: Topic<Order> = Topic::new("Updates");
const JOBS: Queue<Order> = Queue::new("Jobs.fifo");
const TOLD: Event<Order> = Event::new("shop", "Told");
const COPIES: Bucket<Order> = Bucket::new("copies");

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum StoreError {
    #[error(transparent)]
    Write(#[from] dynamodb::WriteError),
    #[error(transparent)]
    Publish(#[from] sns::PublishError),
    #[error(transparent)]
    Send(#[from] sqs::SendMessageError),
    #[error(transparent)]
    Events(#[from] eventbridge::PutEventsError),
    #[error(transparent)]
    Object(#[from] s3::ObjectError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn store(order: Order) -> Result<Order, StoreError> {
    dynamodb::put_item(ORDERS, &order).if_absent().await?;
    let stored =
        dynamodb::update_item(ORDERS, &order.id, "SET cents = cents + :more").value("more", &1).await?;
    sns::publish(UPDATES, &stored).await?;
    sqs::send_message(JOBS, &stored).group("all").deduplication_id("one").await?;
    eventbridge::put_event(TOLD, &stored).await?;
    s3::put_object(COPIES, &stored.id, &stored).await?;
    let copy = s3::get_object(COPIES, &stored.id).await?;
    Ok(copy)
}

#[workflow]
async fn cancel(id: String) -> Result<Option<Order>, dynamodb::DeleteItemError> {
    dynamodb::delete_item(ORDERS, &id).if_exists().await
}

#[tokio::test]
async fn what_one_executor_did_another_finds() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("shop.sqlite");
    let executor = || Executor::test().service(Sqlite::open(&path).unwrap());
    let order = |id: &str| Order { id: id.to_owned(), cents: 4 };

    let stored = executor().run(store(order("o-1"))).await.output().unwrap();
    assert_eq!(stored, Order { id: "o-1".to_owned(), cents: 5 });
    executor().run(store(order("o-2"))).await.output().unwrap();
    let again = executor().run(store(order("o-1"))).await;
    assert_eq!(again.outcome().error.as_deref(), Some("DynamoDB.ConditionalCheckFailedException"));

    let file = Sqlite::open(&path).unwrap();
    let ids: Vec<serde_json::Value> =
        file.items("Orders").unwrap().into_iter().map(|item| item["id"]["S"].clone()).collect();
    assert_eq!(ids, ["o-1", "o-2"]);
    assert_eq!(file.messages("sns").unwrap().len(), 2);
    // The second message has the deduplication id of the first, a moment later.
    assert_eq!(file.messages("sqs").unwrap().len(), 1);

    let gone = executor().run(cancel("o-1".to_owned())).await.output().unwrap();
    assert_eq!(gone, Some(stored));
    let outcome = executor().run(cancel("o-1".to_owned())).await;
    assert_eq!(outcome.outcome().error.as_deref(), Some("DynamoDB.ConditionalCheckFailedException"));
    assert_eq!(file.items("Orders").unwrap().len(), 1);
}

#[test]
fn what_is_no_file_of_services_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("text.sqlite");
    std::fs::write(&path, "no database, but long enough to be taken for one by nobody").unwrap();
    assert!(Sqlite::open(&path).unwrap_err().to_string().starts_with("the services' file: "));
}
