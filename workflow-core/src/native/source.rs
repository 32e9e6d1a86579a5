//! What a distributed Map runs over, in process: lists, and what is read from S3.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::{
    error::{Failure, PlatformError},
    history::Text,
    native::{Context, NoAnswer, attempt::InFlight, context::Stop},
    resource::Resource,
    s3_source::{Delimiter, Format, S3Source},
    time::Timestamp,
};

/// What a distributed Map can run over.
#[diagnostic::on_unimplemented(
    message = "a distributed Map cannot run over `{Self}`",
    label = "neither a list nor a source in S3",
    note = "run over a list (`&orders`) or a source: `s3_source::json_lines::<Order>(&bucket, &key)`"
)]
pub trait Source: Sized {
    /// What a child execution is given.
    type Item;

    /// What has to be read first; nothing for a list.
    #[doc(hidden)]
    fn to_be_read(&self) -> Option<Reader>;

    /// The elements. `read` is what the reader gave.
    #[doc(hidden)]
    fn load(self, read: Vec<Value>) -> Vec<Loaded<Self::Item>>;
}

/// What a child execution is given, as a value and as text.
#[derive(Debug)]
pub struct Loaded<T> {
    /// The value, or why the text is none.
    pub(super) value: Result<T, String>,
    pub(super) input: Text,
    /// How many elements it stands for.
    pub(super) elements: u64,
}

/// What is read from S3.
#[derive(Debug)]
pub struct Reader {
    format: Format,
    bucket: String,
    key: String,
    max_items: Option<u32>,
}

#[diagnostic::do_not_recommend]
impl<I: IntoIterator> Source for I
where
    I::Item: Serialize,
{
    type Item = I::Item;

    fn to_be_read(&self) -> Option<Reader> {
        None
    }

    fn load(self, _: Vec<Value>) -> Vec<Loaded<I::Item>> {
        let loaded = self.into_iter().map(|item| match Text::json(&item) {
            Ok(input) => Loaded { value: Ok(item), input, elements: 1 },
            Err(error) => Loaded { value: Err(error.to_string()), input: Text::Static("null"), elements: 1 },
        });
        loaded.collect()
    }
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned, F> Source for S3Source<T, F> {
    type Item = T;

    fn to_be_read(&self) -> Option<Reader> {
        let Self { format, bucket, key, max_items, .. } = self;
        let (format, bucket, key) = (format.clone(), bucket.clone(), key.clone());
        Some(Reader { format, bucket, key, max_items: *max_items })
    }

    fn load(self, read: Vec<Value>) -> Vec<Loaded<T>> {
        let loaded = read.into_iter().map(|item| {
            let input = Text::from(item.to_string());
            let value = serde_json::from_value(item).map_err(|error| error.to_string());
            Loaded { value, input, elements: 1 }
        });
        loaded.collect()
    }
}

/// A source whose elements come together.
#[derive(Clone, Debug)]
pub struct Batches<S> {
    source: S,
    size: usize,
}

/// Puts the elements of a source together, up to so many at once.
pub fn batches<S: Source>(source: S, size: u32) -> Batches<S> {
    Batches { source, size: usize::try_from(size).unwrap_or(usize::MAX).max(1) }
}

/// What is run over.
pub fn source<S: Source>(source: S) -> S {
    source
}

#[diagnostic::do_not_recommend]
impl<S: Source> Source for Batches<S> {
    type Item = Vec<S::Item>;

    fn to_be_read(&self) -> Option<Reader> {
        self.source.to_be_read()
    }

    fn load(self, read: Vec<Value>) -> Vec<Loaded<Vec<S::Item>>> {
        let mut elements = self.source.load(read).into_iter().peekable();
        let mut batches = Vec::new();
        while elements.peek().is_some() {
            let batch: Vec<_> = elements.by_ref().take(self.size).collect();
            let texts: Vec<&str> = batch.iter().map(|element| &*element.input).collect();
            let input = Text::from(format!("{{\"Items\":[{}]}}", texts.join(",")));
            let elements = batch.iter().map(|element| element.elements).sum();
            let value = batch.into_iter().map(|element| element.value).collect();
            batches.push(Loaded { value, input, elements });
        }
        batches
    }
}

/// Why nothing was read.
enum Unread {
    Failed(String),
    Abort(Stop),
}

impl From<String> for Unread {
    fn from(cause: String) -> Self {
        Self::Failed(cause)
    }
}

/// What was read, for the run to be repeated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Readings {
    /// The texts of objects, by bucket and key.
    pub(crate) objects: Vec<(String, String, Text)>,
    /// What was listed, by bucket and prefix.
    pub(crate) listings: Vec<(String, String, Vec<Value>)>,
}

impl Context {
    /// Reads the elements of a source.
    pub(super) async fn read(&self, reader: &Reader, readings: &mut Readings) -> Result<Vec<Value>, Failure> {
        let limit = match reader.max_items {
            None | Some(0) => usize::MAX,
            Some(items) => usize::try_from(items).unwrap_or(usize::MAX),
        };
        match self.read_items(reader, limit, readings).await {
            Ok(mut items) => {
                items.truncate(limit);
                Ok(items)
            }
            Err(Unread::Failed(cause)) => {
                Err(Failure::new(PlatformError::ITEM_READER_FAILED.as_str(), cause))
            }
            Err(Unread::Abort(stop)) => self.stop(stop).await,
        }
    }

    async fn read_items(
        &self,
        reader: &Reader,
        limit: usize,
        readings: &mut Readings,
    ) -> Result<Vec<Value>, Unread> {
        let Reader { format, bucket, key, .. } = reader;
        Ok(match format {
            Format::Json => match parsed(&self.object(bucket, key, readings).await?)? {
                Value::Array(items) => items,
                _ => return Err(Unread::Failed("Attempting to map over non-iterable node.".to_owned())),
            },
            Format::JsonLines => {
                let text = self.object(bucket, key, readings).await?;
                let lines = text.lines().filter(|line| !line.trim().is_empty()).take(limit);
                lines.map(parsed).collect::<Result<_, _>>()?
            }
            Format::Csv { headers, delimiter } => {
                let headers =
                    headers.as_ref().map(|names| names.iter().map(|name| (*name).to_owned()).collect());
                rows(&self.object(bucket, key, readings).await?, headers, *delimiter, limit)?
            }
            Format::Manifest => {
                let manifest = self.object(bucket, key, readings).await?;
                self.inventory(&manifest, limit, readings).await?
            }
            Format::Objects => {
                let listed = self.objects(bucket, key, limit).await?;
                readings.listings.push((bucket.clone(), key.clone(), listed.clone()));
                listed
            }
        })
    }

    /// Asks S3, while virtual time stands still.
    pub(super) async fn ask_s3(&self, action: &'static str, arguments: &Value) -> Result<Value, NoAnswer> {
        let _waiting = InFlight::new(&self.shared);
        let arguments = Text::from(arguments.to_string());
        let answer = self.ask(Resource::new("aws-sdk:s3", action), &arguments, None).await?;
        Ok(serde_json::from_str(&answer).unwrap_or_default())
    }

    async fn s3(&self, action: &'static str, arguments: Value) -> Result<Value, Unread> {
        self.ask_s3(action, &arguments).await.map_err(|none| match none {
            NoAnswer::Failed(failure) => Unread::Failed(failure.cause),
            NoAnswer::Abort(error) => Unread::Abort(Stop::Abort(error)),
        })
    }

    async fn object(&self, bucket: &str, key: &str, readings: &mut Readings) -> Result<Text, Unread> {
        let mut answer = self.s3("getObject", json!({ "Bucket": bucket, "Key": key })).await?;
        match answer.get_mut("Body").map(Value::take) {
            Some(Value::String(text)) => {
                let text = Text::from(text);
                readings.objects.push((bucket.to_owned(), key.to_owned(), text.clone()));
                Ok(text)
            }
            _ => Err(Unread::Failed(format!("The object {key} of the bucket {bucket} has no text."))),
        }
    }

    /// The rows of the files that a manifest names.
    async fn inventory(
        &self,
        manifest: &str,
        limit: usize,
        readings: &mut Readings,
    ) -> Result<Vec<Value>, Unread> {
        let manifest: Manifest = serde_json::from_str(manifest)
            .map_err(|error| format!("The manifest is none of an S3 inventory: {error}"))?;
        if manifest.file_format != "CSV" {
            return Err(Unread::Failed(format!(
                "The inventory has the format {}; only CSV can be read.",
                manifest.file_format
            )));
        }
        let bucket = manifest.destination_bucket.rsplit(':').next().unwrap_or_default();
        let headers: Vec<String> =
            manifest.file_schema.split(',').map(|column| column.trim().to_owned()).collect();
        let mut items = Vec::new();
        for file in &manifest.files {
            if items.len() >= limit {
                break;
            }
            let text = self.object(bucket, &file.key, readings).await?;
            items.extend(rows(&text, Some(headers.clone()), Delimiter::Comma, limit - items.len())?);
        }
        Ok(items)
    }

    /// The objects of a bucket, page by page.
    async fn objects(&self, bucket: &str, prefix: &str, limit: usize) -> Result<Vec<Value>, Unread> {
        let mut items = Vec::new();
        let mut arguments = json!({ "Bucket": bucket, "Prefix": prefix });
        loop {
            let mut page = self.s3("listObjectsV2", arguments.clone()).await?;
            let contents = match page.get_mut("Contents").map(Value::take) {
                Some(Value::Array(contents)) => contents,
                _ => Vec::new(),
            };
            items.extend(contents.iter().map(listed));
            match page.get_mut("NextContinuationToken").map(Value::take) {
                Some(token @ Value::String(_)) if items.len() < limit => {
                    arguments["ContinuationToken"] = token;
                }
                _ => return Ok(items),
            }
        }
    }
}

/// The manifest of an S3 inventory.
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html>)
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    destination_bucket: String,
    file_format: String,
    file_schema: String,
    files: Vec<ManifestFile>,
}

#[derive(Deserialize)]
struct ManifestFile {
    key: String,
}

/// An object as a child execution is given it: seconds instead of a date, and `Etag`.
fn listed(object: &Value) -> Value {
    let seconds = match &object["LastModified"] {
        Value::String(time) => match time.parse::<Timestamp>() {
            Ok(time) => json!(time.as_millis().div_euclid(1000)),
            Err(_) => Value::Null,
        },
        other => other.clone(),
    };
    json!({
        "Etag": object["ETag"],
        "Key": object["Key"],
        "LastModified": seconds,
        "Size": object["Size"],
        "StorageClass": object["StorageClass"],
    })
}

fn parsed(text: &str) -> Result<Value, Unread> {
    serde_json::from_str(text).map_err(|error| Unread::Failed(format!("What was read is no JSON: {error}")))
}

/// The rows of comma-separated values, up to `limit` of them.
fn rows(
    text: &str,
    headers: Option<Vec<String>>,
    delimiter: Delimiter,
    limit: usize,
) -> Result<Vec<Value>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.byte())
        .from_reader(text.as_bytes());
    let mut records = reader.records().map(|record| {
        record.map_err(|error| format!("What was read are no comma-separated values: {error}"))
    });
    let headers = match headers {
        Some(headers) => headers,
        None => match records.next() {
            Some(first) => first?.iter().map(str::to_owned).collect(),
            None => return Ok(Vec::new()),
        },
    };
    let row = |record: Result<csv::StringRecord, String>| {
        let record = record?;
        let value = |place| Value::from(record.get(place).unwrap_or_default());
        let fields = headers.iter().enumerate().map(|(place, header)| (header.clone(), value(place)));
        Ok(Value::Object(fields.collect::<Map<_, _>>()))
    };
    records.take(limit).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str, headers: Option<&[&str]>) -> Value {
        let headers = headers.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        Value::Array(rows(text, headers, Delimiter::Comma, usize::MAX).unwrap())
    }

    // What Step Functions made of the same texts.
    const TEXT: &str =
        "Value1,Value2,Value3\nValue4,Value5,Value6\n,,,\ntrue,1,'HelloWorld'\nNull,None,\n   \n";

    #[test]
    fn values_past_the_headers_are_cut_and_missing_ones_are_empty() {
        assert_eq!(
            csv(TEXT, Some(&["H1", "H2", "H3"])),
            json!([
                {"H1": "Value1", "H2": "Value2", "H3": "Value3"},
                {"H1": "Value4", "H2": "Value5", "H3": "Value6"},
                {"H1": "", "H2": "", "H3": ""},
                {"H1": "true", "H2": "1", "H3": "'HelloWorld'"},
                {"H1": "Null", "H2": "None", "H3": ""},
                {"H1": "   ", "H2": "", "H3": ""},
            ])
        );
        assert_eq!(
            csv(TEXT, Some(&["H1"])),
            json!([{"H1": "Value1"}, {"H1": "Value4"}, {"H1": ""}, {"H1": "true"}, {"H1": "Null"}, {"H1": "   "}])
        );
    }

    #[test]
    fn the_first_row_has_the_keys() {
        let text = "\u{feff}a,b\n1,\"x,\"\"y\"\"\"\n";
        assert_eq!(csv(text, None), json!([{"a": "1", "b": "x,\"y\""}]));
        assert_eq!(csv("", None), json!([]));
        assert_eq!(csv("a,b\n", None), json!([]));
    }

    #[test]
    fn a_batch_holds_what_its_elements_hold() {
        let loaded = batches(vec![1, 2, 3], 2).load(Vec::new());
        let inputs: Vec<(&str, u64)> = loaded.iter().map(|batch| (&*batch.input, batch.elements)).collect();
        assert_eq!(inputs, [("{\"Items\":[1,2]}", 2), ("{\"Items\":[3]}", 1)]);
        assert_eq!(loaded[1].value, Ok(vec![3]));
    }
}
