//! Other workflows inside a workflow: written in place, or executions of their own.
//!
//! `refund(order).await?` is the other workflow's states in the place of the call. `.start_sync()` runs it as
//! an execution of its own and waits for it, `.start()` leaves it to itself.
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html>)

use std::marker::PhantomData;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    arguments,
    data::Data,
    error::{Failure, PlatformError},
    history::Text,
    native::{Context, NoAnswer},
    resource::Resource,
    retry::Policy,
    symbolic::{Builder, Lowered, Node, lower_child},
    task::{Call, MissingState, States, Task},
    workflow::{Start, Workflow},
};

impl<W: Workflow> Start<W> {
    /// Runs the workflow as an execution of its own and waits for its output, in a workflow:
    /// `refund(order).start_sync().await?`.
    ///
    /// On AWS it is a Task of the resource `arn:aws:states:::states:startExecution.sync:2`, whose
    /// `StateMachineArn` is the placeholder `${RefundStateMachine}` (of a workflow that starts itself, its own
    /// ARN in the context object). Step Functions reports a child that
    /// failed as `States.TaskFailed` with the child's description as the cause; its own name and cause are
    /// read from there, so a `match` sees the child's errors. A retrier sees `States.TaskFailed`. The input is
    /// the child's own and nothing else, so the console links the two by the parent's history alone.
    ///
    /// ```
    /// use workflow_core::prelude::*;
    ///
    /// #[task]
    /// async fn pay_back(cents: u32) -> String { format!("paid {cents}") }
    ///
    /// #[workflow]
    /// async fn refund(cents: u32) -> Result<String, PlatformError> { pay_back(cents).await }
    ///
    /// #[workflow]
    /// async fn cancel(order: String, cents: u32) -> Result<String, PlatformError> {
    ///     refund(cents).start_sync().name(order).await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let execution = Executor::test().run(cancel("o-1".to_string(), 5)).await;
    /// assert_eq!(execution.output().unwrap(), "paid 5");
    /// let [child] = execution.children() else { panic!() };
    /// assert_eq!((child.workflow, child.name.as_str()), ("refund", "o-1"));
    /// # }
    /// ```
    pub fn start_sync(self) -> Call<StartSync<W>>
    where
        W::Output: Data<Owned: Sized>,
    {
        Call::new(child_arguments::<W>(self.input))
    }

    /// Starts the workflow as an execution of its own and goes on, in a workflow: `refund(order).start().await?`
    /// gives the ARN of the execution.
    ///
    /// On AWS it is a Task of the resource `arn:aws:states:::states:startExecution`. In process the child runs
    /// beside its parent, in the same time, and [`Executor::run`](crate::Executor::run) ends when both have.
    pub fn start(self) -> Call<StartOnly<W>> {
        Call::new(child_arguments::<W>(self.input))
    }
}

/// What `StartExecution` is asked to do.
fn child_arguments<W: Workflow>(input: Result<Text, serde_json::Error>) -> Result<String, serde_json::Error> {
    let machine = json!(format!("{STATES}:stateMachine:{}", W::META.name));
    Ok(format!(r#"{{"StateMachineArn":{machine},"Input":{}}}"#, input?))
}

/// How the ARNs of what runs in process begin.
pub(crate) const STATES: &str = "arn:aws:states:us-east-1:123456789012";
/// The region and the account in them.
pub(crate) const REGION: &str = "us-east-1";
pub(crate) const ACCOUNT: &str = "123456789012";

macro_rules! named {
    ($($ty:ident)*) => {$(
        impl<W: Workflow> Call<$ty<W>>
        where
            $ty<W>: Task,
        {
            /// Names the execution. A name that was used before starts nothing: Step Functions refuses it, or
            /// answers with the execution that runs under it with the same input.
            pub fn name(mut self, name: impl Into<String>) -> Self {
                self.payload = self.payload.map(|payload| {
                    let name = Value::from(name.into());
                    format!("{},\"Name\":{name}}}", payload.strip_suffix('}').unwrap_or(&payload)).into()
                });
                self
            }
        }
    )*};
}

named! { StartSync StartOnly }

/// The task that runs the workflow `W` as an execution of its own and waits for it: see
/// [`Start::start_sync`].
#[derive(Debug)]
pub struct StartSync<W>(PhantomData<fn() -> W>);

/// The task that starts the workflow `W` as an execution of its own: see [`Start::start`].
#[derive(Debug)]
pub struct StartOnly<W>(PhantomData<fn() -> W>);

/// The arguments of `StartExecution`, as far as they are read.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ChildArguments {
    pub(crate) input: Value,
    pub(crate) name: Option<String>,
}

/// The description of an execution, as far as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    error: String,
    #[serde(default)]
    cause: String,
}

fn policy() -> Policy {
    Policy { transients: &[], ..Policy::default() }
}

fn decode<W: Workflow>(payload: &str) -> Result<W::Arguments, serde_json::Error> {
    let child: ChildArguments = serde_json::from_str(payload)?;
    arguments::decode(&child.input.to_string(), W::META.parameters)
}

impl<W: Workflow<Output: Data<Owned: Sized>>> Task for StartSync<W> {
    const NAME: &'static str = W::META.function;
    const RESOURCE: Resource = Resource::new("states", "startExecution.sync:2");
    const FUNCTION: &'static str = "";
    const PARAMETERS: &'static [&'static str] = W::META.parameters;
    const OUTSIDE: bool = false;
    type Arguments = W::Arguments;
    type Output = W::Output;
    type Error = W::Error;

    fn policy() -> Policy {
        policy()
    }

    fn decode(payload: &str) -> Result<W::Arguments, serde_json::Error> {
        decode::<W>(payload)
    }

    /// Never ends: the execution answers, and not a handler.
    async fn handle(_: W::Arguments, _: States) -> Result<Result<W::Output, W::Error>, MissingState> {
        std::future::pending().await
    }

    fn lower(builder: &Builder, arguments: Vec<Node>) -> Lowered {
        lower_child::<W>(builder, Some("Output"), arguments)
    }

    async fn attempt(payload: Text, _: Option<Text>, context: Context) -> Result<Text, NoAnswer> {
        match context.serves(Self::RESOURCE) {
            true => context.ask(Self::RESOURCE, &payload, None).await,
            false => context.start_sync::<W>(&payload).await,
        }
    }

    fn answer(result: &W::Output) -> Result<Text, serde_json::Error> {
        Ok(json!({ "Output": serde_json::to_value(result)?, "Status": "SUCCEEDED" }).to_string().into())
    }

    fn result(answer: &str) -> Result<W::Output, serde_json::Error> {
        #[derive(Deserialize)]
        struct Answer<T> {
            #[serde(rename = "Output")]
            output: T,
        }
        serde_json::from_str::<Answer<W::Output>>(answer).map(|answer| answer.output)
    }

    fn failure(failure: Failure) -> Failure {
        if failure.error != PlatformError::TASK_FAILED.as_str() {
            return failure;
        }
        match serde_json::from_str(&failure.cause) {
            Ok(Described { error, cause }) => Failure { error, cause },
            Err(_) => failure,
        }
    }
}

impl<W: Workflow> Task for StartOnly<W> {
    const NAME: &'static str = W::META.function;
    const RESOURCE: Resource = Resource::new("states", "startExecution");
    const FUNCTION: &'static str = "";
    const PARAMETERS: &'static [&'static str] = W::META.parameters;
    const OUTSIDE: bool = false;
    type Arguments = W::Arguments;
    type Output = String;
    type Error = PlatformError;

    fn policy() -> Policy {
        policy()
    }

    fn decode(payload: &str) -> Result<W::Arguments, serde_json::Error> {
        decode::<W>(payload)
    }

    /// Never ends: Step Functions answers, and not a handler.
    async fn handle(_: W::Arguments, _: States) -> Result<Result<String, PlatformError>, MissingState> {
        std::future::pending().await
    }

    fn lower(builder: &Builder, arguments: Vec<Node>) -> Lowered {
        lower_child::<W>(builder, None, arguments)
    }

    async fn attempt(payload: Text, _: Option<Text>, context: Context) -> Result<Text, NoAnswer> {
        match context.serves(Self::RESOURCE) {
            true => context.ask(Self::RESOURCE, &payload, None).await,
            false => context.start_only::<W>(&payload),
        }
    }

    fn answer(result: &String) -> Result<Text, serde_json::Error> {
        Ok(json!({ "ExecutionArn": result }).to_string().into())
    }

    fn result(answer: &str) -> Result<String, serde_json::Error> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(rename = "ExecutionArn")]
            execution_arn: String,
        }
        serde_json::from_str::<Answer>(answer).map(|answer| answer.execution_arn)
    }
}
