//! Workflows as annotated `async fn`s, which run in this process and become state machines for AWS
//! Step Functions.
//!
//! [`#[task]`](macro@task) marks a step, [`#[workflow]`](macro@workflow) what ties steps together,
//! [`Data`](derive@Data) what they hand to each other, and [`WorkflowError`](derive@WorkflowError) how
//! they fail. An [`Executor`] runs a workflow here; [`Workflow::definition`] is its state machine.
//!
//! ```
//! use workflow_core::{Workflow, prelude::*};
//!
//! #[task]
//! async fn greet(name: &str) -> String {
//!     format!("Hello, {name}!")
//! }
//!
//! /// Greets somebody, unless there is nobody.
//! #[workflow]
//! async fn welcome(name: String) -> Result<String, PlatformError> {
//!     if name == "" {
//!         return Ok("Is there anybody?".to_string());
//!     }
//!     greet(&name).await
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let execution = Executor::test().run(welcome("Ann".to_string())).await;
//! assert_eq!(execution.output().unwrap(), "Hello, Ann!");
//!
//! let states: Vec<&str> = welcome::definition().machine.states.iter().map(|(name, _)| name.as_str()).collect();
//! assert_eq!(states, ["Check Name", "Succeed", "Greet"]);
//! # }
//! ```
//!
//! # Reading order
//!
//! What both readings share comes first: [`Data`] and [`Shape`], [`WorkflowError`] and [`Failure`],
//! [`Retry`] and [`Policy`], [`Task`] and [`Workflow`]. Then the native reading ([`Executor`],
//! [`Execution`], [`Mock`], [`History`]), the state machine ([`asl`], [`Definition`]) and its files
//! ([`emit`]).

// The macros name this crate as a user does, in its own tests as well.
extern crate self as workflow_core;

mod arguments;
pub mod asl;
mod catalogue;
mod child;
mod clock;
mod contract;
mod data;
mod decimal;
pub mod deploy;
mod digest;
mod distributed;
mod effects;
pub mod emit;
mod environment;
mod error;
mod escape;
mod fork;
mod generated;
mod given;
mod history;
pub mod interpreter;
pub mod intrinsics;
pub mod jsonata;
pub mod jsonpath;
#[cfg(feature = "lambda")]
pub mod lambda;
mod limits;
mod lower;
mod map_results;
mod native;
mod resource;
mod retry;
pub mod s3_source;
pub mod schema;
pub mod services;
mod symbolic;
mod task;
pub mod testing;
mod text;
pub mod time;
mod weight;
#[cfg(feature = "aws-sfn")]
pub mod worker;
mod workflow;

#[doc = include_str!("methods.md")]
pub mod methods {}

#[doc = include_str!("refused.md")]
pub mod refused {}

pub use catalogue::*;
pub use child::{StartOnly, StartSync};
pub use clock::Clock;
pub use contract::{Contract, Handler, Handling, PayloadFn, ShapeFn, TaskContract};
pub use data::*;
pub use decimal::{Decimal, ParseDecimalError};
pub use distributed::{
    DistributedPolicy, ExecutionType, MapRunResult, ResultWriterDetails, distributed_map,
    distributed_map_batches,
};
pub use effects::*;
pub use environment::{FixedScope, Scope};
pub use error::*;
pub use fork::*;
pub use given::*;
pub use history::*;
pub use limits::MAX_DATA_BYTES;
pub use lower::{Definition, TaskInfo};
pub use native::{
    CallRecord, ChildExecution, Context, Execution, ExecutionError, Executor, ExecutorError, InputError,
    ItemCounts, MapRun, Mock, Report, TaskTokenError, TaskTokens,
};
pub use resource::Resource;
pub use retry::*;
pub use symbolic::Position;
pub use task::*;
pub use time::{TimeSpan, Timestamp};
pub use workflow::*;

/// Makes an `async fn` a task: a step of a workflow.
///
/// The function's body is the handler. In process the executor runs it; on AWS it is the code of the
/// Lambda function that the emitted Task state invokes. In a workflow the function is called as
/// usual; its parameters and its result cross the border as JSON.
///
/// ```
/// use workflow_core::prelude::*;
///
/// #[derive(Debug, thiserror::Error, WorkflowError)]
/// enum BankError {
///     #[error("the bank is busy")]
///     Busy,
///     #[error(transparent)]
///     Platform(#[from] PlatformError),
/// }
///
/// #[derive(Clone)]
/// struct Bank { fee: u32 }
///
/// #[task(
///     function = "Payments",
///     retry(errors = [Busy, TIMEOUT], interval_seconds = 2, max_attempts = 5, backoff_rate = 1.5, jitter),
///     timeout_seconds = 30,
/// )]
/// async fn charge(State(bank): State<Bank>, account: &str, cents: u32) -> Result<u32, BankError> {
///     if account.is_empty() { Err(BankError::Busy) } else { Ok(cents + bank.fee) }
/// }
/// # fn main() {}
/// ```
///
/// # The payload
///
/// One parameter is the payload itself; several are an object with their names as keys. A parameter
/// may be a reference. A parameter of type [`State<T>`](State) is shared state and no part of the
/// payload. One of type [`IdempotencyKey`] or [`TaskToken`] is filled in by the platform; the payload is
/// an object then in any case. `charge::handler(..)` is the author's function as it was written, for unit tests.
///
/// # The result
///
/// `Result<T, E>` with `E: WorkflowError`. A task that returns a plain `T` has no error of its own; a
/// caller awaits `Result<T, PlatformError>`. One with a [`TaskToken`] returns a [`Pending`]: who holds the
/// token answers.
///
/// # Words
///
/// | word | meaning | default |
/// |---|---|---|
/// | `function = ".."` | the Lambda function, `${..}` in the state machine | the name in `PascalCase` and `Function` |
/// | `activity = ".."` | an activity instead, whose workers do the work: `${..}` is its ARN | none |
/// | `resource = ".."` | the ARN of an action of an AWS service, instead of a Lambda function | |
/// | `retry(..)`, several in order | a retrier | none |
/// | ‥ `errors = [..]` | variants of the task's error type, or constants of `PlatformError` (`TIMEOUT`, `ALL`) | required |
/// | ‥ `interval_seconds` | the delay before the first retry | 1 |
/// | ‥ `max_attempts` | how many retries there are at most | 3 |
/// | ‥ `backoff_rate` | what the delay is multiplied with after each | 2.0 |
/// | ‥ `max_delay_seconds` | what the delay grows to at most | no limit |
/// | ‥ `jitter` | draw each delay between 0 and its value (`FULL`) | off |
/// | `timeout_seconds` | how long one attempt may take | none |
/// | `heartbeat_seconds` | how long an attempt may be silent | none |
/// | `lambda_transients = false` | do not retry Lambda's four transient errors | they are: 3 times, 1 s, doubling |
///
/// A call may override them: see [`Call`]. The rules of retries are Step Functions':
/// <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>.
///
/// # Actions of AWS services
///
/// [`services`] has the most usual ones. Any other is a function without a body whose attribute names
/// the resource. The parameters are its arguments, spelt as Rust spells names; the result is read from
/// the whole answer, whose keys are in PascalCase. In process a [`services::Service`] or a [`Mock`] answers.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use workflow_core::prelude::*;
///
/// #[derive(Serialize, Deserialize, Data)]
/// #[serde(rename_all = "PascalCase")]
/// struct Described {
///     status: String,
/// }
///
/// #[derive(Debug, thiserror::Error, WorkflowError)]
/// enum DescribeError {
///     #[error("there is no such execution")]
///     #[workflow(name = "Sfn.ExecutionDoesNotExistException")]
///     Unknown,
///     #[error(transparent)]
///     Platform(#[from] PlatformError),
/// }
///
/// #[task(resource = "arn:aws:states:::aws-sdk:sfn:describeExecution")]
/// async fn describe_execution(execution_arn: &str) -> Result<Described, DescribeError>;
/// # fn main() {}
/// ```
///
/// A misspelt service, action, argument or error name does not compile.
pub use workflow_macros::task;

/// Makes an `async fn` a workflow: it awaits tasks and decides.
///
/// ```
/// use workflow_core::{Workflow, prelude::*};
///
/// #[task]
/// async fn double(number: u32) -> u32 {
///     number * 2
/// }
///
/// /// Doubles a number, twice if it is small.
/// #[workflow(name = "double-up", timeout_seconds = 600)]
/// async fn double_up(number: u32) -> Result<u32, PlatformError> {
///     /// The comment of the first state.
///     let once = double(number).await?;
///     #[state = "Small Enough?"]
///     if once < 100 {
///         return double(once).await;
///     }
///     Ok(once)
/// }
///
/// assert_eq!(double_up::META.name, "double-up");
/// ```
///
/// The words are `name = ".."` (default: the function's in `kebab-case`), `kind = standard` or
/// `express`, and `timeout_seconds`. The doc comment is the state machine's `Comment`.
///
/// # What a body may say
///
/// | Rust | Amazon States Language |
/// |---|---|
/// | `task(a, &b).await?` | a Task; an error leaves with its name and cause |
/// | `dynamodb::put_item(ORDERS, &order).await?` and the other actions in [`services`] | a Task that calls the service itself |
/// | `.retry(..)`, `.timeout(..)`, `.heartbeat(..)` on the call | `Retry`, `TimeoutSeconds`, `HeartbeatSeconds` |
/// | `workflow(..).await?` | the other workflow's states in the place of the call |
/// | `workflow(..).start_sync().await?`, `workflow(..).start().await?`, with `.name(..)` | a Task that starts an execution, and waits for it or not |
/// | `match task(..).await { Ok(v) => .., Err(E::Variant { field }) => .., Err(e) => .. }`, `if let`, `let .. else`, `let result = task(..).await;` | `Catch` by error name; fields are bound by `Assign` |
/// | `async { .. }` with `?` inside, awaited | its errors are caught where it is matched; no state of its own |
/// | `let _ = task(..).await;` | `Catch` of everything, and on |
/// | `let x = ..`, also taken apart | `Assign` on the state before, or the value where it is used |
/// | `let mut x`, `x = ..`, `x.field += ..`, `list.push(..)`, `mem::take(&mut x)` | the same, again |
/// | `while`, `while let`, `loop`, `for` over a list or a range, with `.enumerate()` or `.rev()`; `break` with a value, `continue`, labels | a Choice and a way back |
/// | `distributed_map(&list, async \|item\| ..).await`, over an [`s3_source`] too, or in batches | a Map in `DISTRIBUTED` mode |
/// | `sleep(Duration::from_secs(..)).await`, `sleep_until(time).await` | a Wait |
/// | `now().await`, `uuid().await`, `random().await`, `random_range(1..=6).await` | `Assign` on the state before |
/// | `execution().id()`, `.name()`, `.start_time()`, `.state_machine_id()`, `.state_machine_name()` | the context object |
/// | `if`, `else if`, `match`, `let .. else` around calls | a Choice |
/// | the same around pure values | `condition ? a : b` |
/// | `json!({ "key": value })`, `value["key"]` | JSON of any form: a `serde_json::Value` |
/// | patterns: literals, ranges, variants, structs, tuples, slices (`[first, rest @ ..]`), `\|`, `@` | conditions, and the parts where they are used |
/// | `return`, `Ok(..)`, a plain value | the last Task's `Output`, or a Succeed |
/// | `Err(E::Variant { .. })` | a Fail |
/// | struct, enum, tuple and array literals, `vec![..]`, fields, constants | JSON, as serde writes it |
/// | `+ - * / % << >>`, `== != < <= > >=`, `&& \|\| !`, also of types under [`#[pure]`](macro@pure) | JSONata with Rust's meaning |
/// | `format!` with `{}` and `{name}` | `&` |
/// | methods of iterators, lists, `BTreeMap`s, `BTreeSet`s, text, `Option`, `Result` and numbers; ranges, `list[i]`, `as` | see the table in [`methods`] |
/// | `matches!(..)`, `error.name()`, `error.cause()`, `{error}` | |
/// | [`jsonata!`] | JSONata as it is written |
///
/// Anything else is refused, with advice: what the two readings could not say alike belongs into a
/// task.
///
/// # Notes
///
/// `/// text` on a statement, an expression or a `match` arm is the `Comment` of its state, and
/// `#[state = "Name"]` its name.
pub use workflow_macros::workflow;

/// Makes a function, or the functions of an `impl` block, one that a workflow may call without awaiting.
///
/// It stays an ordinary function for everybody else. In a state machine its body stands where the call
/// is, as an expression.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use workflow_core::prelude::*;
///
/// #[derive(Clone, Serialize, Deserialize, Data)]
/// pub struct Line {
///     cents: u64,
///     count: u64,
/// }
///
/// #[pure]
/// impl Line {
///     pub fn total(&self) -> u64 {
///         self.cents * self.count
///     }
/// }
///
/// #[pure]
/// pub fn total(lines: &[Line]) -> u64 {
///     lines.iter().map(Line::total).sum()
/// }
///
/// #[workflow]
/// async fn needs_approval(lines: Vec<Line>) -> bool {
///     total(&lines) > 50_000
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let lines = vec![Line { cents: 20_000, count: 3 }];
/// assert_eq!(total(&lines), 60_000);
/// assert!(Executor::test().run(needs_approval(lines)).await.output().unwrap());
/// # }
/// ```
///
/// # What a body may say
///
/// What a workflow's pure expressions may: `let`, `if` and `match`, `let .. else`, `return` and `?`
/// (on an `Option` or a `Result`), closures over lists, `format!`, constants, and calls of other `#[pure]`
/// functions. It awaits nothing, sets no variable and does not call itself, directly or by way of others:
/// a state machine has no recursion.
///
/// Parameters are values or references to them, at most 8; the result may be a reference. Types may be
/// generic: `fn first_or<T: Data + Clone>(items: &[T], default: T) -> T`. A method may take `&mut self` if it gives
/// nothing: `cart.add(line);` then sets the variable `cart`.
///
/// An `impl` block is that of a type, of a trait of your own, or of one of Rust's that means something to a state
/// machine: `From`, `TryFrom`, `Display` (for `{}` and `to_string`), `FromStr` (for `parse`), `Ord` and `PartialOrd`
/// (for `<`, `sort`, `max`), `Default`, `Add`, `AddAssign`, `Neg` and their kin. Derived orders, and the `Display` of an
/// enum without fields, are understood without. Where functions in it are marked with `#[pure]` as well, the others stay as
/// they are and may do anything; the mark alone, without that of the block, does not do.
///
/// A function that is called but is not `#[pure]` is refused where it is called.
pub use workflow_macros::pure;

/// Tells how serde writes a type: see the trait [`Data`](trait@Data).
pub use workflow_macros::Data;

/// An expression of JSONata, written out: for what JSONata says in a line and Rust's methods do not.
///
/// The text comes first. It reads a value as `$name`: one that is bound behind it, `name = value`, or, as in
/// `format!`, the variable of that name. The value has the type that its place expects.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use workflow_core::prelude::*;
///
/// #[derive(Serialize, Deserialize, Data)]
/// struct Line { sku: String, price: u64, tags: Vec<String> }
///
/// #[derive(Serialize, Deserialize, Data)]
/// struct Order { id: String, lines: Vec<Line> }
///
/// #[workflow]
/// async fn price(order: Order, at_least: u64) -> Result<(u64, Vec<String>), PlatformError> {
///     let total: u64 = jsonata!("$sum($lines.price)", lines = &order.lines);
///     let dear: Vec<String> = jsonata!("$order.lines[price >= $at_least]^(>price).sku");
///     Ok((total, dear))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let line = |sku: &str, price| Line { sku: sku.to_owned(), price, tags: Vec::new() };
/// let order = Order { id: "o-1".to_owned(), lines: vec![line("pen", 3), line("ink", 9)] };
/// let execution = Executor::test().run(price(order, 5)).await;
/// assert_eq!(execution.output().unwrap(), (12, vec!["ink".to_owned()]));
/// # }
/// ```
///
/// It stands wherever a value is computed: in a `let`, a condition, an argument, a `#[pure]` function. In
/// process the same text is evaluated by [`jsonata`](mod@crate::jsonata), outside of workflows as well; in the
/// state machine it is part of the state's expression, with the bound values before it:
/// `{% ($lines := $order.lines; $sum($lines.price)) %}`.
///
/// # What is refused
///
/// All of it when the workflow compiles, with the words of JSONata's parser: what is no JSONata 2.0.6 (`??` and
/// `?:` are of a later one), functions that Step Functions does not have (`$eval`), those that differ from
/// run to run (`$now()`, `$millis()`, `$random()`, `$uuid()`, `$shuffle()`: draw the value before), names that
/// nothing is bound to, `$states`, and what is read of the context value (`$`, `$$`, a path that begins with a
/// field), which Step Functions leaves undefined. `%` for what a value was found in is not read.
/// The names that the text sets with `:=`, `@`, `#` or as parameters are its own and hide no variable of
/// the workflow.
///
/// # The value
///
/// Where the text gives nothing, because a path leads nowhere, an `Option` is `None`, a list is empty, and
/// for any other type the execution fails with `States.QueryEvaluationError`, as it does of what
/// JSONata throws. It fails where the expression stands, before whatever comes next. JSONata makes one
/// value of a sequence of one: where the type is a list, it is a list of it again. Inside an object that the text
/// makes write `[..]` around such a path, as for any state machine.
///
/// In process a value that is not of the type fails the execution in the same way; a state machine goes on with it.
///
/// # Panics
///
/// In process the failure is a panic, as an overflow is, which an execution reports. Outside of one it
/// is the caller's.
pub use workflow_macros::jsonata;

/// Tells Step Functions the names of an error type: see the trait
/// [`WorkflowError`](trait@WorkflowError).
pub use workflow_macros::WorkflowError;

/// Everything that a file of workflows needs.
pub mod prelude {
    pub use crate::{
        Data, Decimal, Executor, Failure, IdempotencyKey, Mock, Pending, PlatformError, Retry, State,
        TaskToken, TimeSpan, Timestamp, WorkflowError, attempt, distributed_map, distributed_map_batches,
        execution, jsonata, map, now, pure, random, random_range, s3_source, sleep, sleep_until, task, uuid,
        workflow,
    };
}

/// What the macros write. No part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use serde_json;

    pub use crate::{
        arguments::decode_named,
        data::{Data, Field, Fields, LeftOut, MapKey, Shape, Tagging, Variant},
        effects::Drawable,
        error::{
            ErrorField, ErrorKind, ErrorName, ErrorVariant, Failure, MessagePart, PlatformError, Propagates,
            WorkflowError, cause_with_data, data_of_cause, declares,
        },
        escape::{Jsonata, JsonataPiece, bound, jsonata},
        generated::{
            Accepted, Held, IsResult, JsonObject, is_data, json, run_call, run_draw, run_sleep,
            run_sleep_until, size_of_body, size_of_run, this_execution, to_json,
        },
        given::PendingOf,
        lower::define,
        native::{
            Context, Fork as NativeFork, NoAnswer, batches, block, child, error_of, items, iteration, once,
            repeated, run_attempt, run_distributed, run_distributed_written, run_map, run_map_again, source,
        },
        services::{lower_resource, result_of_resource},
        symbolic::*,
        task::{Awaitable, Waits},
    };
}
