//! The distributed Map: iterations that are executions of their own, over a list or over objects in S3.
//!
//! - <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html>

use serde::{Deserialize, Serialize};

use crate::{
    data::{Data, Field, Fields, LeftOut, Shape},
    limits::MAX_LABEL_LENGTH,
    retry::Retry,
};

/// Runs an `async` closure for each element of a list, or of what an [`s3_source`](crate::s3_source)
/// reads, each in an execution of its own: a Map state in `DISTRIBUTED` mode.
///
/// In a workflow only, where it is awaited like a call. The whole gives the list of what the children
/// gave, in the order of the elements. Beside [`map`](crate::map) it takes lists of any length, has up to
/// 10,000 children at once, and a history for each.
///
/// ```
/// use workflow_core::{distributed_map, prelude::*};
///
/// #[derive(Debug, thiserror::Error, WorkflowError)]
/// enum StockError {
///     #[error("{sku} is sold out")]
///     SoldOut { sku: String },
///     #[error(transparent)]
///     Platform(#[from] PlatformError),
/// }
///
/// #[task]
/// async fn reserve(warehouse: &str, sku: &str) -> Result<String, StockError> {
///     match sku {
///         "pear" => Err(StockError::SoldOut { sku: sku.to_owned() }),
///         _ => Ok(format!("{sku} in {warehouse}")),
///     }
/// }
///
/// #[workflow]
/// async fn reserve_all(warehouse: String, skus: Vec<String>) -> Result<Vec<String>, StockError> {
///     let reserved = distributed_map(&skus, async |sku| reserve(&warehouse, sku).await)
///         .max_concurrency(100)
///         .label("Reservations")
///         .await?;
///     Ok(reserved)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let run = |sku: &str| Executor::test().run(reserve_all("Ulm".into(), vec![sku.into()]));
/// assert_eq!(run("apple").await.output().unwrap(), ["apple in Ulm"]);
///
/// let failed = run("pear").await;
/// assert_eq!(failed.outcome().error.as_deref(), Some("States.ExceedToleratedFailureThreshold"));
/// let child = &failed.map_runs()[0].executions[0];
/// assert_eq!(child.report.outcome.error.as_deref(), Some("SoldOut"));
/// # }
/// ```
///
/// # Errors
///
/// A child execution fails with the error type of the function around the closure, or with the one
/// that the closure names (`async |sku| -> Result<u32, StockError> { .. }`). The map itself never does:
/// too many failures are [`PlatformError::ExceedToleratedFailureThreshold`](crate::PlatformError), a source
/// that cannot be read is `ItemReaderFailed`, results that cannot be written are `ResultWriterFailed`.
///
/// # What a child knows
///
/// A child execution has no variables of its parent's: those that the closure reads are passed into its
/// input beside the element (`ItemSelector`). Element and variables together may have 256 KiB. In process it
/// reads them where they are: what [`ChildExecution::input`](crate::ChildExecution) shows, and what is held to
/// that limit, is the element alone.
pub fn distributed_map<S, F>(_source: S, _body: F) -> DistributedPolicy {
    DistributedPolicy::default()
}

/// [`distributed_map`] over batches: each child execution is given up to `size` elements as a `Vec`.
///
/// ```
/// use workflow_core::{distributed_map_batches, prelude::*};
///
/// #[task]
/// async fn import(lines: &[String]) -> usize {
///     lines.len()
/// }
///
/// #[workflow]
/// async fn import_all(bucket: String) -> Result<Vec<usize>, PlatformError> {
///     let counts = distributed_map_batches(
///         s3_source::json_lines::<String>(&bucket, "lines.jsonl"),
///         100,
///         async |lines| import(&lines).await,
///     )
///     .await?;
///     Ok(counts)
/// }
/// # fn main() {}
/// ```
///
/// A batch whose child fails counts as so many failed elements.
pub fn distributed_map_batches<S, N, F>(_source: S, _size: N, _body: F) -> DistributedPolicy {
    DistributedPolicy::default()
}

/// How a distributed Map runs its child executions. See [`distributed_map`].
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "a Map does nothing until it is awaited"]
pub struct DistributedPolicy {
    pub(crate) max_concurrency: Option<u32>,
    pub(crate) label: Option<&'static str>,
    pub(crate) execution_type: ExecutionType,
    pub(crate) tolerated_failure_count: Option<u64>,
    pub(crate) tolerated_failure_percentage: Option<f64>,
    /// Bucket and prefix.
    pub(crate) results: Option<(String, String)>,
    pub(crate) retry: Vec<Retry>,
}

/// Which kind of state machine a child execution is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ExecutionType {
    /// Durable, up to a year.
    #[default]
    Standard,
    /// Cheaper for short work, up to five minutes.
    Express,
}

impl DistributedPolicy {
    /// How many child executions run at once at most (`MaxConcurrency`). Without it, or with 0, up to
    /// 10,000 do.
    pub fn max_concurrency(mut self, executions: u32) -> Self {
        self.max_concurrency = Some(executions);
        self
    }

    /// A name for the runs, which stands in their ARNs (`Label`): up to 40 characters, no white space, and
    /// none of ``? * < > { } [ ] : ; , \ | ^ ~ $ # % & ` "``. Each map of a workflow has another.
    pub fn label(mut self, label: &'static str) -> Self {
        self.label = Some(label);
        self
    }

    /// Has the child executions be Express workflows, which end after five minutes.
    pub fn express(mut self) -> Self {
        self.execution_type = ExecutionType::Express;
        self
    }

    /// Has the child executions be Standard workflows, as they are without a word.
    pub fn standard(mut self) -> Self {
        self.execution_type = ExecutionType::Standard;
        self
    }

    /// How many elements may fail (`ToleratedFailureCount`). Needs
    /// [`write_results`](Self::write_results): what the list of outputs holds for a failed child is
    /// nowhere said.
    pub fn tolerated_failure_count(mut self, elements: u64) -> Self {
        self.tolerated_failure_count = Some(elements);
        self
    }

    /// How many of 100 elements may fail (`ToleratedFailurePercentage`), from 0 to 100. Needs
    /// [`write_results`](Self::write_results).
    pub fn tolerated_failure_percentage(mut self, percentage: f64) -> Self {
        self.tolerated_failure_percentage = Some(percentage);
        self
    }

    /// Writes what became of the child executions to S3 (`ResultWriter`): the map then gives a
    /// [`MapRunResult`], which says where, and no list.
    ///
    /// Below the prefix are `manifest.json` and the files that it names.
    pub fn write_results(mut self, bucket: &str, prefix: &str) -> Self {
        self.results = Some((bucket.to_owned(), prefix.to_owned()));
        self
    }

    /// Adds a retrier (`Retry`): after an error of the map that it names, such as
    /// [`EXCEED_TOLERATED_FAILURE_THRESHOLD`](crate::PlatformError::EXCEED_TOLERATED_FAILURE_THRESHOLD), there
    /// is a new run over all elements, which are read anew. The first that matches an error counts. In
    /// process the elements of a list have to be `Clone`, as those of `&list` always are.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry.push(retry);
        self
    }

    /// Whether so many failed elements are too many. A bound that is given is the only one; without any,
    /// every failure is one too many.
    pub(crate) fn is_exceeded(&self, failed: u64, total: u64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "a run has fewer elements than 2^53")]
        let share = |percentage: f64| failed as f64 * 100.0 > percentage * total as f64;
        let count = self.tolerated_failure_count.map(|tolerated| failed > tolerated);
        let percentage = self.tolerated_failure_percentage.map(share);
        match (count, percentage) {
            (None, None) => failed > 0,
            (count, percentage) => count == Some(true) || percentage == Some(true),
        }
    }

    /// What is wrong with it, in words for the author.
    pub(crate) fn problem(&self) -> Option<String> {
        if let Some(label) = self.label
            && let Some(problem) = label_problem(label)
        {
            return Some(problem);
        }
        match self.tolerated_failure_percentage {
            Some(percentage) if !(0.0..=100.0).contains(&percentage) => {
                Some(format!("a tolerated failure percentage is from 0 to 100, and {percentage} is not"))
            }
            _ => None,
        }
    }
}

/// What is wrong with a label.
pub(crate) fn label_problem(label: &str) -> Option<String> {
    let length = label.chars().count();
    if length > MAX_LABEL_LENGTH {
        return Some(format!(
            "the label `{label}` has {length} characters; Step Functions allows {MAX_LABEL_LENGTH}"
        ));
    }
    let illegal = |letter: &char| {
        letter.is_whitespace() || letter.is_control() || "?*<>{}[]:;,\\|^~$#%&`\"".contains(*letter)
    };
    let letter = label.chars().find(illegal)?;
    Some(format!("the label `{label}` holds {letter:?}, which Step Functions does not allow in one"))
}

/// Where a distributed Map has written what became of its child executions.
///
/// ```
/// use workflow_core::MapRunResult;
///
/// let result: MapRunResult = serde_json::from_str(
///     r#"{
///         "MapRunArn": "arn:aws:states:us-east-1:000000000000:mapRun:import/Lines:4f2a",
///         "ResultWriterDetails": {"Bucket": "results", "Key": "runs/4f2a/manifest.json"}
///     }"#,
/// )?;
/// assert_eq!(result.result_writer_details.key, "runs/4f2a/manifest.json");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MapRunResult {
    /// The ARN of the run.
    pub map_run_arn: String,
    /// Where its manifest is.
    pub result_writer_details: ResultWriterDetails,
}

/// The place of a manifest, which names the files of results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResultWriterDetails {
    /// The bucket.
    pub bucket: String,
    /// The key of the manifest.
    pub key: String,
}

/// A field: its name in Rust, its key and the shape of its value.
type Named = (&'static str, &'static str, fn() -> Shape);

/// The shape of a struct that Step Functions writes, with keys in PascalCase.
pub(crate) fn shape_of(name: &'static str, fields: &[Named]) -> Shape {
    let field = |(rust, json, shape): &Named| Field {
        rust,
        json,
        flatten: false,
        transparent: false,
        skip: false,
        may_be_absent: false,
        left_out: LeftOut::Never,
        has_default: false,
        default: None,
        shape: *shape,
    };
    Shape::Struct { name, fields: Fields::Named(fields.iter().map(field).collect()) }
}

#[diagnostic::do_not_recommend]
impl Data for MapRunResult {
    type Owned = Self;
    fn shape() -> Shape {
        shape_of(
            "MapRunResult",
            &[
                ("map_run_arn", "MapRunArn", String::shape),
                ("result_writer_details", "ResultWriterDetails", ResultWriterDetails::shape),
            ],
        )
    }
}

#[diagnostic::do_not_recommend]
impl Data for ResultWriterDetails {
    type Owned = Self;
    fn shape() -> Shape {
        shape_of("ResultWriterDetails", &[("bucket", "Bucket", String::shape), ("key", "Key", String::shape)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_that_is_given_is_the_only_one() {
        let policy = DistributedPolicy::default;
        assert!(policy().is_exceeded(1, 1000));
        assert!(!policy().is_exceeded(0, 0));
        assert!(!policy().tolerated_failure_count(2).is_exceeded(2, 2));
        assert!(policy().tolerated_failure_count(2).is_exceeded(3, 1000));
        assert!(!policy().tolerated_failure_percentage(50.0).is_exceeded(1, 2));
        assert!(policy().tolerated_failure_percentage(49.9).is_exceeded(1, 2));
        assert!(!policy().tolerated_failure_percentage(100.0).is_exceeded(7, 7));
        let both = policy().tolerated_failure_count(10).tolerated_failure_percentage(10.0);
        assert!(both.is_exceeded(11, 1000) && both.is_exceeded(2, 10) && !both.is_exceeded(1, 10));
    }

    #[test]
    fn labels_are_what_step_functions_takes() {
        assert_eq!(label_problem("Orders-2026_ü"), None);
        assert!(label_problem(&"x".repeat(40)).is_none());
        assert!(label_problem(&"x".repeat(41)).unwrap().contains("41 characters"));
        for bad in ["a b", "a:b", "a\"b", "a\u{7f}b", "a*"] {
            assert!(label_problem(bad).is_some(), "{bad}");
        }
    }
}
