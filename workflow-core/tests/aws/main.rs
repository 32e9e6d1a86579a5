//! The SDK's clients against a server on this machine, which notes what it is asked and answers from a list.

use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use workflow_core::{
    prelude::*,
    services::{
        aws::{DynamoDb, Sns, Sqs},
        dynamodb::{self, Table},
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

type Asked = Arc<Mutex<Vec<String>>>;

/// A server that gives these answers in order, each a status and a body.
async fn server(answers: Vec<(u16, &'static str)>) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("it is bound"));
    let asked = Asked::default();
    let notes = Arc::clone(&asked);
    let answers = Arc::new(Mutex::new(answers.into_iter()));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&notes), Arc::clone(&answers)));
        }
    });
    (address, asked)
}

async fn serve(
    mut stream: TcpStream,
    notes: Asked,
    answers: Arc<Mutex<std::vec::IntoIter<(u16, &'static str)>>>,
) {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let Ok(read) = stream.read(&mut buffer).await else { return };
        if read == 0 {
            return;
        }
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .filter_map(|line| {
                line.to_lowercase().strip_prefix("content-length:").map(|n| n.trim().to_owned())
            })
            .find_map(|length| length.parse::<usize>().ok())
            .unwrap_or(0);
        if body.len() < length {
            continue;
        }
        notes.lock().expect("nobody panicked").push(body.to_owned());
        bytes.clear();
        let (status, answer) = answers.lock().expect("nobody panicked").next().unwrap_or((500, "{}"));
        let response = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.0\r\nx-amzn-requestid: r-1\r\ncontent-length: {}\r\n\r\n{answer}",
            answer.len()
        );
        if stream.write_all(response.as_bytes()).await.is_err() {
            return;
        }
    }
}

macro_rules! config {
    ($sdk:ident, $address:expr) => {
        $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region($sdk::config::Region::new("eu-central-1"))
            .credentials_provider($sdk::config::Credentials::new("id", "secret", None, None, "test"))
            .retry_config($sdk::config::retry::RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url($address)
            .build()
    };
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
    let put: serde_json::Value = serde_json::from_str(&asked[0]).unwrap();
    assert_eq!(
        put,
        serde_json::json!({
            "TableName": "Orders",
            "Item": { "id": { "S": "o-1" }, "cents": { "N": "5" } },
            "ConditionExpression": "attribute_not_exists(#id)",
            "ExpressionAttributeNames": { "#id": "id" },
        })
    );
    assert!(asked[2].contains("arn%3Aaws%3Asns%3Aeu-central-1%3A111122223333%3AUpdates"), "{}", asked[2]);
    assert!(asked[3].contains("https://sqs.eu-central-1.amazonaws.com/111122223333/Jobs"), "{}", asked[3]);
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
