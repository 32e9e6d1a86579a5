//! What a [`distributed_map`](crate::distributed_map) reads from S3: the lines of a file, or the objects of a
//! bucket.
//!
//! A source stands where the map is called, and is read when it is awaited. Bucket and key may be variables.
//! In process the executor's S3 answers: [`services::s3::Memory`](crate::services::s3::Memory), unless it was
//! given another.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use workflow_core::{prelude::*, services::s3};
//!
//! #[derive(Serialize, Deserialize, Data)]
//! struct Row { sku: String, count: String }
//!
//! #[task]
//! async fn stock(sku: &str, count: &str) -> String {
//!     format!("{count} of {sku}")
//! }
//!
//! #[workflow]
//! async fn restock(key: String) -> Result<Vec<String>, PlatformError> {
//!     let stocked = distributed_map(
//!         s3_source::csv::<Row>("deliveries", &key).max_items(1_000),
//!         async |row| stock(&row.sku, &row.count).await,
//!     )
//!     .await?;
//!     Ok(stocked)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let s3 = s3::Memory::new();
//! s3.put(s3::Bucket::new("deliveries"), "monday.csv", &"sku,count\napple,3\npear,5\n".to_owned());
//! let execution = Executor::test().service(s3).run(restock("monday.csv".into())).await;
//! assert_eq!(execution.output().unwrap(), ["3 of apple", "5 of pear"]);
//! # }
//! ```
//!
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>)

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::{
    data::{Data, Shape},
    distributed::shape_of,
    resource::Resource,
};

/// Something in S3 whose parts are elements of type `T`. See the [module](self).
#[derive(Debug)]
#[must_use = "a source is read by `distributed_map`"]
pub struct S3Source<T, F = Other> {
    pub(crate) format: Format,
    pub(crate) bucket: String,
    /// The key of the object, or the prefix of all keys.
    pub(crate) key: String,
    pub(crate) max_items: Option<u32>,
    of: PhantomData<fn() -> (T, F)>,
}

// What is read need not be `Clone` itself.
impl<T, F> Clone for S3Source<T, F> {
    fn clone(&self) -> Self {
        let Self { format, bucket, key, max_items, of } = self;
        let (format, bucket, key) = (format.clone(), bucket.clone(), key.clone());
        Self { format, bucket, key, max_items: *max_items, of: *of }
    }
}

/// A source of comma-separated values.
#[derive(Clone, Copy, Debug)]
pub struct Csv;

/// A source of another format.
#[derive(Clone, Copy, Debug)]
pub struct Other;

/// How the elements stand in what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    JsonLines,
    Csv {
        /// Those of the columns; without, the first row has them.
        headers: Option<Vec<&'static str>>,
        delimiter: Delimiter,
    },
    Manifest,
    Objects,
}

impl Format {
    /// `ReaderConfig.InputType`
    pub(crate) fn input_type(&self) -> Option<&'static str> {
        match self {
            Self::Json => Some("JSON"),
            Self::JsonLines => Some("JSONL"),
            Self::Csv { .. } => Some("CSV"),
            Self::Manifest => Some("MANIFEST"),
            Self::Objects => None,
        }
    }

    /// What reads it on AWS.
    pub(crate) fn resource(&self) -> Resource {
        match self {
            Self::Objects => Resource::new("s3", "listObjectsV2"),
            _ => Resource::new("s3", "getObject"),
        }
    }
}

/// What stands between two values of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Delimiter {
    /// `,`
    #[default]
    Comma,
    /// `|`
    Pipe,
    /// `;`
    Semicolon,
    /// A space.
    Space,
    /// A tab.
    Tab,
}

impl Delimiter {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Pipe => b'|',
            Self::Semicolon => b';',
            Self::Space => b' ',
            Self::Tab => b'\t',
        }
    }
}

/// The elements of an object that is a JSON array.
pub fn json<T>(bucket: &str, key: &str) -> S3Source<T> {
    S3Source::new(Format::Json, bucket, key)
}

/// The lines of an object, of which each is a JSON value.
pub fn json_lines<T>(bucket: &str, key: &str) -> S3Source<T> {
    S3Source::new(Format::JsonLines, bucket, key)
}

/// The rows of comma-separated values. `T` is a struct of texts, or a `BTreeMap<String, String>`: the first row
/// has its keys, unless [`headers`](S3Source::headers) gives them. Values past the last key are cut off,
/// missing ones are empty.
pub fn csv<T>(bucket: &str, key: &str) -> S3Source<T, Csv> {
    S3Source::new(Format::Csv { headers: None, delimiter: Delimiter::Comma }, bucket, key)
}

/// The rows of the files that the manifest of an S3 inventory names. `T` is a struct of texts with the columns
/// of the inventory: `Bucket`, `Key`, and those that it was set up with. In process the files must not be
/// compressed.
pub fn manifest<T>(bucket: &str, key: &str) -> S3Source<T> {
    S3Source::new(Format::Manifest, bucket, key)
}

/// The objects of a bucket whose keys start with a prefix; what is known of each, not its content.
pub fn objects(bucket: &str, prefix: &str) -> S3Source<S3Object> {
    S3Source::new(Format::Objects, bucket, prefix)
}

impl<T, F> S3Source<T, F> {
    fn new(format: Format, bucket: &str, key: &str) -> Self {
        Self { format, bucket: bucket.to_owned(), key: key.to_owned(), max_items: None, of: PhantomData }
    }

    /// Reads so many elements at most (`MaxItems`); 0 is no bound.
    pub fn max_items(mut self, items: u32) -> Self {
        self.max_items = Some(items);
        self
    }
}

impl<T> S3Source<T, Csv> {
    /// The keys, for a file whose first row is data (`CSVHeaders`).
    pub fn headers<const N: usize>(mut self, names: [&'static str; N]) -> Self {
        if let Format::Csv { headers, .. } = &mut self.format {
            *headers = Some(names.to_vec());
        }
        self
    }

    /// What stands between two values (`CSVDelimiter`); a comma without a word.
    pub fn delimiter(mut self, with: Delimiter) -> Self {
        if let Format::Csv { delimiter, .. } = &mut self.format {
            *delimiter = with;
        }
        self
    }
}

/// An object of a bucket, as [`objects`] lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct S3Object {
    /// A hash of its content, in quotes.
    pub etag: String,
    /// Its key.
    pub key: String,
    /// When it was put, in seconds since 1970-01-01T00:00:00Z.
    pub last_modified: i64,
    /// How many bytes it has.
    pub size: u64,
    /// How it is stored, such as `STANDARD`.
    pub storage_class: String,
}

#[diagnostic::do_not_recommend]
impl Data for S3Object {
    type Owned = Self;
    fn shape() -> Shape {
        shape_of(
            "S3Object",
            &[
                ("etag", "Etag", String::shape),
                ("key", "Key", String::shape),
                ("last_modified", "LastModified", i64::shape),
                ("size", "Size", u64::shape),
                ("storage_class", "StorageClass", String::shape),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_has_the_keys_that_step_functions_writes() {
        let text =
            r#"{"Etag":"\"e\"","Key":"a/b","LastModified":1668699881,"Size":7,"StorageClass":"STANDARD"}"#;
        let object: S3Object = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&object).unwrap(), text);
    }
}
