//! What a workflow may ask for beside calling tasks: the time, random values, a point in time to wait for,
//! and what its execution knows of itself.
//!
//! A value that differs from run to run is awaited: it is drawn once, where it stands, and stays what it
//! was. What an execution knows of itself never changes, so it is read without `.await`.

use crate::{environment, time::Timestamp};

/// The time: `now().await`, in a workflow only.
///
/// On AWS it is an `Assign` on the state before (`$now()`), in front of the first state the time at which
/// that was entered; neither costs a state. In process it is the execution's clock, in a test a virtual one.
///
/// ```
/// use std::time::Duration;
/// use workflow_core::prelude::*;
///
/// #[workflow]
/// async fn patient() -> (Timestamp, Timestamp) {
///     let before = now().await;
///     sleep(Duration::from_secs(60)).await;
///     let after = now().await;
///     (before, after)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (before, after) = Executor::test().run(patient()).await.output().unwrap();
/// assert_eq!(after - before, TimeSpan::from_secs(60));
/// # }
/// ```
pub const fn now() -> Now {
    Now(())
}

/// A UUID of version 4 as text: `uuid().await`, in a workflow only.
///
/// On AWS it is `$uuid()` in an `Assign`; a task that is tried again sees the same one. One in front of the
/// first state costs a Pass. In process it is drawn from [`Executor::seed`](crate::Executor::seed).
///
/// ```
/// use workflow_core::prelude::*;
///
/// #[workflow]
/// async fn order_number() -> String {
///     let id = uuid().await;
///     format!("order-{id}")
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let number = Executor::test().run(order_number()).await.output().unwrap();
/// assert_eq!(number.len(), 42);
/// # }
/// ```
pub const fn uuid() -> Uuid {
    Uuid(())
}

/// A number from 0 to less than 1: `random().await`, in a workflow only.
///
/// On AWS it is `$random()` in an `Assign`. One in front of the first state costs a Pass. In process it is
/// drawn from [`Executor::seed`](crate::Executor::seed).
pub const fn random() -> Random {
    Random(())
}

/// A whole number from a range: `random_range(1..=6).await`, in a workflow only.
///
/// The range stands there as such; its ends may be computed. An empty one gives its start. On AWS it is
/// made of `$random()`, see [`random`].
///
/// ```
/// use workflow_core::prelude::*;
///
/// #[workflow]
/// async fn roll(sides: u32) -> u32 {
///     random_range(1..=sides).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// for seed in 0..20 {
///     let rolled = Executor::test().seed(seed).run(roll(6)).await.output().unwrap();
///     assert!((1..=6).contains(&rolled));
/// }
/// # }
/// ```
pub fn random_range<T: Whole>(range: impl WholeRange<T>) -> RandomRange<T> {
    let (low, count) = range.low_and_count();
    RandomRange { low, count }
}

/// Waits until a point in time: `sleep_until(time).await`, a Wait state with a `Timestamp`.
///
/// In a workflow only. A point that has passed is not waited for.
///
/// ```
/// use std::time::Duration;
/// use workflow_core::prelude::*;
///
/// #[workflow]
/// async fn appointment(time: Timestamp) -> u32 {
///     sleep_until(time).await;
///     1
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let noon = Timestamp::from_millis(1_767_225_600_000 + 43_200_000);
/// let execution = Executor::test().run(appointment(noon)).await;
/// assert_eq!(execution.elapsed(), Duration::from_secs(43_200));
/// # }
/// ```
pub const fn sleep_until(time: Timestamp) -> SleepUntil {
    SleepUntil { time }
}

/// What the running execution knows of itself: `execution().id()`, in a workflow only. See
/// [`ExecutionContext`].
///
/// ```
/// use workflow_core::prelude::*;
///
/// #[workflow]
/// async fn label(number: u32) -> String {
///     format!("{}/{number}", execution().name())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let executor = Executor::test().execution_name("monday");
/// assert_eq!(executor.run(label(7)).await.output().unwrap(), "monday/7");
/// # }
/// ```
pub const fn execution() -> ThisExecution {
    ThisExecution(())
}

/// The time, not yet awaited: what [`now`] returns.
#[must_use = "the time is read when it is awaited"]
#[derive(Clone, Copy, Debug)]
pub struct Now(());

/// A UUID, not yet awaited: what [`uuid`] returns.
#[must_use = "a UUID is drawn when it is awaited"]
#[derive(Clone, Copy, Debug)]
pub struct Uuid(());

/// A random number, not yet awaited: what [`random`] returns.
#[must_use = "a random number is drawn when it is awaited"]
#[derive(Clone, Copy, Debug)]
pub struct Random(());

/// A random whole number, not yet awaited: what [`random_range`] returns.
#[must_use = "a random number is drawn when it is awaited"]
#[derive(Clone, Copy, Debug)]
pub struct RandomRange<T> {
    low: T,
    count: f64,
}

/// A type of whole numbers.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`random_range` draws whole numbers, and this is a `{Self}`",
    label = "no whole number",
    note = "write `random().await` for a number from 0 to less than 1"
)]
pub trait Whole: Copy {
    /// How many numbers there are from this one to another, without that.
    fn count_to(self, end: Self) -> f64;
    /// The number so many steps on.
    fn plus(self, steps: f64) -> Self;
}

macro_rules! whole {
    ($($ty:ident)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Whole for $ty {
            #[allow(clippy::cast_precision_loss, reason = "JSON numbers are no more precise")]
            fn count_to(self, end: Self) -> f64 {
                (end as f64 - self as f64).max(0.0)
            }

            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a step stays in the range")]
            fn plus(self, steps: f64) -> Self {
                (self as f64 + steps) as Self
            }
        }
    )*};
}

whole! { u8 u16 u32 u64 usize i8 i16 i32 i64 isize }

/// A range of whole numbers that is written out.
#[doc(hidden)]
pub trait WholeRange<T> {
    /// Its start, and how many numbers it has.
    fn low_and_count(self) -> (T, f64);
}

impl<T: Whole> WholeRange<T> for std::ops::Range<T> {
    fn low_and_count(self) -> (T, f64) {
        (self.start, self.start.count_to(self.end))
    }
}

impl<T: Whole + PartialOrd> WholeRange<T> for std::ops::RangeInclusive<T> {
    fn low_and_count(self) -> (T, f64) {
        let (low, high) = self.into_inner();
        (low, if high < low { 0.0 } else { low.count_to(high) + 1.0 })
    }
}

/// A wait for a point in time, not yet awaited: what [`sleep_until`] returns.
#[must_use = "a wait does nothing until it is awaited"]
#[derive(Clone, Copy, Debug)]
pub struct SleepUntil {
    time: Timestamp,
}

impl SleepUntil {
    /// The point in time.
    pub const fn time(self) -> Timestamp {
        self.time
    }
}

/// The running execution: what [`execution`] returns. A workflow asks it for an [`ExecutionContext`].
#[must_use = "ask for something: `execution().id()`"]
#[derive(Clone, Copy, Debug)]
pub struct ThisExecution(());

/// What an execution knows of itself. All of it is the same from start to end.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionContext {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) start_time: Timestamp,
    pub(crate) state_machine_id: String,
    pub(crate) state_machine_name: String,
}

impl ExecutionContext {
    /// The ARN of the execution: `$states.context.Execution.Id`.
    ///
    /// In process `arn:aws:states:us-east-1:123456789012:execution:<workflow>:<name>`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its name: `$states.context.Execution.Name`. In process
    /// [`Executor::execution_name`](crate::Executor::execution_name), or a UUID as on AWS.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it started: `$states.context.Execution.StartTime`.
    pub fn start_time(&self) -> Timestamp {
        self.start_time
    }

    /// The ARN of its state machine: `$states.context.StateMachine.Id`.
    pub fn state_machine_id(&self) -> &str {
        &self.state_machine_id
    }

    /// The name of its state machine: `$states.context.StateMachine.Name`. In process the workflow's.
    pub fn state_machine_name(&self) -> &str {
        &self.state_machine_name
    }
}

/// What a workflow draws when it awaits it: [`now`], [`uuid`], [`random`]. What it is stands as a parameter:
/// rustc then reports what cannot be drawn once.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`now`, `uuid` and `random` are words of a workflow, and this is a function of the same name",
    label = "this is a `{Self}`",
    note = "give the function another name"
)]
pub trait Drawable<Is: Draw> {
    /// What it is.
    fn is(self) -> Is;
}

/// How a value is drawn.
#[doc(hidden)]
pub trait Draw {
    /// What is drawn.
    type Value;
    /// Draws it.
    fn draw(self, source: &mut Source<'_>) -> Self::Value;
}

/// Where drawn values come from.
#[doc(hidden)]
#[derive(Debug)]
pub struct Source<'a> {
    pub(crate) now: Timestamp,
    pub(crate) random: &'a mut fastrand::Rng,
}

impl Source<'_> {
    /// The interpreter has a generator of its own for each expression, and this draws the same.
    fn generator(&mut self) -> fastrand::Rng {
        fastrand::Rng::with_seed(self.random.u64(..))
    }
}

/// A UUID of version 4, made of the same bits as the interpreter makes it of.
/// (<https://www.rfc-editor.org/rfc/rfc9562.html#name-uuid-version-4>)
pub(crate) fn uuid_of(random: &mut fastrand::Rng) -> String {
    let (high, low) = (random.u64(..), random.u64(..));
    environment::uuid_of(high, low)
}

#[diagnostic::do_not_recommend]
impl Drawable<Self> for Now {
    fn is(self) -> Self {
        self
    }
}

impl Draw for Now {
    type Value = Timestamp;

    fn draw(self, source: &mut Source<'_>) -> Timestamp {
        source.now
    }
}

#[diagnostic::do_not_recommend]
impl Drawable<Self> for Uuid {
    fn is(self) -> Self {
        self
    }
}

impl Draw for Uuid {
    type Value = String;

    fn draw(self, source: &mut Source<'_>) -> String {
        uuid_of(&mut source.generator())
    }
}

#[diagnostic::do_not_recommend]
impl Drawable<Self> for Random {
    fn is(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T: Whole> Drawable<Self> for RandomRange<T> {
    fn is(self) -> Self {
        self
    }
}

impl<T: Whole> Draw for RandomRange<T> {
    type Value = T;

    fn draw(self, source: &mut Source<'_>) -> T {
        let drawn = environment::fraction(source.generator().u64(..));
        self.low.plus((drawn * self.count).floor())
    }
}

impl Draw for Random {
    type Value = f64;

    fn draw(self, source: &mut Source<'_>) -> f64 {
        environment::fraction(source.generator().u64(..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_of_version_4() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..100 {
            let uuid = uuid_of(&mut random);
            assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"), "{uuid}");
            assert!("89ab".contains(&uuid[19..20]), "{uuid}");
        }
        assert_ne!(uuid_of(&mut random), uuid_of(&mut random));
    }
}
