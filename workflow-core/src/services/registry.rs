//! What answers the actions of services in process.

use std::{collections::BTreeMap, fmt, future::Future, pin::Pin, sync::Arc};

use serde_json::Value;

use crate::{error::Failure, resource::Resource, time::Timestamp};

use super::{dynamodb, eventbridge, s3, sns, sqs};

/// What a service is asked to do.
#[derive(Clone, Debug)]
pub struct Request {
    /// The service and its action.
    pub resource: Resource,
    /// The arguments as the service receives them.
    pub arguments: Value,
    /// What the workflow declared of the thing that the call is about, such as the keys of a table.
    pub subject: Option<Value>,
    /// The time by the execution's clock.
    pub now: Timestamp,
    pub(crate) seed: u64,
}

impl Request {
    /// An argument; `null` where it was not given.
    pub fn argument(&self, key: &str) -> &Value {
        self.arguments.get(key).unwrap_or(&Value::Null)
    }

    /// An argument that is text; empty where it was not given or is none.
    pub fn text(&self, key: &str) -> &str {
        self.argument(key).as_str().unwrap_or_default()
    }

    /// Fresh ids in the form of UUIDs. They come from the execution's seed, so a run with the same
    /// seed has the same ones.
    pub fn ids(&self) -> impl Iterator<Item = String> + use<> {
        let mut random = fastrand::Rng::with_seed(self.seed);
        std::iter::repeat_with(move || uuid(random.u128(..)))
    }

    /// The first of the fresh ids.
    pub fn id(&self) -> String {
        self.ids().next().unwrap_or_default()
    }
}

/// A random UUID, version 4.
fn uuid(random: u128) -> String {
    let bits = (random & !(0xf000 << 64) & !(0b11 << 62)) | (0x4000 << 64) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// An answer that is on its way.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Value, Failure>> + Send + 'a>>;

/// What answers in process for an AWS service.
///
/// ```
/// use serde_json::json;
/// use workflow_core::{Executor, Failure, services::{Answering, Request, Service}};
///
/// struct Clerk;
///
/// impl Service for Clerk {
///     fn clients(&self) -> &'static [&'static str] {
///         &["sfn"]
///     }
///
///     fn call(&self, request: Request) -> Answering<'_> {
///         Box::pin(async move {
///             match request.resource.action() {
///                 "describeExecution" => Ok(json!({ "Status": "RUNNING" })),
///                 other => Err(Failure::new("Sfn.SfnException", format!("no {other} here"))),
///             }
///         })
///     }
/// }
///
/// let executor = Executor::test().service(Clerk);
/// ```
pub trait Service: Send + Sync + 'static {
    /// The names of the services that it answers for, without `aws-sdk:`.
    fn clients(&self) -> &'static [&'static str];

    /// Answers as the service would: with keys in PascalCase, and with AWS's error names.
    fn call(&self, request: Request) -> Answering<'_>;
}

impl<S: Service> Service for Arc<S> {
    fn clients(&self) -> &'static [&'static str] {
        (**self).clients()
    }

    fn call(&self, request: Request) -> Answering<'_> {
        (**self).call(request)
    }
}

/// The services of an executor. Those that were not given are in memory.
#[derive(Clone)]
pub(crate) struct Services {
    given: BTreeMap<&'static str, Arc<dyn Service>>,
}

impl Default for Services {
    fn default() -> Self {
        let mut services = Self { given: BTreeMap::new() };
        services.insert(Arc::new(dynamodb::Memory::new()));
        services.insert(Arc::new(eventbridge::Memory::new()));
        services.insert(Arc::new(s3::Memory::new()));
        services.insert(Arc::new(sns::Memory::new()));
        services.insert(Arc::new(sqs::Memory::new()));
        services
    }
}

impl Services {
    pub(crate) fn insert(&mut self, service: Arc<dyn Service>) {
        for client in service.clients() {
            self.given.insert(client, Arc::clone(&service));
        }
    }

    pub(crate) fn get(&self, resource: Resource) -> Option<Arc<dyn Service>> {
        self.given.get(resource.client()).cloned()
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.given.keys()).finish()
    }
}

/// How a service refuses through an optimised integration: `DynamoDB.ResourceNotFoundException`.
pub(crate) fn refusal(
    request: &Request,
    (prefix, full_name): (&str, &str),
    (status, code): (u16, &str),
    message: &str,
) -> Failure {
    let id = request.id();
    let name = if code.ends_with("Exception") { code.to_owned() } else { format!("{code}Exception") };
    Failure::new(
        format!("{prefix}.{name}"),
        format!(
            "{message} (Service: {full_name}; Status Code: {status}; Error Code: {code}; Request ID: {id}; Proxy: null)"
        ),
    )
}

/// How a service refuses through the AWS SDK: `S3.NoSuchKeyException`.
pub(crate) fn sdk_refusal(
    request: &Request,
    prefix: &str,
    (status, code): (u16, &str),
    message: &str,
) -> Failure {
    let id = request.id();
    Failure::new(
        format!("{prefix}.{code}"),
        format!("{message} (Service: {prefix}, Status Code: {status}, Request ID: {id})"),
    )
}
