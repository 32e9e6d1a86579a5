//! Actions of AWS services: what a Task state asks for, and what the services in memory answer.

use workflow_core::services::{
    JsonText,
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
    let executor = Executor::test();
    executor.run(stores_once(row("o-1"))).await.output().unwrap();
    let again = executor.run(stores_once(row("o-1"))).await;
    assert_eq!(again.error(), Some(StoreError::Known { id: "o-1".into() }));
    assert_eq!(executor.run(loads("o-1".into())).await.output().unwrap(), row("o-1"));
    let missing = executor.run(loads("o-2".into())).await;
    assert_eq!(missing.error(), Some(StoreError::Unknown { id: "o-2".into() }));
}
