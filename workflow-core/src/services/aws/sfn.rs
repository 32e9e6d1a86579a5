//! AWS Step Functions itself, for child executions.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    Failure, PlatformError,
    services::{Answering, Request, Service},
};
use aws_sdk_sfn::{
    Client,
    error::DisplayErrorContext,
    operation::describe_execution::DescribeExecutionOutput,
    primitives::{DateTime, DateTimeFormat},
    types::ExecutionStatus,
};
use serde_json::{Map, Value, json};
use tokio::{runtime::Handle, task::JoinHandle};

use super::{
    failure::{Names, failure_of, unknown_action},
    placed,
};

const NAMES: Names = Names {
    optimised: ("StepFunctions", "AWSStepFunctions"),
    sdk: "Sfn",
    other: "AWSStepFunctionsException",
    codes: &[
        "ExecutionAlreadyExists",
        "ExecutionDoesNotExist",
        "ExecutionLimitExceeded",
        "InvalidArn",
        "InvalidExecutionInput",
        "InvalidName",
        "StateMachineDeleting",
        "StateMachineDoesNotExist",
        "ValidationException",
    ],
};

/// AWS Step Functions through the AWS SDK: with it, the [`start`](crate::Start::start) and
/// [`start_sync`](crate::Start::start_sync) of a workflow that runs in process start executions on AWS. A
/// task with the resource `aws-sdk:sfn:startExecution` or `aws-sdk:sfn:describeExecution` asks it too.
///
/// An execution that `start_sync` started is stopped when nobody waits for it any more: since something beside it
/// failed, its time was over, or its parent was dropped. Step Functions does so too, as well as it can.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync>) One that is just being
/// started goes on: its ARN is not known yet.
#[derive(Clone, Debug)]
pub struct StepFunctions {
    client: Client,
    account: String,
    prefix: String,
    pause: Duration,
    stops: Stops,
}

/// The executions that are being stopped.
type Stops = Arc<Mutex<Vec<JoinHandle<()>>>>;

impl StepFunctions {
    /// A service that asks this client, for state machines in this account and in the client's region.
    pub fn new(client: Client, account: impl Into<String>) -> Self {
        let (account, prefix, pause) = (account.into(), String::new(), Duration::from_secs(1));
        Self { client, account, prefix, pause, stops: Stops::default() }
    }

    /// What the names of the state machines begin with, before those of their workflows: `shop-` for the stack
    /// `shop`. Nothing without.
    #[must_use]
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..self }
    }

    /// How long to wait before an execution that runs is asked again whether it has ended: a second without.
    #[must_use]
    pub fn pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// Waits until every execution that nobody waits for any more was told to stop. To be awaited before the program
    /// ends, on a clone of what the executor has; what is not sent by then never is.
    pub async fn stopped(&self) {
        let stops = std::mem::take(&mut *lock(&self.stops));
        futures_util::future::join_all(stops).await;
    }

    async fn answer(&self, request: Request) -> Result<Value, Failure> {
        let through_sdk = request.resource.service().starts_with("aws-sdk:");
        match (through_sdk, request.resource.action()) {
            (true, "startExecution") => self.start(&request, request.text("StateMachineArn")).await,
            (true, "describeExecution") => {
                let found = self.describe(&request, request.text("ExecutionArn")).await?;
                Ok(described(&found, &|time| date(time).into(), &|text| text.into()))
            }
            (false, "startExecution") => self.start(&request, &self.machine(&request)).await,
            (false, "startExecution.sync:2") => {
                let started = self.start(&request, &self.machine(&request)).await?;
                let execution = started["ExecutionArn"].as_str().unwrap_or_default().to_owned();
                let waiting = Waiting { service: self, execution: Some(execution.clone()) };
                let ended = self.ended(&request, &execution).await;
                waiting.over();
                ended
            }
            _ => Err(unknown_action(&NAMES, request.resource)),
        }
    }

    /// The state machine of a workflow, which the executor knows by the workflow's name alone.
    fn machine(&self, request: &Request) -> String {
        let region = self.client.config().region().map(AsRef::as_ref);
        let arn = placed(request.text("StateMachineArn"), region, &self.account);
        match arn.rsplit_once(':') {
            Some((before, name)) => format!("{before}:{}{name}", self.prefix),
            None => arn,
        }
    }

    async fn start(&self, request: &Request, machine: &str) -> Result<Value, Failure> {
        let input = match request.argument("Input") {
            Value::String(text) if request.resource.service().starts_with("aws-sdk:") => text.clone(),
            Value::Null => "{}".to_owned(),
            other => other.to_string(),
        };
        let name = request.argument("Name").as_str().map(str::to_owned);
        let call = self.client.start_execution().state_machine_arn(machine).input(input).set_name(name);
        let started =
            call.send().await.map_err(|error| failure_of!(aws_sdk_sfn, NAMES, request.resource, error))?;
        let date: Value = match request.resource.service() {
            "aws-sdk:sfn" => date(&started.start_date).into(),
            _ => millis(&started.start_date).into(),
        };
        Ok(json!({ "ExecutionArn": started.execution_arn, "StartDate": date }))
    }

    async fn describe(&self, request: &Request, execution: &str) -> Result<DescribeExecutionOutput, Failure> {
        let call = self.client.describe_execution().execution_arn(execution);
        call.send().await.map_err(|error| failure_of!(aws_sdk_sfn, NAMES, request.resource, error))
    }

    /// Waits for an execution's end, and answers as `.sync:2` does: input and output are JSON there.
    async fn ended(&self, request: &Request, execution: &str) -> Result<Value, Failure> {
        loop {
            let found = self.describe(request, execution).await?;
            let json = |text: &str| serde_json::from_str(text).unwrap_or_default();
            match found.status {
                ExecutionStatus::Running | ExecutionStatus::PendingRedrive => {
                    tokio::time::sleep(self.pause).await;
                }
                ExecutionStatus::Succeeded => {
                    return Ok(described(&found, &|time| millis(time).into(), &json));
                }
                _ => {
                    let description = described(&found, &|time| millis(time).into(), &json);
                    return Err(Failure::new(PlatformError::TASK_FAILED.as_str(), description.to_string()));
                }
            }
        }
    }
}

/// Somebody waits for an execution, which is stopped where that is dropped.
struct Waiting<'a> {
    service: &'a StepFunctions,
    execution: Option<String>,
}

impl Waiting<'_> {
    /// It has ended.
    fn over(mut self) {
        self.execution = None;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let (Some(execution), Ok(runtime)) = (self.execution.take(), Handle::try_current()) else { return };
        let stop = self.service.client.stop_execution().execution_arn(&execution);
        let stop = stop.cause("The execution that started it does not wait for it any more");
        let stopping = runtime.spawn(async move {
            // It may have ended by itself.
            if let Err(error) = stop.send().await {
                tracing::warn!(execution, error = %DisplayErrorContext(error), "an execution was not stopped");
            }
        });
        let mut stops = lock(&self.service.stops);
        stops.retain(|stop| !stop.is_finished());
        stops.push(stopping);
    }
}

fn lock(stops: &Stops) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
    stops.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What `DescribeExecution` says, without what was not given.
fn described(
    found: &DescribeExecutionOutput,
    time: &dyn Fn(&DateTime) -> Value,
    json: &dyn Fn(&str) -> Value,
) -> Value {
    let entries = [
        ("Cause", found.cause().map(Value::from)),
        ("Error", found.error().map(Value::from)),
        ("ExecutionArn", Some(found.execution_arn().into())),
        ("Input", found.input().map(json)),
        ("Name", found.name().map(Value::from)),
        ("Output", found.output().map(json)),
        ("StartDate", Some(time(found.start_date()))),
        ("StateMachineArn", Some(found.state_machine_arn().into())),
        ("Status", Some(found.status().as_str().into())),
        ("StopDate", found.stop_date().map(time)),
    ];
    let given = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(given.collect::<Map<String, Value>>())
}

fn millis(time: &DateTime) -> i64 {
    time.to_millis().unwrap_or_default()
}

fn date(time: &DateTime) -> String {
    time.fmt(DateTimeFormat::DateTime).unwrap_or_default()
}

impl Service for StepFunctions {
    fn clients(&self) -> &'static [&'static str] {
        &["states", "sfn"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(self.answer(request))
    }
}
