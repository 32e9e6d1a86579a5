//! Actions of AWS services: what a Task state asks for, and what the services in memory answer.

use workflow_core::services::{
    Answering, JsonText, Request, Service,
    dynamodb::{self, Page, Table},
    eventbridge::{self, Event},
    http::{self, Endpoint},
    s3::{self, Bucket},
    sns::{self, Topic},
    sqs::{self, Queue},
};

use super::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
struct Row {
    order_id: String,
    state: RowState,
    order_total: f64,
    pieces: u32,
    gift: bool,
    note: Option<String>,
    address: Address,
    tags: Vec<String>,
    items: JsonText<Vec<Item>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
enum RowState {
    Open,
    Paid,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Address {
    city: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Item {
    sku: String,
    pieces: u32,
}

const ROWS: Table<Row> = Table::new("Rows", "OrderId");

fn row(id: &str) -> Row {
    Row {
        order_id: id.to_owned(),
        state: RowState::Open,
        order_total: 12.5,
        pieces: 3,
        gift: true,
        note: None,
        address: Address { city: "Bern".to_owned() },
        tags: vec!["a".to_owned(), "b".to_owned()],
        items: JsonText(vec![Item { sku: "s-1".to_owned(), pieces: 3 }]),
    }
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum StoreError {
    #[error("the order {id} is known already")]
    Known { id: String },
    #[error("there is no order {id}")]
    Unknown { id: String },
    #[error(transparent)]
    Write(#[from] dynamodb::WriteError),
    #[error(transparent)]
    Get(#[from] dynamodb::GetItemError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn stores_once(row: Row) -> Result<(), StoreError> {
    match dynamodb::put_item(ROWS, &row).if_absent().no_transient_retries().await {
        Ok(()) => Ok(()),
        Err(dynamodb::WriteError::ConditionalCheckFailed(_)) => Err(StoreError::Known { id: row.order_id }),
        Err(error) => Err(error.into()),
    }
}

#[workflow]
async fn loads(id: String) -> Result<Row, StoreError> {
    let found = dynamodb::get_item(ROWS, &id).consistent().no_transient_retries().await?;
    let Some(row) = found else {
        return Err(StoreError::Unknown { id });
    };
    Ok(row)
}

#[tokio::test]
async fn an_item_is_put_once_and_got_again() {
    snapshot!(stores_once);
    snapshot!(loads);
    let executor = testing();
    executor.run(stores_once(row("o-1"))).await.output().unwrap();
    let again = executor.run(stores_once(row("o-1"))).await;
    assert_eq!(again.error(), Some(StoreError::Known { id: "o-1".into() }));
    assert_eq!(executor.run(loads("o-1".into())).await.output().unwrap(), row("o-1"));
    let missing = executor.run(loads("o-2".into())).await;
    assert_eq!(missing.error(), Some(StoreError::Unknown { id: "o-2".into() }));
}

const JOURNAL: Table<Entry, (String, u64)> = Table::with_sort_key("Journal", "Account", "At");

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    account: String,
    at: u64,
    cents: i64,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum JournalError {
    #[error(transparent)]
    Write(#[from] dynamodb::WriteError),
    #[error(transparent)]
    Query(#[from] dynamodb::QueryError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

/// Changes an entry, deletes another and gives what is left.
#[workflow]
async fn keeps_a_journal(account: String, cents: i64) -> Result<Page<Entry>, JournalError> {
    let first = dynamodb::update_item(
        JOURNAL,
        &(account.clone(), 1),
        "SET Cents = if_not_exists(Cents, :none) + :cents",
    )
    .value("none", &0_i64)
    .value("cents", &cents)
    .condition("attribute_not_exists(Cents) OR Cents < :limit")
    .value("limit", &1_000)
    .no_transient_retries()
    .await?;
    let gone =
        dynamodb::delete_item(JOURNAL, &(account.clone(), first.at + 1)).no_transient_retries().await?;
    if gone.is_none() {
        dynamodb::put_item(JOURNAL, &Entry { account: account.clone(), at: 3, cents: first.cents })
            .no_transient_retries()
            .await?;
    }
    let page = dynamodb::query(JOURNAL, &account)
        .filter("Cents > :none")
        .value("none", &0)
        .descending()
        .limit(10)
        .no_transient_retries()
        .await?;
    Ok(page)
}

fn entry(at: u64, cents: i64) -> Entry {
    Entry { account: "a-1".to_owned(), at, cents }
}

#[tokio::test]
async fn items_are_updated_deleted_and_queried() {
    snapshot!(keeps_a_journal);
    let tables = dynamodb::Memory::new();
    tables.put(JOURNAL, &entry(2, 7));
    let executor = testing().service(tables.clone());
    let page = executor.run(keeps_a_journal("a-1".into(), 600)).await.output().unwrap();
    assert_eq!(page, Page { items: vec![entry(1, 600)], more: false });
    let page = executor.run(keeps_a_journal("a-1".into(), 600)).await.output().unwrap();
    assert_eq!(page, Page { items: vec![entry(3, 1_200), entry(1, 1_200)], more: false });
    let refused = executor.run(keeps_a_journal("a-1".into(), 600)).await;
    let outcome = refused.outcome();
    assert_eq!(outcome.error.as_deref(), Some("DynamoDB.ConditionalCheckFailedException"));
    let cause = outcome.cause.as_deref().unwrap();
    assert!(
        cause.starts_with(
            "The conditional request failed (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ConditionalCheckFailedException; Request ID: "
        ) && cause.ends_with("; Proxy: null)"),
        "{cause}"
    );
    assert_eq!(tables.items(JOURNAL), [entry(1, 1_200), entry(3, 1_200)]);
}

const UPDATES: Topic<Item> = Topic::new("OrderUpdates");
const JOBS: Queue<Item> = Queue::new("Jobs.fifo");
const TOLD: Event<Item> = Event::new("shop", "ItemTold").on("orders");
const ITEMS: Bucket<Item> = Bucket::new("acme-items");
const QUOTES: Endpoint<Item, u32> = Endpoint::post("https://api.example.com/quotes", "${QuotesConnection}");

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum TellError {
    #[error(transparent)]
    Publish(#[from] sns::PublishError),
    #[error(transparent)]
    Send(#[from] sqs::SendMessageError),
    #[error(transparent)]
    Events(#[from] eventbridge::PutEventsError),
    #[error(transparent)]
    Object(#[from] s3::ObjectError),
    #[error(transparent)]
    Call(#[from] http::CallError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn tells_everybody(item: Item) -> Result<String, TellError> {
    let published = sns::publish(UPDATES, &item).subject("An item").await?;
    let sent = sqs::send_message(JOBS, &item).group("items").deduplication_id(&item.sku).await?;
    eventbridge::put_event(TOLD, &item).await?;
    let both = vec![item.clone(), item.clone()];
    eventbridge::put_events(TOLD, &both).await?;
    s3::put_object(ITEMS, &format!("items/{}", item.sku), &item).await?;
    let again = s3::get_object(ITEMS, &format!("items/{}", item.sku)).await?;
    let cents =
        http::call(QUOTES, &again).header("Accept", "application/json").parameter("sku", &item.sku).await?;
    if published.message_id == sent.message_id {
        return Ok(format!("{cents} and one id"));
    }
    Ok(format!("{cents} for {}", again.sku))
}

#[tokio::test]
async fn messages_events_objects_and_calls() {
    snapshot!(tells_everybody);
    let item = Item { sku: "s-1".to_owned(), pieces: 2 };
    let (topics, queues) = (sns::Memory::new(), sqs::Memory::new());
    let (events, objects) = (eventbridge::Memory::new(), s3::Memory::new());
    let executor = testing()
        .service(topics.clone())
        .service(queues.clone())
        .service(events.clone())
        .service(objects.clone())
        .mock(http::call::<Item, u32>, Mock::value(99));
    for _ in 0..2 {
        let execution = executor.run(tells_everybody(item.clone())).await;
        assert_eq!(execution.output().unwrap(), "99 for s-1");
    }
    assert_eq!(topics.published(UPDATES), [item.clone(), item.clone()]);
    assert_eq!(topics.all()[0].arguments["Subject"], "An item");
    // A FIFO queue takes what it has taken a moment ago for the same message.
    assert_eq!(queues.sent(JOBS), std::slice::from_ref(&item));
    assert_eq!(events.put(TOLD).len(), 6);
    assert_eq!(objects.keys("acme-items"), ["items/s-1"]);
    assert_eq!(objects.get(ITEMS, "items/s-1"), Some(item));
}

#[tokio::test]
async fn a_service_that_nobody_gave_is_named() {
    let item = Item { sku: "s-1".to_owned(), pieces: 2 };
    let execution = testing().run(tells_everybody(item)).await;
    assert_eq!(
        execution.output().unwrap_err().to_string(),
        "nothing answers for `http:invoke`; give the executor a service with `.service(..)`, or mock the task"
    );
}

#[tokio::test]
async fn the_history_shows_what_the_service_was_asked_and_answered() {
    let execution = testing().run(stores_once(row("o-1"))).await;
    let history = serde_json::to_value(execution.history()).unwrap();
    let details = &history[2]["taskScheduledEventDetails"];
    assert_eq!((&details["resourceType"], &details["resource"]), (&"dynamodb".into(), &"putItem".into()));
    let parameters: serde_json::Value =
        serde_json::from_str(details["parameters"].as_str().unwrap()).unwrap();
    assert_eq!(parameters["Item"]["Items"], serde_json::json!({ "S": r#"[{"sku":"s-1","pieces":3}]"# }));
    assert_eq!(history[4]["taskSucceededEventDetails"]["output"], "{}");
}

#[tokio::test]
async fn a_throttled_table_is_asked_again() {
    let throttled = || Mock::error(dynamodb::GetItemError::ProvisionedThroughputExceeded("slow down".into()));
    #[workflow]
    async fn looks(id: String) -> Result<bool, dynamodb::GetItemError> {
        let found = dynamodb::get_item(ROWS, &id).await?;
        Ok(found.is_some())
    }
    snapshot!(looks);
    let answers = [throttled(), throttled(), Mock::value(Some(row("o-1")))];
    let executor = testing().mock(dynamodb::get_item::<Row, String>, Mock::sequence(answers));
    let execution = executor.run(looks("o-1".into())).await;
    assert!(execution.output().unwrap());
    assert_eq!(execution.elapsed(), std::time::Duration::from_secs(3));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
struct Described {
    status: String,
    output: Option<String>,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum DescribeError {
    #[error("there is no such execution")]
    #[workflow(name = "Sfn.ExecutionDoesNotExistException")]
    Unknown,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(
    resource = "arn:aws:states:::aws-sdk:sfn:describeExecution",
    retry(errors = [TIMEOUT], max_attempts = 1),
    timeout_seconds = 5
)]
async fn describe_execution(execution_arn: &str, included_data: &str) -> Result<Described, DescribeError>;

#[task(resource = "arn:aws:states:::aws-sdk:sfn:stopExecution")]
async fn stop_execution(execution_arn: &str) -> Result<(), DescribeError>;

/// Stops an execution that runs.
#[workflow]
async fn stops(arn: String) -> Result<String, DescribeError> {
    let described = match describe_execution(&arn, "METADATA_ONLY").await {
        Ok(described) => described,
        Err(DescribeError::Unknown) => return Ok("unknown".to_string()),
        Err(error) => return Err(error),
    };
    if described.status == "RUNNING" {
        stop_execution(&arn).await?;
    }
    Ok(described.status)
}

/// A Step Functions that knows one execution.
struct OneExecution;

impl Service for OneExecution {
    fn clients(&self) -> &'static [&'static str] {
        &["sfn"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(async move {
            match (request.text("ExecutionArn"), request.resource.action()) {
                ("arn:1", "describeExecution") => {
                    Ok(serde_json::json!({ "Status": "RUNNING", "Name": "one" }))
                }
                ("arn:1", "stopExecution") => Ok(serde_json::json!({ "StopDate": request.now.as_millis() })),
                (arn, _) => Err(Failure::new(
                    "Sfn.ExecutionDoesNotExistException",
                    format!(
                        "Execution Does Not Exist: '{arn}' (Service: Sfn, Status Code: 400, Request ID: {})",
                        request.id()
                    ),
                )),
            }
        })
    }
}

#[tokio::test]
async fn any_action_of_the_sdk_is_a_function_without_a_body() {
    snapshot!(stops);
    let executor = crate::testing().service(OneExecution);
    let execution = executor.run(stops("arn:1".into())).await;
    assert_eq!(execution.output().unwrap(), "RUNNING");
    assert_eq!(execution.calls(stop_execution), [("arn:1".to_owned(),)]);
    assert_eq!(executor.run(stops("arn:2".into())).await.output().unwrap(), "unknown");
    let described = Described { status: "FAILED".into(), output: None };
    let mocked = executor.mock(describe_execution, Mock::value(described));
    assert_eq!(mocked.run(stops("arn:3".into())).await.output().unwrap(), "FAILED");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
struct Paid {
    order_id: String,
    order_total: f64,
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
struct CustomerOrder {
    order_id: String,
    state: String,
    order_total: f64,
    items: JsonText<Vec<Item>>,
}

const CUSTOMER_ORDERS: Table<CustomerOrder> = Table::new("CustomerOrders", "OrderId");
const ALL_UPDATES: Topic<Paid> = Topic::new("OrderUpdates");

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
enum RecordError {
    #[error(transparent)]
    Write(#[from] dynamodb::WriteError),
    #[error(transparent)]
    Publish(#[from] sns::PublishError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn records(paid: Paid) -> Result<bool, RecordError> {
    let order = CustomerOrder {
        order_id: paid.order_id.clone(),
        state: "PAYMENT_PROCESSED".to_string(),
        order_total: paid.order_total,
        items: JsonText(paid.items.clone()),
    };
    dynamodb::put_item(CUSTOMER_ORDERS, &order).no_transient_retries().await?;
    sns::publish(ALL_UPDATES, &paid).no_transient_retries().await?;
    Ok(paid.items.is_empty())
}

#[tokio::test]
async fn a_field_is_written_as_json_text() {
    snapshot!(records);
    let tables = dynamodb::Memory::new();
    let paid = Paid {
        order_id: "o-1".into(),
        order_total: 20.0,
        items: vec![Item { sku: "s-1".into(), pieces: 2 }],
    };
    crate::testing().service(tables.clone()).run(records(paid)).await.output().unwrap();
    assert_eq!(
        serde_json::Value::Object(tables.raw("CustomerOrders").remove(0)),
        serde_json::json!({
            "OrderId": { "S": "o-1" },
            "State": { "S": "PAYMENT_PROCESSED" },
            "OrderTotal": { "N": "20" },
            "Items": { "S": r#"[{"sku":"s-1","pieces":2}]"# },
        })
    );
}

#[tokio::test]
async fn an_action_fails_on_demand() {
    let gone = Failure::new("SNS.NotFoundException", "Topic does not exist");
    let item = Item { sku: "s-1".to_owned(), pieces: 2 };
    let execution = crate::testing().service_fails("sns:publish", gone).run(tells_everybody(item)).await;
    let error = TellError::Publish(sns::PublishError::NotFound("Topic does not exist".to_owned()));
    assert_eq!(execution.error(), Some(error));
}

const BY_DAY: dynamodb::Index<Entry, u64> = JOURNAL.index_with_sort_key("ByTime", "At", "Account");

#[workflow]
async fn lists(at: u64) -> Result<Vec<String>, dynamodb::QueryError> {
    let page = dynamodb::query_index(BY_DAY, &at).sort_key_begins_with("a-").no_transient_retries().await?;
    Ok(page.items.iter().map(|entry| entry.account.clone()).collect())
}

#[tokio::test]
async fn an_index_is_queried() {
    snapshot!(lists);
    let tables = dynamodb::Memory::new();
    for (account, at) in [("a-2", 7), ("b-1", 7), ("a-1", 7), ("a-3", 8)] {
        tables.put(JOURNAL, &Entry { account: account.to_owned(), at, cents: 1 });
    }
    let execution = crate::testing().service(tables).run(lists(7)).await;
    assert_eq!(execution.output().unwrap(), ["a-1", "a-2"]);
}

const WRONG_KEY: Table<Item> = Table::new("Items", "Id");

#[workflow]
async fn mistakes(item: Item, row: Row, text: String) -> Result<Row, StoreError> {
    dynamodb::put_item(WRONG_KEY, &item).await?;
    dynamodb::put_item(ROWS, &row).condition("State = :open AND").value("opne", "OPEN").await?;
    let row = dynamodb::update_item(ROWS, &row.order_id, &text).await?;
    Ok(row)
}

#[tokio::test]
async fn what_dynamodb_would_refuse_is_told_before_anything_is_emitted() {
    assert_eq!(
        <mistakes as workflow_core::Workflow>::definition().problems,
        [
            "the items of the table `Items` have no attribute `Id`, which is a part of its key",
            "the condition `State = :open AND` is not one that DynamoDB reads: an attribute is missing at the end",
            "nothing says what `:open` stands for; add `.value(\"open\", &..)`",
            "no expression mentions the value `:opne`",
            "an expression for DynamoDB is fixed when the state machine is written; put what varies into `.value(..)`",
        ]
    );
    let item = Item { sku: "s-1".to_owned(), pieces: 2 };
    let execution = Executor::test().run(mistakes(item, row("o-1"), "SET a = :a".to_owned())).await;
    assert_eq!(
        execution.outcome().cause.as_deref(),
        Some(
            "The arguments of the call in the state 'Put Item' cannot be written: the items of the table `Items` have no attribute `Id`, which is a part of its key"
        )
    );
}

/// A Lambda that has one function, which is not the one here.
struct Deployed;

impl Service for Deployed {
    fn clients(&self) -> &'static [&'static str] {
        &["lambda"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(async move {
            match request.text("FunctionName") {
                "AddFunction" => Ok(serde_json::json!({ "StatusCode": 200, "Payload": 100 })),
                name => Err(Failure::new(
                    "Lambda.ResourceNotFoundException",
                    format!("Function not found: {name}"),
                )),
            }
        })
    }
}

#[workflow]
async fn adds_and_sends(number: u32) -> Result<String, PlatformError> {
    let sum = add(number, 1).await?;
    match send(format!("{sum}")).await {
        Ok(text) => Ok(text),
        Err(error) => Ok(format!("{sum}, {}", error.name())),
    }
}

#[tokio::test]
async fn functions_that_are_deployed_answer_in_the_place_of_those_here() {
    let here = Executor::test().run(adds_and_sends(1)).await;
    assert_eq!(here.output().unwrap(), "2");
    let there = Executor::test().service(Deployed).run(adds_and_sends(1)).await;
    assert_eq!(there.output().unwrap(), "100, Lambda.ResourceNotFoundException");
}

#[workflow]
async fn read_from_text(order: CustomerOrder) -> (usize, String) {
    (order.items.0.len(), order.items.0[0].sku.clone())
}

#[tokio::test]
async fn a_field_of_json_text_is_read() {
    snapshot!(read_from_text);
    let order = CustomerOrder {
        order_id: "o-1".to_owned(),
        state: "NEW".to_owned(),
        order_total: 1.5,
        items: JsonText(vec![Item { sku: "s-1".to_owned(), pieces: 3 }]),
    };
    let output = Executor::test().agreeing().run(read_from_text(order)).await.output().unwrap();
    assert_eq!(output, (1, "s-1".to_owned()));
}
