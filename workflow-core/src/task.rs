//! Tasks: the steps of a workflow, and the calls of them.

use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    future::Future,
    marker::PhantomData,
    sync::Arc,
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    arguments,
    data::{Data, Shape},
    error::{Failure, WorkflowError},
    history::Text,
    retry::{Policy, Retry, Seconds},
    symbolic::{Expr, ExprTuple},
};

/// A step of a workflow: what `#[task]` makes of an `async fn`.
pub trait Task: Sized + 'static {
    /// The function's name in Rust.
    const NAME: &'static str;
    /// The name of the Lambda function that runs the handler; the placeholder `${NAME}` in the
    /// emitted state machine.
    const FUNCTION: &'static str;
    /// The parameters that make up the payload, in order. With one, the payload is its value;
    /// otherwise it is an object with these keys.
    const PARAMETERS: &'static [&'static str];
    /// The owned parameters as a tuple.
    type Arguments: DeserializeOwned + Send;
    /// What the handler gives on success.
    type Output: Serialize + DeserializeOwned + Data<Owned: Sized> + Send + 'static;
    /// The errors that the handler may answer with.
    type Error: WorkflowError;

    /// What the attribute says of retries and timeouts; a call may override it.
    fn policy() -> Policy;

    /// Runs the handler: the function's own body.
    fn handle(
        arguments: Self::Arguments,
        states: States,
    ) -> impl Future<Output = Result<Result<Self::Output, Self::Error>, MissingState>> + Send;
}

/// Decodes the payload of a call of `T`.
///
/// # Errors
///
/// A payload that is not what the parameters expect fails with the name `InvalidPayload`.
pub fn decode_arguments<T: Task>(payload: &str) -> Result<T::Arguments, Failure> {
    arguments::decode(payload, T::PARAMETERS).map_err(|error| {
        Failure::new(
            "InvalidPayload",
            format!("the payload of `{}` does not fit its parameters: {error}", T::NAME),
        )
    })
}

/// A call of a task, not yet awaited.
///
/// A workflow awaits it; its methods override the task's own policy.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T: Task> {
    pub(crate) payload: Result<Text, serde_json::Error>,
    pub(crate) policy: Policy,
    pub(crate) overrides_retry: bool,
    task: PhantomData<fn() -> T>,
}

impl<T: Task> Call<T> {
    /// A call with these parameters: what the function under `#[task]` returns.
    #[doc(hidden)]
    pub fn new(payload: Result<impl Into<Text>, serde_json::Error>) -> Self {
        Self {
            payload: payload.map(Into::into),
            policy: T::policy(),
            overrides_retry: false,
            task: PhantomData,
        }
    }

    /// Adds a retrier. The first `retry` of a call replaces those on the task's attribute.
    pub fn retry(mut self, retry: Retry) -> Self {
        add_retry(&mut self.policy, &mut self.overrides_retry, retry);
        self
    }

    /// Fails the task with `States.Timeout` when one attempt takes longer.
    pub fn timeout(mut self, timeout: impl Into<Seconds>) -> Self {
        self.policy.timeout = Some(timeout.into());
        self
    }

    /// Fails the task with `States.Timeout` when no heartbeat arrives for so long.
    pub fn heartbeat(mut self, heartbeat: impl Into<Seconds>) -> Self {
        self.policy.heartbeat = Some(heartbeat.into());
        self
    }

    /// Leaves Lambda's four transient errors to the retriers given here.
    pub fn no_transient_retries(mut self) -> Self {
        self.policy.lambda_transients = false;
        self
    }
}

pub(crate) fn add_retry(policy: &mut Policy, overrides: &mut bool, retry: Retry) {
    if !*overrides {
        policy.retry.clear();
        *overrides = true;
    }
    policy.retry.push(retry);
}

/// Waits for some time: a Wait state.
///
/// In a workflow only. Step Functions waits whole seconds, so a part of one counts as a whole one, in
/// process too. A wait that depends on data is written `sleep(Duration::from_secs(..))`.
///
/// ```
/// use std::time::Duration;
/// use workflow_core::prelude::*;
///
/// #[workflow]
/// async fn patient(days: u64) -> u64 {
///     sleep(Duration::from_secs(days * 86_400)).await;
///     days
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let execution = Executor::test().run(patient(2)).await;
/// assert_eq!(execution.elapsed(), Duration::from_secs(172_800));
/// # }
/// ```
pub fn sleep(duration: impl Into<Seconds>) -> Sleep {
    Sleep { seconds: duration.into() }
}

/// A wait, not yet awaited: what [`sleep`] returns.
#[must_use = "a wait does nothing until it is awaited"]
#[derive(Clone, Copy, Debug)]
pub struct Sleep {
    seconds: Seconds,
}

impl Sleep {
    /// How long it is.
    pub fn duration(self) -> Duration {
        self.seconds.duration()
    }
}

/// What may be awaited in a workflow: a [`Call`].
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "only a call of a `#[task]` can be awaited in a workflow",
    label = "this is a `{Self}`",
    note = "mark the function with `#[task]`, or call it inside one; another workflow is run by an `Executor`"
)]
pub trait Awaitable<T: Task> {
    /// The call itself.
    fn call(self) -> Call<T>;
}

#[diagnostic::do_not_recommend]
impl<T: Task> Awaitable<T> for Call<T> {
    fn call(self) -> Self {
        self
    }
}

/// What a task's function looks like to a caller: `charge` in `charge(&order)` and in
/// `executor.mock(charge, ..)`.
#[diagnostic::on_unimplemented(
    message = "this is not a `#[task]`, so Step Functions has no way to call it",
    label = "not a `#[task]`",
    note = "mark the function with `#[task]`, or call it inside one"
)]
pub trait TaskFn<Parameters> {
    /// The task behind the function.
    type Task: Task;
    /// The arguments of a call in the symbolic reading.
    type Exprs: ExprTuple;

    /// The JSON form of each parameter.
    #[doc(hidden)]
    fn payload() -> Vec<fn() -> Shape>;
}

macro_rules! task_fn {
    ($(($($ty:ident),*))*) => {$(
        impl<Fun, T, $($ty),*> TaskFn<($($ty,)*)> for Fun
        where
            Fun: Fn($($ty),*) -> Call<T>,
            T: Task,
            $($ty: Data<Owned: Sized>,)*
        {
            type Task = T;
            type Exprs = ($(Expr<$ty::Owned>,)*);

            fn payload() -> Vec<fn() -> Shape> {
                vec![$(<$ty as Data>::shape),*]
            }
        }
    )*};
}

task_fn! { () (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G) (A, B, C, D, E, F, G, H) }

/// A parameter of a task that is no part of its payload: what the executor (or the Lambda
/// function's start) shares with all handlers, such as a database pool.
///
/// ```
/// use workflow_core::prelude::*;
///
/// #[derive(Clone)]
/// struct Rates(f64);
///
/// #[task]
/// async fn tax(State(rates): State<Rates>, cents: u32) -> u32 {
///     (f64::from(cents) * rates.0) as u32
/// }
///
/// # #[workflow]
/// # async fn total(cents: u32) -> Result<u32, PlatformError> { let tax = tax(cents).await?; Ok(cents + tax) }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let executor = Executor::new().state(Rates(0.25));
/// assert_eq!(executor.run(total(100)).await.output().unwrap(), 125);
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct State<T>(pub T);

/// The shared state of an executor, by type.
#[derive(Clone, Default)]
pub struct States {
    values: Arc<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl States {
    /// Adds a value; one of the same type is replaced.
    pub fn insert<T: Clone + Send + Sync + 'static>(&mut self, value: T) {
        Arc::make_mut(&mut self.values).insert(TypeId::of::<T>(), Arc::new(value));
    }

    /// The value of this type.
    ///
    /// # Errors
    ///
    /// When no value of this type was given.
    pub fn get<T: Clone + Send + Sync + 'static>(&self) -> Result<T, MissingState> {
        self.values
            .get(&TypeId::of::<T>())
            .and_then(|value| value.downcast_ref::<T>())
            .cloned()
            .ok_or(MissingState { type_name: type_name::<T>() })
    }
}

/// A handler asked for a [`State`] that was never given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no shared state of type `{type_name}` was given; add it with `.state(..)` on the executor")]
pub struct MissingState {
    /// The type that was asked for.
    pub type_name: &'static str,
}
