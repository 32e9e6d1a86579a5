//! The SDK's clients against a server on this machine.

#![expect(clippy::unwrap_used, reason = "tests say what they expect with `unwrap`, and so do their helpers")]

mod children;
mod events;
mod functions;
mod objects;
mod server;
mod workers;

use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use workflow_core::{
    prelude::*,
    services::{
        aws::{DynamoDb, Sns, Sqs},
        dynamodb::{self, Table},
        sns::{self, Topic},
        sqs::{self, Queue},
    },
};

use crate::server::{config, server};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Order {
    id: String,
    cents: u32,
}

const ORDERS: Table<Order> = Table::new("Orders", "id");
const UPDATES: Topic<Order> = Topic::new("Updates");
const JOBS: Queue<String> = Queue::new("Jobs");

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum StoreError {
    #[error(transparent)]
    Write(#[from] dynamodb::WriteError),
    #[error(transparent)]
    Get(#[from] dynamodb::GetItemError),
    #[error(transparent)]
    Publish(#[from] sns::PublishError),
    #[error(transparent)]
    Send(#[from] sqs::SendMessageError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn store(order: Order) -> Result<Option<Order>, StoreError> {
    dynamodb::put_item(ORDERS, &order).if_absent().no_transient_retries().await?;
    let stored = dynamodb::get_item(ORDERS, &order.id).no_transient_retries().await?;
    sns::publish(UPDATES, &order).no_transient_retries().await?;
    sqs::send_message(JOBS, &order.id).await?;
    Ok(stored)
}

fn executor(address: &str) -> Executor {
    let client = aws_sdk_dynamodb::Client::from_conf(config!(aws_sdk_dynamodb, address));
    let topics = aws_sdk_sns::Client::from_conf(config!(aws_sdk_sns, address));
    let queues = aws_sdk_sqs::Client::from_conf(config!(aws_sdk_sqs, address));
    Executor::new()
        .service(DynamoDb::new(client))
        .service(Sns::new(topics, "111122223333"))
        .service(Sqs::new(queues, "111122223333"))
}

fn order() -> Order {
    Order { id: "o-1".to_owned(), cents: 5 }
}

#[tokio::test]
async fn actions_reach_the_services_and_answers_come_back() {
    let published = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>";
    let (address, asked) = server(vec![
        (200, "{}"),
        (200, r#"{"Item":{"id":{"S":"o-1"},"cents":{"N":"5"}}}"#),
        (200, published),
        (200, r#"{"MessageId":"m-2"}"#),
    ])
    .await;
    let execution = executor(&address).run(store(order())).await;
    assert_eq!(execution.output().unwrap(), Some(order()));
    let asked = asked.lock().unwrap().clone();
    assert_eq!(
        asked[0].json(),
        serde_json::json!({
            "TableName": "Orders",
            "Item": { "id": { "S": "o-1" }, "cents": { "N": "5" } },
            "ConditionExpression": "attribute_not_exists(#id)",
            "ExpressionAttributeNames": { "#id": "id" },
        })
    );
    assert!(
        asked[2].body.contains("arn%3Aaws%3Asns%3Aeu-central-1%3A111122223333%3AUpdates"),
        "{:?}",
        asked[2]
    );
    assert!(
        asked[3].body.contains("https://sqs.eu-central-1.amazonaws.com/111122223333/Jobs"),
        "{:?}",
        asked[3]
    );
}

#[tokio::test]
async fn a_refusal_has_the_name_and_the_cause_that_step_functions_gives() {
    let refusal = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed"}"#;
    let (address, _) = server(vec![(400, refusal)]).await;
    let execution = executor(&address).run(store(order())).await;
    let outcome = execution.outcome();
    assert_eq!(outcome.error.as_deref(), Some("DynamoDB.ConditionalCheckFailedException"));
    assert_eq!(
        outcome.cause.as_deref(),
        Some(
            "The conditional request failed (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ConditionalCheckFailedException; Request ID: r-1; Proxy: null)"
        )
    );
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let execution = executor(&address).run(store(order())).await;
    assert_eq!(execution.outcome().error.as_deref(), Some("DynamoDB.SdkClientException"));
}
