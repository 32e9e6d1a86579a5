//! The fields of a Map state that runs its iterations as executions of their own.

use serde::Serialize;
use serde_json::{Number, Value};

use crate::{distributed::ExecutionType, s3_source::Delimiter};

/// How a Map state runs its iterations (`ProcessorConfig`). Without it, they are part of the execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProcessorConfig {
    /// In which mode.
    pub mode: ProcessorMode,
    /// Which kind of state machine each iteration is.
    pub execution_type: ExecutionType,
}

/// The mode of a Map state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ProcessorMode {
    /// Each iteration is an execution of its own.
    Distributed,
}

/// What only a Map state in `DISTRIBUTED` mode has.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Distributed {
    /// What puts elements together, so that one child execution has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_batcher: Option<ItemBatcher>,
    /// What stands in the ARNs of the runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How many elements may fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerated_failure_count: Option<u64>,
    /// How many of 100 elements may fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerated_failure_percentage: Option<Number>,
    /// What writes the results of the child executions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_writer: Option<ResultWriter>,
}

/// What reads the elements.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ItemReader {
    /// The ARN of the action that reads.
    pub resource: String,
    /// How the elements stand in what is read.
    #[serde(skip_serializing_if = "ReaderConfig::is_empty")]
    pub reader_config: ReaderConfig,
    /// What the action receives.
    pub arguments: Value,
}

/// How the elements stand in what an [`ItemReader`] reads.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReaderConfig {
    /// `JSON`, `JSONL`, `CSV` or `MANIFEST`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_type: Option<&'static str>,
    /// `FIRST_ROW` or `GIVEN`.
    #[serde(rename = "CSVHeaderLocation", skip_serializing_if = "Option::is_none")]
    pub csv_header_location: Option<&'static str>,
    /// The keys of the columns, where they are given.
    #[serde(rename = "CSVHeaders", skip_serializing_if = "Vec::is_empty")]
    pub csv_headers: Vec<String>,
    /// What stands between two values; a comma where absent.
    #[serde(rename = "CSVDelimiter", skip_serializing_if = "Option::is_none")]
    pub csv_delimiter: Option<Delimiter>,
    /// How many elements are read at most: a number, or JSONata that gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_items: Option<Value>,
}

impl ReaderConfig {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What puts elements together. A child execution has them as `Items`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ItemBatcher {
    /// How many elements a batch has at most: a number, or JSONata that gives one.
    pub max_items_per_batch: Value,
    /// What each child execution has as `BatchInput`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_input: Option<Value>,
}

/// What writes the results of the child executions.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResultWriter {
    /// The ARN of the action that writes.
    pub resource: String,
    /// What the action receives.
    pub arguments: Value,
}
