//! What a handler is given beside the arguments of its caller: a key of idempotency, a task token.
//!
//! It is no argument of a call. The state machine puts it into the payload, under the parameter's name.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::Failure,
    history::Text,
    symbolic::{Arena, Kind, Node},
    task::{States, Task},
};

/// A parameter of a handler: a text that is the same whenever this one step is tried again, and another for
/// every other step.
///
/// Hand it on to a service that does nothing twice for one key. It tells executions, states, the iterations of
/// a Map, and the times at which a state was entered (in a loop) apart; retries share it, for they do not enter
/// the state anew. On AWS it is `$states.context.Execution.Id & '/' & $states.context.State.Name & '/' &
/// $states.context.State.EnteredTime` in the payload, in a Map with the place of the iteration before the time,
/// since many iterations are entered in one millisecond; a redriven execution enters its state anew. In process
/// a number stands for place and time.
///
/// ```
/// use workflow_core::prelude::*;
///
/// #[task]
/// async fn charge(key: IdempotencyKey, cents: u32) -> String {
///     format!("{cents} cents under {key}")
/// }
///
/// #[workflow]
/// async fn sale(cents: u32) -> Result<String, PlatformError> {
///     charge(cents).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let receipt = Executor::test().execution_name("sale-1").run(sale(5)).await.output().unwrap();
/// assert_eq!(receipt, "5 cents under arn:aws:states:us-east-1:123456789012:execution:sale:sale-1/Charge/1");
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct IdempotencyKey(String);

/// A parameter of a handler: who holds it answers in the handler's place.
///
/// The handler hands the token out (in a mail, a queue, a table) and returns a [`Pending`]; the workflow waits
/// until somebody sends a result with the token. On AWS that is `SendTaskSuccess` or `SendTaskFailure`, and
/// the Task's resource is `arn:aws:states:::lambda:invoke.waitForTaskToken`, with `$states.context.Task.Token`
/// in the payload; in process it is [`TaskTokens`](crate::TaskTokens). Each attempt has a token of its own.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token>)
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskToken(String);

/// What the handler of a task with a [`TaskToken`] returns: the result of type `T` comes from who holds the
/// token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending<T>(PhantomData<fn() -> T>);

/// The result that a handler says is pending.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the handler of a task with a `TaskToken` has no result yet: it returns `Pending<..>`",
    label = "this is a `{Self}`",
    note = "hand the token out, and write `-> Pending<{Self}>` with `token.pending()`; who holds the token sends the `{Self}`"
)]
pub trait PendingOf {
    /// The result.
    type Output;
}

#[diagnostic::do_not_recommend]
impl<T> PendingOf for Pending<T> {
    type Output = T;
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

macro_rules! text {
    ($($ty:ident)*) => {$(
        impl $ty {
            /// One with this text, for a test of a handler.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

text! { IdempotencyKey TaskToken }

impl TaskToken {
    /// Says that the result comes through this token.
    pub fn pending<T>(&self) -> Pending<T> {
        Pending::default()
    }
}

/// A parameter that the platform fills in, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// An [`IdempotencyKey`].
    IdempotencyKey(&'static str),
    /// A [`TaskToken`].
    TaskToken(&'static str),
}

impl Given {
    /// The parameter's name, and its key in the payload.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IdempotencyKey(name) | Self::TaskToken(name) => name,
        }
    }

    /// What a state machine puts into the payload of a task that is in the iterations with these places.
    pub(crate) fn lower(self, arena: &mut Arena, places: &[Node]) -> Node {
        match self {
            Self::TaskToken(_) => arena.add(Kind::Context("Task.Token")),
            Self::IdempotencyKey(_) => {
                let slash = arena.literal("/");
                let [id, state, entered] = ["Execution.Id", "State.Name", "State.EnteredTime"]
                    .map(|path| arena.add(Kind::Context(path)));
                let places = places.iter().flat_map(|place| [slash, *place]);
                let parts = [id, slash, state].into_iter().chain(places).chain([slash, entered]);
                arena.add(Kind::Concat(parts.collect()))
            }
        }
    }
}

/// Whether whoever holds a token answers in the place of a task's handler.
pub(crate) fn waits_for_token(given: &[Given]) -> bool {
    given.iter().any(|given| matches!(given, Given::TaskToken(_)))
}

/// Adds what the platform gives to a payload, which is an object then.
pub(crate) fn give<T: Task>(payload: &str, value: &dyn Fn(Given) -> String) -> Text {
    let mut text = payload.trim_end().strip_suffix('}').unwrap_or(payload).to_owned();
    for given in T::GIVEN {
        text.push_str(if text.len() > 1 { ",\"" } else { "\"" });
        text.push_str(given.name());
        text.push_str("\":");
        text.push_str(&Value::from(value(*given)).to_string());
    }
    text.push('}');
    text.into()
}

/// Reads what the platform gave from the payload of a call of `T`, for [`Task::handle`].
///
/// # Errors
///
/// A payload that lacks it fails with the name `InvalidPayload`.
pub fn take_given<T: Task>(payload: &str, states: &mut States) -> Result<(), Failure> {
    if T::GIVEN.is_empty() {
        return Ok(());
    }
    let payload: Value = serde_json::from_str(payload).unwrap_or_default();
    for given in T::GIVEN {
        let Some(text) = payload[given.name()].as_str() else {
            let name = given.name();
            return Err(Failure::new(
                "InvalidPayload",
                format!("the payload of `{}` has no text `{name}`", T::NAME),
            ));
        };
        match given {
            Given::IdempotencyKey(_) => states.insert(IdempotencyKey::new(text)),
            Given::TaskToken(_) => states.insert(TaskToken::new(text)),
        }
    }
    Ok(())
}
