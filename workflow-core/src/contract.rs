//! What crosses the borders of a workflow and of its tasks: the JSON forms of what goes in and comes
//! out, and a task's handler without its types.

use std::{fmt, future::Future, pin::Pin};

use crate::{
    data::{Data, Shape},
    error::{ErrorKind, ErrorVariant, Failure, WorkflowError},
    given::{Given, take_given, waits_for_token},
    history::Text,
    lower::TaskInfo,
    task::{MissingState, States, Task, decode_arguments},
};

/// Gives the JSON form of a type. A function, so that a recursive type has a finite form.
pub type ShapeFn = fn() -> Shape;

/// Gives the JSON form of each parameter.
pub type PayloadFn = fn() -> Vec<ShapeFn>;

/// What an execution of a workflow receives and gives.
#[derive(Clone, Debug, Default)]
pub struct Contract {
    /// The parameters: with one, the input is its value, otherwise an object with these keys.
    pub parameters: Vec<(&'static str, ShapeFn)>,
    /// What a succeeded execution gives.
    pub output: Option<ShapeFn>,
}

/// What a task receives and gives, and what answers.
#[derive(Clone, Copy)]
pub struct TaskContract {
    parameters: &'static [&'static str],
    given: &'static [Given],
    payload: PayloadFn,
    result: ShapeFn,
    errors: fn() -> Vec<ErrorVariant>,
    handler: Handler,
}

impl TaskContract {
    pub(crate) fn of<T: Task>(payload: PayloadFn) -> Self {
        Self {
            parameters: T::PARAMETERS,
            given: T::GIVEN,
            payload,
            result: T::Output::shape,
            errors: T::Error::variants,
            handler: Handler::of::<T>(),
        }
    }

    /// The parameters: with one, and nothing [`given`](Self::given), the payload is its value, otherwise an
    /// object with these keys.
    pub fn parameters(&self) -> Vec<(&'static str, ShapeFn)> {
        self.parameters.iter().copied().zip((self.payload)()).collect()
    }

    /// The names under which the platform adds texts to the payload: a key of idempotency, a task token.
    pub fn given(&self) -> impl Iterator<Item = &'static str> {
        self.given.iter().map(|given| given.name())
    }

    /// What the handler gives on success.
    pub fn result(&self) -> ShapeFn {
        self.result
    }

    /// The names of the errors that the handler may answer with, the platform's left out.
    pub fn errors(&self) -> Vec<&'static str> {
        own_names(&(self.errors)())
    }

    /// What answers a call.
    pub fn handler(&self) -> Handler {
        self.handler
    }
}

impl TaskInfo {
    /// The name of the Lambda function behind the task.
    pub fn lambda(&self) -> Option<&'static str> {
        self.function
    }
}

impl fmt::Debug for TaskContract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskContract").field("parameters", &self.parameters).finish_non_exhaustive()
    }
}

/// The contract follows from the task, whose path says which it is.
impl PartialEq for TaskContract {
    fn eq(&self, other: &Self) -> bool {
        self.parameters == other.parameters
    }
}

impl Eq for TaskContract {}

/// The error names that a type declares itself or takes over, in order; the platform's, which
/// everybody may meet, left out.
pub(crate) fn own_names(variants: &[ErrorVariant]) -> Vec<&'static str> {
    if variants.iter().any(|variant| matches!(variant.kind, ErrorKind::Other)) {
        return Vec::new();
    }
    let mut names = Vec::new();
    for variant in variants {
        match &variant.kind {
            ErrorKind::Named { name, .. } => names.push(*name),
            ErrorKind::From(inner) => names.extend(own_names(&inner())),
            ErrorKind::Other => {}
        }
    }
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(*name));
    names
}

/// An answer that is on its way: JSON text, or an error name with its cause.
pub type Handling = Pin<Box<dyn Future<Output = Result<String, Failure>> + Send>>;

/// The handler of a task without its types: JSON text in, JSON text out.
///
/// ```
/// use workflow_core::{Handler, States, prelude::*};
///
/// #[task]
/// async fn double(number: u32) -> u32 {
///     number * 2
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let handler = Handler::of::<double>();
/// assert_eq!(handler.handle("21".to_owned(), States::default()).await.unwrap(), "42");
/// assert_eq!(handler.handle("{}".to_owned(), States::default()).await.unwrap_err().error, "InvalidPayload");
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Handler(fn(String, States) -> Handling);

impl Handler {
    /// The handler of this task.
    pub fn of<T: Task>() -> Self {
        Self(|payload, states| Box::pin(handle::<T>(payload, states)))
    }

    /// Answers a call.
    ///
    /// A failure has the name and the cause of the handler's own error. What keeps the handler from
    /// running has a name as well: `InvalidPayload`, `MissingState`, `InvalidResult`.
    pub fn handle(self, payload: String, states: States) -> Handling {
        (self.0)(payload, states)
    }

    /// Answers a call in a task of its own, whose panic is a failure as it is in process: `Panic`.
    #[cfg(any(feature = "lambda", feature = "aws-sfn"))]
    pub(crate) fn guarded(self, payload: String, states: States) -> Handling {
        use tracing::Instrument as _;

        // What is dropped is stopped.
        let mut handling = tokio::task::JoinSet::new();
        handling.spawn(self.handle(payload, states).in_current_span());
        Box::pin(async move {
            match handling.join_next().await {
                Some(Ok(answered)) => answered,
                Some(Err(error)) => Err(Failure::new("Panic", panicked(error))),
                None => Err(Failure::new("Panic", "")),
            }
        })
    }
}

#[cfg(any(feature = "lambda", feature = "aws-sfn"))]
fn panicked(error: tokio::task::JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => crate::native::panic_message(&*panic),
        Err(error) => error.to_string(),
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handler")
    }
}

async fn handle<T: Task>(payload: String, mut states: States) -> Result<String, Failure> {
    take_given::<T>(&payload, &mut states)?;
    let arguments = decode_arguments::<T>(&payload)?;
    let missing = |missing: MissingState| Failure::new("MissingState", missing.to_string());
    if waits_for_token(T::GIVEN) {
        // Who holds the token sends the result.
        let handed = T::hand_out(arguments, states).await.map_err(missing)?;
        return handed.map(|()| "null".to_owned()).map_err(|error| error.to_failure());
    }
    let output = T::handle(arguments, states).await.map_err(missing)?.map_err(|error| error.to_failure())?;
    Text::json(&output).map(|text| text.to_string()).map_err(|error| {
        Failure::new("InvalidResult", format!("the result of `{}` cannot be written: {error}", T::NAME))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{IdempotencyKey, Pending, TaskToken, prelude::*};

    #[task]
    async fn charge(key: IdempotencyKey, cents: u32) -> String {
        format!("{cents} under {key}")
    }

    #[task]
    async fn approve(token: TaskToken, State(desk): State<String>, cents: u32) -> Pending<bool> {
        assert_eq!((desk.as_str(), token.as_str(), cents), ("desk", "t-1", 5));
        token.pending()
    }

    async fn answer<T: Task>(payload: serde_json::Value) -> Result<String, Failure> {
        let mut states = States::default();
        states.insert("desk".to_owned());
        Handler::of::<T>().handle(payload.to_string(), states).await
    }

    #[tokio::test]
    async fn what_the_platform_gives_is_read_from_the_payload() {
        let answered = answer::<charge>(json!({ "cents": 5, "key": "k-1" })).await;
        assert_eq!(answered.unwrap(), "\"5 under k-1\"");
        let failure = answer::<charge>(json!({ "cents": 5 })).await.unwrap_err();
        assert_eq!(failure.error, "InvalidPayload");
    }

    #[tokio::test]
    async fn a_handler_that_hands_a_token_out_answers_with_nothing() {
        let answered = answer::<approve>(json!({ "cents": 5, "token": "t-1" })).await;
        assert_eq!(answered.unwrap(), "null");
    }

    #[tokio::test]
    async fn a_state_that_nobody_gave_has_a_name_as_an_error() {
        let handling = Handler::of::<approve>();
        let payload = json!({ "cents": 5, "token": "t-1" }).to_string();
        assert_eq!(handling.handle(payload, States::default()).await.unwrap_err().error, "MissingState");
    }
}
