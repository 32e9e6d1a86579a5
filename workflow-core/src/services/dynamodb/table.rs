//! Tables as a workflow declares them.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::services::handle;

/// A table of items of type `T`, whose key is a `K`: the partition key's value, or a pair of it and
/// the sort key's.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use workflow_core::{Data, services::dynamodb::Table};
///
/// #[derive(Serialize, Deserialize, Data)]
/// #[serde(rename_all = "PascalCase")]
/// struct Reading { device: String, at: u64, value: f64 }
///
/// const READINGS: Table<Reading, (String, u64)> = Table::with_sort_key("Readings", "Device", "At");
/// ```
pub struct Table<T, K = String> {
    schema: Schema,
    of: PhantomData<fn() -> (T, K)>,
}

/// The name of a table, and of the attributes that are its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Schema {
    pub(crate) table: &'static str,
    pub(crate) partition: &'static str,
    pub(crate) sort: Option<&'static str>,
}

/// The same, as it crosses to a service.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OwnedSchema {
    pub(crate) table: String,
    pub(crate) partition: String,
    pub(crate) sort: Option<String>,
}

impl<T, K> Table<T, K> {
    /// A table whose key is one attribute.
    pub const fn new(name: &'static str, partition_key: &'static str) -> Self {
        Self { schema: Schema { table: name, partition: partition_key, sort: None }, of: PhantomData }
    }

    /// The name of the table.
    pub const fn name(&self) -> &'static str {
        self.schema.table
    }

    pub(crate) fn schema(&self) -> Schema {
        self.schema
    }
}

impl<T, K> Table<T, K> {
    /// A secondary index of this table by one attribute.
    pub const fn index<P>(self, name: &'static str, partition_key: &'static str) -> Index<T, P> {
        let by = By { name, partition: partition_key, sort: None };
        Index { schema: IndexSchema { table: self.schema, index: by }, of: PhantomData }
    }

    /// A secondary index of this table by two attributes.
    pub const fn index_with_sort_key<P>(
        self,
        name: &'static str,
        partition_key: &'static str,
        sort_key: &'static str,
    ) -> Index<T, P> {
        let by = By { name, partition: partition_key, sort: Some(sort_key) };
        Index { schema: IndexSchema { table: self.schema, index: by }, of: PhantomData }
    }
}

/// A secondary index of a table, whose partition key is a `P`.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use workflow_core::{Data, services::dynamodb::{Index, Table}};
///
/// #[derive(Serialize, Deserialize, Data)]
/// struct Order { id: String, customer: String }
///
/// const ORDERS: Table<Order> = Table::new("Orders", "id");
/// const BY_CUSTOMER: Index<Order, String> = ORDERS.index("ByCustomer", "customer");
/// ```
pub struct Index<T, P> {
    schema: IndexSchema,
    of: PhantomData<fn(P) -> T>,
}

/// An index, beside the table that it is one of.
#[derive(Clone, Copy, Debug, Serialize)]
struct IndexSchema {
    #[serde(flatten)]
    table: Schema,
    index: By,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct By {
    name: &'static str,
    partition: &'static str,
    sort: Option<&'static str>,
}

handle!(Index<T, P>, |index| index.schema);

impl<T, P, S> Table<T, (P, S)> {
    /// A table whose key is two attributes.
    pub const fn with_sort_key(
        name: &'static str,
        partition_key: &'static str,
        sort_key: &'static str,
    ) -> Self {
        let schema = Schema { table: name, partition: partition_key, sort: Some(sort_key) };
        Self { schema, of: PhantomData }
    }
}

handle!(Table<T, K>, |table| table.schema);
