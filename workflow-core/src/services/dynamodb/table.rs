//! Tables as a workflow declares them.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Serialize, Serializer};

use crate::data::{Data, Shape};

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

impl<T, K> Clone for Table<T, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, K> Copy for Table<T, K> {}

impl<T, K> fmt::Debug for Table<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.schema.fmt(f)
    }
}

impl<T, K> Serialize for Table<T, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.schema.serialize(serializer)
    }
}

#[diagnostic::do_not_recommend]
impl<T, K> Data for Table<T, K> {
    type Owned = Self;
    fn shape() -> Shape {
        Shape::Any
    }
}
