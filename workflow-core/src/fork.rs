//! Concurrency: what runs at the same time, how much of it at once, and what is tried again as one.
//!
//! In a workflow, `join!`, `try_join!` and [`attempt`] are Parallel states and [`map`] is a Map state. In
//! process, all branches and iterations are polled by the one task that runs the execution.
//!
//! - <https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html>
//! - <https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html>

use crate::retry::Retry;

/// Runs an `async` closure for each element of a list: a Map state.
///
/// In a workflow only, where it is awaited like a call. The closure gives a `Result`; the
/// whole gives the list of what the iterations gave, in the order of the elements, or the error of
/// the first iteration that failed, which ends the others. `.iter().enumerate()` on the list gives
/// the closure the place of each element as well.
///
/// ```
/// use workflow_core::{map, prelude::*};
///
/// #[task]
/// async fn reserve(sku: &str) -> Result<String, PlatformError> {
///     Ok(format!("reserved {sku}"))
/// }
///
/// #[workflow]
/// async fn reserve_all(skus: Vec<String>) -> Result<Vec<String>, PlatformError> {
///     map(&skus, async |sku| reserve(sku).await).max_concurrency(5).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let execution = Executor::test().run(reserve_all(vec!["apple".into(), "pear".into()])).await;
/// assert_eq!(execution.output()?, ["reserved apple", "reserved pear"]);
/// # Ok(())
/// # }
/// ```
///
/// The closure reads what is around it, and changes nothing of it: iterations run at the same time.
pub fn map<I, F>(_items: I, _body: F) -> MapPolicy {
    MapPolicy::default()
}

/// How a Map state runs its iterations. See [`map`].
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "a Map does nothing until it is awaited"]
pub struct MapPolicy {
    pub(crate) max_concurrency: Option<u32>,
    pub(crate) retry: Vec<Retry>,
}

impl MapPolicy {
    /// How many iterations run at once at most (`MaxConcurrency`). Without it, or with 0, there is no bound in
    /// process, and Step Functions runs up to 40 at once.
    pub fn max_concurrency(mut self, iterations: u32) -> Self {
        self.max_concurrency = Some(iterations);
        self
    }

    /// Adds a retrier (`Retry`): after an error that it names, all iterations run again, from the first
    /// element. The first that matches an error counts. In process the elements have to be `Clone`, as
    /// those of `&list` always are.
    ///
    /// ```
    /// # use workflow_core::{map, prelude::*};
    /// # #[task]
    /// # async fn reserve(sku: &str) -> Result<String, PlatformError> { Ok(sku.to_owned()) }
    /// #[workflow]
    /// async fn reserve_all(skus: Vec<String>) -> Result<Vec<String>, PlatformError> {
    ///     map(&skus, async |sku| reserve(sku).await)
    ///         .retry(Retry::on([PlatformError::TIMEOUT]).max_attempts(2))
    ///         .await
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// To try the iterations again each by itself, put the retrier on the call in the closure.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry.push(retry);
        self
    }
}

/// Runs an `async` closure, and runs it again from its start after errors that a retrier names: a
/// Parallel state of one branch, with `Retry`.
///
/// In a workflow only, where it is awaited like a call.
///
/// ```
/// use std::time::Duration;
/// use workflow_core::{attempt, prelude::*};
///
/// #[task]
/// async fn open() -> Result<String, PlatformError> {
///     Ok("session".to_owned())
/// }
///
/// #[task]
/// async fn download(session: &str) -> Result<u64, PlatformError> {
///     Ok(session.len() as u64)
/// }
///
/// /// A session that times out is opened anew.
/// #[workflow]
/// async fn fetch() -> Result<u64, PlatformError> {
///     attempt(async || {
///         let session = open().await?;
///         download(&session).await
///     })
///     .retry(Retry::on([PlatformError::TIMEOUT]).interval(Duration::from_secs(5)))
///     .await
/// }
/// # fn main() {}
/// ```
pub fn attempt<F>(_body: F) -> BlockPolicy {
    BlockPolicy::default()
}

/// How a block is tried again. See [`attempt`].
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "an attempt does nothing until it is awaited"]
pub struct BlockPolicy {
    pub(crate) retry: Vec<Retry>,
}

impl BlockPolicy {
    /// Adds a retrier. The first that matches an error counts.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry.push(retry);
        self
    }
}
