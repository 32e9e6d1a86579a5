//! Amazon S3.

use crate::{
    Failure,
    services::{Answering, Request, Service},
};
use aws_sdk_s3::{Client, primitives::ByteStream};
use serde_json::{Map, Value, json};

use super::failure::{Names, failure_of, unknown_action};

const NAMES: Names = Names {
    optimised: ("S3", "AmazonS3"),
    sdk: "S3",
    other: "S3Exception",
    codes: &["NoSuchKey", "NoSuchBucket", "InvalidObjectState"],
};

/// Amazon S3 through the AWS SDK: `putObject`, `getObject` and `listObjectsV2`, which a workflow awaits and a
/// [distributed Map](crate::distributed_map) reads its items with. Objects are text.
#[derive(Clone, Debug)]
pub struct S3 {
    client: Client,
}

impl S3 {
    /// A service that asks this client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    async fn answer(&self, request: Request) -> Result<Value, Failure> {
        let resource = request.resource;
        let text = |key: &str| request.argument(key).as_str().map(str::to_owned);
        macro_rules! sent {
            ($call:expr) => {
                $call.send().await.map_err(|error| failure_of!(aws_sdk_s3, NAMES, resource, error))?
            };
        }
        match resource.action() {
            "putObject" => {
                let body = match request.argument("Body") {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let call = self.client.put_object().set_bucket(text("Bucket")).set_key(text("Key"));
                let put = sent!(call.body(ByteStream::from(body.into_bytes())));
                Ok(given([
                    ("ETag", put.e_tag().map(Value::from)),
                    ("VersionId", put.version_id().map(Value::from)),
                ]))
            }
            "getObject" => {
                let found = sent!(self.client.get_object().set_bucket(text("Bucket")).set_key(text("Key")));
                let (tag, length) = (found.e_tag().map(Value::from), found.content_length().map(Value::from));
                let kind = found.content_type().map(Value::from);
                let unread = |cause: String| Failure::new("S3.SdkClientException", cause);
                let bytes = found.body.collect().await.map_err(|error| unread(error.to_string()))?;
                let body =
                    String::from_utf8(bytes.to_vec()).map_err(|_| unread("the object is no text".into()))?;
                let body = Some(Value::from(body));
                Ok(given([("Body", body), ("ContentLength", length), ("ContentType", kind), ("ETag", tag)]))
            }
            "listObjectsV2" => {
                let call =
                    self.client.list_objects_v2().set_bucket(text("Bucket")).set_prefix(text("Prefix"));
                let page = sent!(call.set_continuation_token(text("ContinuationToken")));
                let contents = page.contents().iter().map(|object| {
                    let modified = object.last_modified().map(|time| time.to_string().into());
                    let class = object.storage_class().map(|class| class.as_str().into());
                    given([
                        ("ETag", object.e_tag().map(Value::from)),
                        ("Key", object.key().map(Value::from)),
                        ("LastModified", modified),
                        ("Size", object.size().map(Value::from)),
                        ("StorageClass", class),
                    ])
                });
                let contents: Vec<Value> = contents.collect();
                let mut answer = json!({
                    "Contents": contents,
                    "IsTruncated": page.is_truncated().unwrap_or_default(),
                    "KeyCount": contents.len(),
                });
                if let Some(token) = page.next_continuation_token() {
                    answer["NextContinuationToken"] = token.into();
                }
                Ok(answer)
            }
            _ => Err(unknown_action(&NAMES, resource)),
        }
    }
}

/// An object of those that have a value.
fn given<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let entries = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(entries.collect::<Map<String, Value>>())
}

impl Service for S3 {
    fn clients(&self) -> &'static [&'static str] {
        &["s3"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(self.answer(request))
    }
}
