//! AWS services that a workflow calls without a Lambda function in between.
//!
//! Each module is one service: what its things are (`Table`, `Topic`, ..), which actions a workflow may
//! await, and a store in memory that answers in process as the service would. An action is written
//! once for both readings, over a [`Reading`]: the same lines make the JSON that a service receives
//! in process and the `Arguments` of the Task state.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use workflow_core::{prelude::*, services::{dynamodb::{self, Table}, sns::{self, Topic}}};
//!
//! #[derive(Serialize, Deserialize, Data)]
//! struct Order { id: String, cents: u32 }
//!
//! const ORDERS: Table<Order> = Table::new("Orders", "id");
//! const UPDATES: Topic<Order> = Topic::new("OrderUpdates");
//!
//! #[derive(Debug, thiserror::Error, WorkflowError)]
//! enum StoreError {
//!     #[error("the order {id} is known already")]
//!     Known { id: String },
//!     #[error(transparent)]
//!     Put(#[from] dynamodb::PutItemError),
//!     #[error(transparent)]
//!     Publish(#[from] sns::PublishError),
//!     #[error(transparent)]
//!     Platform(#[from] PlatformError),
//! }
//!
//! #[workflow]
//! async fn store(order: Order) -> Result<String, StoreError> {
//!     match dynamodb::put_item(ORDERS, &order).if_absent().await {
//!         Ok(()) => {}
//!         Err(dynamodb::PutItemError::ConditionalCheckFailed(_)) => {
//!             return Err(StoreError::Known { id: order.id });
//!         }
//!         Err(error) => return Err(error.into()),
//!     }
//!     sns::publish(UPDATES, &order).await?;
//!     Ok(order.id)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let executor = Executor::test();
//! let order = || Order { id: "o-1".to_owned(), cents: 250 };
//! assert_eq!(executor.run(store(order())).await.output().unwrap(), "o-1");
//! let again = executor.run(store(order())).await;
//! assert_eq!(again.outcome().error.as_deref(), Some("Known"));
//! # }
//! ```

mod action;
#[cfg(any(
    feature = "aws-dynamodb",
    feature = "aws-eventbridge",
    feature = "aws-lambda",
    feature = "aws-s3",
    feature = "aws-sfn",
    feature = "aws-sns",
    feature = "aws-sqs"
))]
pub mod aws;
pub mod dynamodb;
mod errors;
pub mod eventbridge;
mod handle;
pub mod http;
mod json_text;
mod messages;
mod reading;
mod registry;
pub mod s3;
pub mod sns;
#[cfg(feature = "sqlite")]
mod sqlite;
pub mod sqs;
mod token;

pub use action::{Action, Operation};
#[doc(hidden)]
pub use action::{lower_resource, result_of_resource};
pub(crate) use errors::service_errors;
pub(crate) use handle::handle;
pub use json_text::JsonText;
pub use reading::Reading;
pub use registry::{Answering, Request, Service};
pub(crate) use registry::{Services, refusal, sdk_refusal};
#[cfg(feature = "sqlite")]
pub use sqlite::{Sqlite, SqliteError};
pub use token::{Ask, Asked, Asking};
