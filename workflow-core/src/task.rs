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
    contract::{PayloadFn, ShapeFn},
    data::{Data, Shape},
    error::{Failure, WorkflowError},
    given::{Given, give},
    history::Text,
    native::{Context, NoAnswer, handle, submit},
    resource::Resource,
    retry::{Length, Policy, Retry, Seconds},
    symbolic::{Builder, Expr, ExprTuple, Lowered, Node, SymCall, SymStart, lower_lambda},
    workflow::{Start, Workflow},
};

/// A step of a workflow: what `#[task]` makes of an `async fn`.
pub trait Task: Sized + 'static {
    /// The function's name in Rust.
    const NAME: &'static str;
    /// What the Task state calls: a Lambda function, unless the task is an action of a service.
    const RESOURCE: Resource = Resource::LAMBDA_INVOKE;
    /// The name of the Lambda function that runs the handler; the placeholder `${NAME}` in the
    /// emitted state machine. Empty where the task is an action of another service.
    const FUNCTION: &'static str;
    /// The parameters that make up the payload, in order. With one, the payload is its value;
    /// otherwise it is an object with these keys.
    const PARAMETERS: &'static [&'static str];
    /// The parameters that the platform fills in. Where there is one, the payload is always an object.
    const GIVEN: &'static [Given] = &[];
    /// Whether what happens in an attempt happens outside of the execution, so that its time stands still.
    #[doc(hidden)]
    const OUTSIDE: bool = true;
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

    /// Runs the handler of a task with a [`TaskToken`](crate::TaskToken), whose result comes from who holds
    /// it: [`handle`](Self::handle) never ends there. On AWS the function answers with `null`.
    fn hand_out(
        arguments: Self::Arguments,
        states: States,
    ) -> impl Future<Output = Result<Result<(), Self::Error>, MissingState>> + Send {
        async { Ok(Self::handle(arguments, states).await?.map(drop)) }
    }

    /// Adds what the platform fills in to a payload.
    #[doc(hidden)]
    fn give(payload: &str, value: &dyn Fn(Given) -> String) -> Text {
        give::<Self>(payload, value)
    }

    /// Hands on the work of a task whose result comes from who holds its token: what the service answers to
    /// that.
    #[doc(hidden)]
    fn submit(
        payload: Text,
        subject: Option<Text>,
        context: Context,
    ) -> impl Future<Output = Result<Text, NoAnswer>> + Send {
        let _ = subject;
        submit::<Self>(payload, context)
    }

    /// What the Task state calls where whoever holds its token answers, if an action can be called so.
    #[doc(hidden)]
    const WITH_TOKEN: Option<Resource> = None;

    /// The arguments of a call with a token, in the symbolic reading.
    #[doc(hidden)]
    fn with_token(_: &Builder, _: &mut Lowered) {}

    /// Reads the arguments from a payload.
    #[doc(hidden)]
    fn decode(payload: &str) -> Result<Self::Arguments, serde_json::Error> {
        match Self::GIVEN {
            [] => arguments::decode(payload, Self::PARAMETERS),
            _ => arguments::decode_named(payload, Self::PARAMETERS),
        }
    }

    /// The failure that the workflow sees of one that the service reported.
    #[doc(hidden)]
    fn failure(failure: Failure) -> Failure {
        failure
    }

    /// The symbolic reading of a call: the state's `Arguments`, and what it gives of the answer.
    #[doc(hidden)]
    fn lower(builder: &Builder, arguments: Vec<Node>) -> Lowered {
        lower_lambda(builder, Self::FUNCTION, Self::PARAMETERS, Self::GIVEN, arguments)
    }

    /// A method on the call of a service, such as `.condition(..)`, in the symbolic reading.
    #[doc(hidden)]
    fn option(builder: &Builder, _: &mut Lowered, option: &str, _: Vec<(Node, Shape)>) {
        builder.problem(format!("`{}` has no option `{option}`", Self::NAME));
    }

    /// The symbolic reading of a call, once everything about it is known.
    #[doc(hidden)]
    fn finish(_: &Builder, _: &mut Lowered) {}

    /// The native reading of one attempt: an answer as the service would give it. `subject` is what a
    /// call of a service is about, as JSON.
    #[doc(hidden)]
    fn attempt(
        payload: Text,
        subject: Option<Text>,
        context: Context,
    ) -> impl Future<Output = Result<Text, NoAnswer>> + Send {
        let _ = subject;
        handle::<Self>(payload, context)
    }

    /// The answer that gives this result.
    #[doc(hidden)]
    fn answer(result: &Self::Output) -> Result<Text, serde_json::Error> {
        Text::json(result)
    }

    /// The result that an answer gives.
    #[doc(hidden)]
    fn result(answer: &str) -> Result<Self::Output, serde_json::Error> {
        serde_json::from_str(answer)
    }
}

/// Decodes the payload of a call of `T`.
///
/// # Errors
///
/// A payload that is not what the parameters expect fails with the name `InvalidPayload`.
pub fn decode_arguments<T: Task>(payload: &str) -> Result<T::Arguments, Failure> {
    T::decode(payload).map_err(|error| {
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
    /// What a call of a service is about, as JSON.
    pub(crate) subject: Option<Text>,
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
            subject: None,
            task: PhantomData,
        }
    }

    /// Adds a retrier. The first `retry` of a call replaces those on the task's attribute.
    pub fn retry(mut self, retry: Retry) -> Self {
        add_retry(&mut self.policy, &mut self.overrides_retry, retry);
        self
    }

    /// Fails the task with `States.Timeout` when one attempt takes longer. A part of a second counts as a
    /// whole one. The length may be computed when the workflow runs; then less than a second counts as one.
    pub fn timeout(mut self, timeout: impl Length) -> Self {
        self.policy.timeout = Some(timeout.seconds().within());
        self
    }

    /// Fails the task with `States.Timeout` when no heartbeat arrives for so long.
    pub fn heartbeat(mut self, heartbeat: impl Length) -> Self {
        self.policy.heartbeat = Some(heartbeat.seconds().within());
        self
    }

    /// Leaves the service's transient errors to the retriers given here.
    pub fn no_transient_retries(mut self) -> Self {
        self.policy.transients = &[];
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
pub fn sleep(duration: impl Length) -> Sleep {
    Sleep { seconds: duration.seconds() }
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

/// What waits in a workflow: [`Sleep`], and nothing else of that name.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this `sleep` waits in this process, and a workflow waits in Step Functions",
    label = "this is a `{Self}`",
    note = "write `workflow_core::sleep(..).await`, which `use workflow_core::prelude::*;` brings into scope, and remove the other import"
)]
pub trait Waits {
    /// How long it waits.
    fn how_long(self) -> Duration;
}

#[diagnostic::do_not_recommend]
impl Waits for Sleep {
    fn how_long(self) -> Duration {
        self.duration()
    }
}

/// What may be awaited in a workflow: a [`Call`], or another workflow.
///
/// What it is stands as a parameter: rustc then reports what cannot be awaited once.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "only a call of a `#[task]` or of another workflow can be awaited in a workflow",
    label = "this is a `{Self}`",
    note = "mark the function with `#[task]`, or call it inside one"
)]
pub trait Awaitable<Is: Awaited> {
    /// What it is.
    fn is(self) -> Is;
}

/// What is awaited, and can be run to its result.
#[doc(hidden)]
pub trait Awaited {
    /// The `Result` that it gives.
    type Outcome;
    /// Runs it to its result.
    fn run(self, context: &Context, site: usize) -> impl Future<Output = Self::Outcome> + Send;
}

#[diagnostic::do_not_recommend]
impl<T: Task> Awaitable<Self> for Call<T> {
    fn is(self) -> Self {
        self
    }
}

impl<T: Task> Awaited for Call<T> {
    type Outcome = Result<T::Output, T::Error>;

    fn run(self, context: &Context, site: usize) -> impl Future<Output = Self::Outcome> + Send {
        context.task(self, site)
    }
}

#[diagnostic::do_not_recommend]
impl<W: Workflow> Awaitable<Self> for Start<W> {
    fn is(self) -> Self {
        self
    }
}

impl<W: Workflow> Awaited for Start<W> {
    type Outcome = Result<W::Output, W::Error>;

    fn run(self, context: &Context, site: usize) -> impl Future<Output = Self::Outcome> + Send {
        context.inline(self, site)
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
}

/// What can be called in a workflow and awaited: the function of a task, or of another workflow.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this is not a `#[task]`, so Step Functions has no way to call it",
    label = "not a `#[task]`",
    note = "mark the function with `#[task]`, or call it inside one"
)]
pub trait Callee<Parameters> {
    /// What a call of it is.
    type Called: Called;
    /// The arguments of a call in the symbolic reading.
    type Exprs: ExprTuple;

    /// The JSON form of each parameter.
    fn payload() -> Vec<ShapeFn>;
}

/// What a call is in the symbolic reading.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this is not a `#[task]`, so Step Functions has no way to call it",
    label = "not a `#[task]`",
    note = "mark the function with `#[task]`, or call it inside one"
)]
pub trait Called {
    /// The call in the symbolic reading.
    type Symbolic<'a>;
    /// The call with these arguments; `payload` gives the JSON form of each.
    fn symbolic(builder: &Builder, arguments: Vec<Node>, payload: PayloadFn) -> Self::Symbolic<'_>;
}

#[diagnostic::do_not_recommend]
impl<T: Task> Called for Call<T> {
    type Symbolic<'a> = SymCall<<T::Output as Data>::Owned, T::Error>;

    fn symbolic(builder: &Builder, arguments: Vec<Node>, payload: PayloadFn) -> Self::Symbolic<'_> {
        SymCall::of::<T>(builder, arguments, payload)
    }
}

#[diagnostic::do_not_recommend]
impl<W: Workflow> Called for Start<W> {
    type Symbolic<'a> = SymStart<'a, W>;

    fn symbolic(builder: &Builder, arguments: Vec<Node>, _: PayloadFn) -> Self::Symbolic<'_> {
        SymStart::new(builder, arguments)
    }
}

macro_rules! callee {
    ($(($($ty:ident),*))*) => {$(
        impl<Fun, Call, $($ty),*> Callee<($($ty,)*)> for Fun
        where
            Fun: Fn($($ty),*) -> Call,
            Call: Called,
            $($ty: Data<Owned: Sized>,)*
        {
            type Called = Call;
            type Exprs = ($(Expr<$ty::Owned>,)*);

            fn payload() -> Vec<ShapeFn> {
                vec![$(<$ty as Data>::shape),*]
            }
        }
    )*};
}

callee! {
    () (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G)
    (A, B, C, D, E, F, G, H) (A, B, C, D, E, F, G, H, I) (A, B, C, D, E, F, G, H, I, J)
    (A, B, C, D, E, F, G, H, I, J, K) (A, B, C, D, E, F, G, H, I, J, K, L)
    (A, B, C, D, E, F, G, H, I, J, K, L, M) (A, B, C, D, E, F, G, H, I, J, K, L, M, N)
    (A, B, C, D, E, F, G, H, I, J, K, L, M, N, O) (A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P)
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
