//! Workflows: what `#[workflow]` makes of an `async fn`.

use std::{future::Future, marker::PhantomData};

use serde::{Serialize, de::DeserializeOwned};

use crate::{error::WorkflowError, history::Text, lower::Definition, native::Context, symbolic::Builder};

/// An annotated `async fn` in both of its readings.
pub trait Workflow: Sized + 'static {
    /// What the attribute and the doc comment say.
    const META: WorkflowMeta;
    /// The owned parameters as a tuple.
    type Arguments: DeserializeOwned + Send;
    /// What a succeeded execution gives.
    type Output: Serialize + DeserializeOwned + Send + 'static;
    /// What a failed execution gives.
    type Error: WorkflowError;

    /// The native reading: the function's own body, its effects handed to `context`.
    fn run(
        context: Context,
        arguments: Self::Arguments,
    ) -> impl Future<Output = Result<Self::Output, Self::Error>> + Send;

    /// The symbolic reading: leaves the function's steps in a builder.
    #[doc(hidden)]
    fn symbolic() -> fn(&Builder);

    /// The symbolic reading, run once and kept.
    fn definition() -> &'static Definition;
}

/// What the attribute and the doc comment of a workflow say.
#[derive(Clone, Copy, Debug)]
pub struct WorkflowMeta {
    /// The name of the state machine, such as `order-fulfillment`.
    pub name: &'static str,
    /// The function's name in Rust.
    pub function: &'static str,
    /// The doc comment.
    pub comment: &'static str,
    /// Standard or Express.
    pub kind: WorkflowKind,
    /// `TimeoutSeconds` of the whole execution.
    pub timeout_seconds: Option<u64>,
    /// The names of the parameters. With one, the input is its value; otherwise it is an object
    /// with these keys.
    pub parameters: &'static [&'static str],
}

/// The two kinds of state machine.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html>)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkflowKind {
    /// Durable, exactly once, up to a year.
    Standard,
    /// At least once, up to five minutes.
    Express,
}

/// An execution that is not yet started: what the function under `#[workflow]` returns.
#[must_use = "an execution starts when an executor runs it"]
pub struct Start<W: Workflow> {
    pub(crate) input: Result<Text, serde_json::Error>,
    workflow: PhantomData<fn() -> W>,
}

impl<W: Workflow> Start<W> {
    /// An execution with this input.
    #[doc(hidden)]
    pub fn new(input: Result<impl Into<Text>, serde_json::Error>) -> Self {
        Self { input: input.map(Into::into), workflow: PhantomData }
    }

    /// An execution with this JSON text as its input.
    pub fn from_json(input: impl Into<String>) -> Self {
        Self::new(Ok(Text::from(input.into())))
    }
}
