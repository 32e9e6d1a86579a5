//! Amazon DynamoDB: items of a table, put, got, updated, deleted and queried.
//! (Step Functions Developer Guide, "Perform DynamoDB CRUD operations with Step Functions"; `query`:
//! "Learning to use AWS service SDK integrations in Step Functions")
//!
//! A table is declared once, with the type of its items and of its key. Items become attribute values
//! on the way out and values again on the way in, by their type: text is `S`, a number `N`, a `bool`
//! `BOOL`, a list `L`, a struct `M`, and `None` is `NULL` (or no attribute at all, when it is read). An enum
//! without fields is text. Anything else is written as text with [`JsonText`](super::JsonText).

mod attributes;
mod evaluate;
mod expression;
mod memory;
mod operations;
mod query;
mod request;
mod table;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{data::Data, services::service_errors, task::Call};

pub use memory::Memory;
#[cfg(feature = "sqlite")]
pub(crate) use memory::{Stored, missing_table};
pub use operations::{DeleteItem, GetItem, PutItem, UpdateItem};
pub use query::Query;
#[cfg(feature = "sqlite")]
pub(crate) use table::OwnedSchema;
pub use table::{Index, Table};

use super::Action;

/// What a table may hold: a struct with named fields that derives [`Data`].
#[diagnostic::on_unimplemented(
    message = "a table cannot hold a `{Self}`",
    label = "no item of a table",
    note = "derive it: `#[derive(Serialize, Deserialize, Data)]` on a struct with named fields"
)]
pub trait Item: Serialize + DeserializeOwned + Data<Owned = Self> + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Data<Owned = T> + Send + 'static> Item for T {}

/// The key of an item: text, a number, or a pair of them for a table with a sort key.
pub trait Key: Serialize + Data<Owned = Self> + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<K: Serialize + Data<Owned = K> + Send + 'static> Key for K {}

/// The items that one query found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, crate::Data)]
pub struct Page<T> {
    /// The items, by their sort key.
    pub items: Vec<T>,
    /// Whether there are more than the service gives at once (1 MB, or the limit).
    pub more: bool,
}

service_errors! {
    /// Why an item was not put, updated or deleted.
    WriteError {
        /// The condition does not hold.
        CONDITIONAL_CHECK_FAILED, ConditionalCheckFailed, "DynamoDB.ConditionalCheckFailedException";
        /// There is no such table.
        RESOURCE_NOT_FOUND, ResourceNotFound, "DynamoDB.ResourceNotFoundException";
        /// The table, or a partition of it, is asked too often.
        PROVISIONED_THROUGHPUT_EXCEEDED, ProvisionedThroughputExceeded, "DynamoDB.ProvisionedThroughputExceededException";
        /// The account asks too often.
        REQUEST_LIMIT_EXCEEDED, RequestLimitExceeded, "DynamoDB.RequestLimitExceededException";
        /// A transaction is about the same item.
        TRANSACTION_CONFLICT, TransactionConflict, "DynamoDB.TransactionConflictException";
        /// The items of a partition key are too large together.
        ITEM_COLLECTION_SIZE_LIMIT_EXCEEDED, ItemCollectionSizeLimitExceeded, "DynamoDB.ItemCollectionSizeLimitExceededException";
        /// DynamoDB failed.
        INTERNAL_SERVER_ERROR, InternalServerError, "DynamoDB.InternalServerErrorException";
        /// The request says something that is not possible.
        VALIDATION, Validation, "DynamoDB.AmazonDynamoDBException";
    }
}

/// Why an item was not put.
pub type PutItemError = WriteError;
/// Why an item was not updated.
pub type UpdateItemError = WriteError;
/// Why an item was not deleted.
pub type DeleteItemError = WriteError;

service_errors! {
    /// Why an item was not got.
    GetItemError {
        /// There is no such table.
        RESOURCE_NOT_FOUND, ResourceNotFound, "DynamoDB.ResourceNotFoundException";
        /// The table, or a partition of it, is asked too often.
        PROVISIONED_THROUGHPUT_EXCEEDED, ProvisionedThroughputExceeded, "DynamoDB.ProvisionedThroughputExceededException";
        /// The account asks too often.
        REQUEST_LIMIT_EXCEEDED, RequestLimitExceeded, "DynamoDB.RequestLimitExceededException";
        /// DynamoDB failed.
        INTERNAL_SERVER_ERROR, InternalServerError, "DynamoDB.InternalServerErrorException";
        /// The request says something that is not possible.
        VALIDATION, Validation, "DynamoDB.AmazonDynamoDBException";
    }
}

service_errors! {
    /// Why a table was not queried. The names are those of the AWS SDK integration.
    QueryError {
        /// There is no such table or index.
        RESOURCE_NOT_FOUND, ResourceNotFound, "DynamoDb.ResourceNotFoundException";
        /// The table, or a partition of it, is asked too often.
        PROVISIONED_THROUGHPUT_EXCEEDED, ProvisionedThroughputExceeded, "DynamoDb.ProvisionedThroughputExceededException";
        /// The account asks too often.
        REQUEST_LIMIT_EXCEEDED, RequestLimitExceeded, "DynamoDb.RequestLimitExceededException";
        /// DynamoDB failed.
        INTERNAL_SERVER_ERROR, InternalServerError, "DynamoDb.InternalServerErrorException";
        /// The request says something that is not possible.
        VALIDATION, Validation, "DynamoDb.DynamoDbException";
    }
}

/// Puts an item into a table; one with the same key is replaced.
///
/// [`if_absent`](Call::if_absent) and [`condition`](Call::condition) say when.
pub fn put_item<T: Item, K: Key>(table: Table<T, K>, item: &T) -> Call<Action<PutItem<T, K>>> {
    Call::action(vec![serde_json::to_value(table), serde_json::to_value(item)])
}

/// The item with this key, if there is one.
pub fn get_item<T: Item, K: Key>(table: Table<T, K>, key: &K) -> Call<Action<GetItem<T, K>>> {
    Call::action(vec![serde_json::to_value(table), serde_json::to_value(key)])
}

/// Updates the item with this key, which is made where there is none, and gives it as it is then.
///
/// `update` is an update expression: `"SET State = :state REMOVE Note"`, whose values are given with
/// [`value`](Call::value). Attributes need no placeholders, even where their name is a reserved word.
pub fn update_item<T: Item, K: Key>(
    table: Table<T, K>,
    key: &K,
    update: &str,
) -> Call<Action<UpdateItem<T, K>>> {
    Call::action(vec![serde_json::to_value(table), serde_json::to_value(key), Ok(update.into())])
}

/// Deletes the item with this key, and gives it, if there was one.
pub fn delete_item<T: Item, K: Key>(table: Table<T, K>, key: &K) -> Call<Action<DeleteItem<T, K>>> {
    Call::action(vec![serde_json::to_value(table), serde_json::to_value(key)])
}

/// The items with this partition key, by their sort key. One page of them: see [`Page::more`].
pub fn query<T: Item, P: Key, S: Key>(
    table: Table<T, (P, S)>,
    partition_key: &P,
) -> Call<Action<Query<T, P>>> {
    Call::action(vec![serde_json::to_value(table), serde_json::to_value(partition_key)])
}

/// The items that an index has under this partition key, by its sort key. One page of them: see
/// [`Page::more`]. The index holds all attributes (`ProjectionType: ALL`).
pub fn query_index<T: Item, P: Key>(index: Index<T, P>, partition_key: &P) -> Call<Action<Query<T, P>>> {
    Call::action(vec![serde_json::to_value(index), serde_json::to_value(partition_key)])
}

macro_rules! with_condition {
    ($($operation:ident),*) => {$(
        impl<T: Item, K: Key> Call<Action<$operation<T, K>>> {
            /// Only where this condition holds for the item that is there, such as `"Total < :limit"`; else
            /// the call fails with [`WriteError::ConditionalCheckFailed`]. Several must all hold.
            pub fn condition(self, condition: &str) -> Self {
                self.with("condition", vec![text(condition)])
            }

            /// What `:name` stands for in an expression.
            pub fn value<V: Serialize + Data + ?Sized>(self, name: &str, value: &V) -> Self {
                self.with("value", vec![text(name), (serde_json::to_value(value), V::shape())])
            }

            /// Only where there is an item with the key.
            pub fn if_exists(self) -> Self {
                self.with("if_exists", Vec::new())
            }
        }
    )*};
}

with_condition! { PutItem, UpdateItem, DeleteItem }

impl<T: Item, K: Key> Call<Action<PutItem<T, K>>> {
    /// Only where there is no item with the key yet.
    pub fn if_absent(self) -> Self {
        self.with("if_absent", Vec::new())
    }
}

impl<T: Item, K: Key> Call<Action<GetItem<T, K>>> {
    /// Reads what was written last, at twice the price.
    pub fn consistent(self) -> Self {
        self.with("consistent", Vec::new())
    }
}

impl<T: Item, P: Key> Call<Action<Query<T, P>>> {
    /// Only items whose sort key begins with this text.
    pub fn sort_key_begins_with(self, start: &str) -> Self {
        self.with("sort_key_begins_with", vec![text(start)])
    }

    /// Only items for which this condition holds. What is filtered out is read and paid for as well.
    pub fn filter(self, filter: &str) -> Self {
        self.with("filter", vec![text(filter)])
    }

    /// What `:name` stands for in the filter.
    pub fn value<V: Serialize + Data + ?Sized>(self, name: &str, value: &V) -> Self {
        self.with("value", vec![text(name), (serde_json::to_value(value), V::shape())])
    }

    /// The last first.
    pub fn descending(self) -> Self {
        self.with("descending", Vec::new())
    }

    /// Reads at most so many items.
    pub fn limit(self, items: u32) -> Self {
        self.with("limit", vec![(Ok(items.into()), u32::shape())])
    }
}

fn text(text: &str) -> (Result<serde_json::Value, serde_json::Error>, crate::data::Shape) {
    (Ok(text.into()), crate::data::Shape::Text)
}
