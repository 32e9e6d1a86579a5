//! Amazon S3: objects of a bucket, put and got.
//! (Step Functions Developer Guide, "Learning to use AWS service SDK integrations in Step Functions")

use std::{
    collections::BTreeMap,
    marker::PhantomData,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, json};

use crate::{digest, error::Failure, resource::Resource, task::Call, time::Timestamp};

use super::{
    Action, Answering, Operation, Reading, Request, Service, handle,
    messages::{Message, text_of},
    reading::{Native, as_text, of_text},
    sdk_refusal, service_errors,
};

/// A bucket of objects of type `T`. Text is the object's content as it is, anything else as JSON text.
///
/// ```
/// use workflow_core::services::s3::Bucket;
///
/// const REPORTS: Bucket<Vec<u32>> = Bucket::new("acme-reports");
/// ```
pub struct Bucket<T> {
    name: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T> Bucket<T> {
    /// The bucket of this name.
    pub const fn new(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

handle!(Bucket<T>, |bucket| bucket.name);

service_errors! {
    /// Why an object was not put or got.
    ObjectError {
        /// There is no object with the key.
        NO_SUCH_KEY, NoSuchKey, "S3.NoSuchKeyException";
        /// There is no such bucket.
        NO_SUCH_BUCKET, NoSuchBucket, "S3.NoSuchBucketException";
        /// The object is archived.
        INVALID_OBJECT_STATE, InvalidObjectState, "S3.InvalidObjectStateException";
        /// Anything else that S3 refuses.
        S3, S3, "S3.S3Exception";
    }
}

/// Puts an object; one with the same key is replaced.
pub fn put_object<T: Message>(bucket: Bucket<T>, key: &str, body: &T) -> Call<Action<PutObject<T>>> {
    Call::action(vec![serde_json::to_value(bucket), Ok(key.into()), serde_json::to_value(body)])
}

/// The content of an object. At most 256 KiB reach a workflow.
pub fn get_object<T: Message>(bucket: Bucket<T>, key: &str) -> Call<Action<GetObject<T>>> {
    Call::action(vec![serde_json::to_value(bucket), Ok(key.into())])
}

/// `aws-sdk:s3:putObject`
#[derive(Debug)]
pub struct PutObject<T>(PhantomData<fn() -> T>);

/// `aws-sdk:s3:getObject`
#[derive(Debug)]
pub struct GetObject<T>(PhantomData<fn() -> T>);

fn place<R: Reading>(reading: &mut R, bucket: &R::Value, key: &R::Value) -> Vec<(String, R::Value)> {
    if reading.known(bucket).is_none() {
        reading.problem(
            "a bucket is a constant, so that the state machine's role can be limited to it".to_owned(),
        );
    }
    vec![("Bucket".to_owned(), bucket.clone()), ("Key".to_owned(), key.clone())]
}

impl<T: Message> Operation for PutObject<T> {
    const NAME: &'static str = "put_object";
    const RESOURCE: Resource = Resource::new("aws-sdk:s3", "putObject");
    type Output = ();
    type Error = ObjectError;

    fn arguments<R: Reading>(reading: &mut R, values: &[R::Value]) -> Vec<(String, R::Value)> {
        let [bucket, key, body] = values else { return Vec::new() };
        let mut arguments = place(reading, bucket, key);
        arguments.push(("Body".to_owned(), text_of::<R, T>(reading, body)));
        arguments
    }

    fn result<R: Reading>(reading: &mut R, _: &R::Value) -> R::Value {
        reading.literal(Value::Null)
    }

    fn answer(_: Value) -> Value {
        json!({})
    }
}

impl<T: Message> Operation for GetObject<T> {
    const NAME: &'static str = "get_object";
    const RESOURCE: Resource = Resource::new("aws-sdk:s3", "getObject");
    type Output = T;
    type Error = ObjectError;

    fn arguments<R: Reading>(reading: &mut R, values: &[R::Value]) -> Vec<(String, R::Value)> {
        let [bucket, key] = values else { return Vec::new() };
        place(reading, bucket, key)
    }

    fn result<R: Reading>(reading: &mut R, answer: &R::Value) -> R::Value {
        let body = reading.field(answer, "Body");
        of_text(reading, &T::shape(), &body)
    }

    fn answer(result: Value) -> Value {
        json!({ "Body": as_text(&mut Native::default(), &T::shape(), &result) })
    }
}

/// An S3 in memory. Every bucket is there.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    pub(super) objects: Arc<Mutex<BTreeMap<(String, String), Object>>>,
}

/// An object, and when it was put.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) body: String,
    pub(super) modified: Timestamp,
}

/// How many objects a listing has at once.
const PAGE: usize = 1000;

impl Memory {
    /// One without objects.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts an object.
    pub fn put<T: Message>(&self, bucket: Bucket<T>, key: &str, body: &T) {
        let value = serde_json::to_value(body).unwrap_or_default();
        let text = as_text(&mut Native::default(), &T::shape(), &value);
        let place = (bucket.name.to_owned(), key.to_owned());
        // Put before there is a clock.
        let modified = Timestamp::from_millis(0);
        self.lock().insert(place, Object { body: text.as_str().unwrap_or_default().to_owned(), modified });
    }

    /// The content of an object, if it is there and a `T`.
    pub fn get<T: Message>(&self, bucket: Bucket<T>, key: &str) -> Option<T> {
        let text = self.lock().get(&(bucket.name.to_owned(), key.to_owned()))?.body.clone();
        let value = of_text(&mut Native::default(), &T::shape(), &Value::String(text));
        serde_json::from_value(value).ok()
    }

    /// The keys of a bucket, in order.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        self.lock().keys().filter(|(known, _)| known == bucket).map(|(_, key)| key.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(String, String), Object>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn answer(&self, request: &Request) -> Result<Value, Failure> {
        let place = (request.text("Bucket").to_owned(), request.text("Key").to_owned());
        match request.resource.action() {
            "putObject" => {
                let body = match request.argument("Body") {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                self.lock().insert(place, Object { body, modified: request.now });
                Ok(json!({}))
            }
            "getObject" => match self.lock().get(&place) {
                Some(Object { body, .. }) => Ok(json!({
                    "AcceptRanges": "bytes",
                    "Body": body,
                    "ContentLength": body.len(),
                    "ContentType": "binary/octet-stream",
                    "Metadata": {},
                })),
                None => Err(sdk_refusal(
                    request,
                    "S3",
                    (404, "NoSuchKeyException"),
                    "The specified key does not exist.",
                )),
            },
            "listObjectsV2" => Ok(self.list(request)),
            other => Err(sdk_refusal(
                request,
                "S3",
                (400, "S3Exception"),
                &format!("the S3 in memory does not know the action `{other}`"),
            )),
        }
    }
}

impl Memory {
    /// A page of the objects of a bucket. A token is the last key of the page before.
    fn list(&self, request: &Request) -> Value {
        let (bucket, prefix) = (request.text("Bucket"), request.text("Prefix"));
        let after = request.text("ContinuationToken");
        let objects = self.lock();
        let mut found = objects
            .iter()
            .filter(|((known, key), _)| known == bucket && key.starts_with(prefix) && key.as_str() > after)
            .map(|((_, key), Object { body, modified })| {
                json!({
                    "ETag": format!("\"{}\"", digest::hex("MD5", body.as_bytes()).unwrap_or_default()),
                    "Key": key,
                    "LastModified": modified,
                    "Size": body.len(),
                    "StorageClass": "STANDARD",
                })
            })
            .peekable();
        let contents: Vec<Value> = found.by_ref().take(PAGE).collect();
        let more = found.peek().is_some();
        let mut page = json!({
            "Contents": contents,
            "IsTruncated": more,
            "KeyCount": contents.len(),
            "MaxKeys": PAGE,
            "Name": bucket,
            "Prefix": prefix,
        });
        if let (true, Some(last)) = (more, contents.last()) {
            page["NextContinuationToken"] = last["Key"].clone();
        }
        page
    }
}

impl Service for Memory {
    fn clients(&self) -> &'static [&'static str] {
        &["s3"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(async move { self.answer(&request) })
    }
}
