//! What belongs to Map and Parallel states: their inner state machines, and where a distributed Map
//! reads, batches and writes items.

use serde_json::{Map, Value};

use super::{
    Code, Diagnostic,
    expression::PathRule,
    fields::{Field, Schema, all, both, jsonata, path, required},
    machine::{Check, Site},
    values::Kind::{
        Integer, Object, OneOf, Path, ProcessorConfig, ReaderConfig, Resource, Template, Text, Texts,
        WriterConfig,
    },
};

/// The longest label, in characters.
const LABEL_LENGTH: usize = 40;
/// The most items that a reader is asked for.
const ITEMS: i64 = 100_000_000;

const COMMENT: Field = both("Comment", Text);
const START_AT: Field = required("StartAt", Text);
const STATES: Field = required("States", Object);

/// The fields of a branch of a Parallel state.
pub(super) const BRANCH: Schema = all(&[COMMENT, START_AT, STATES]);

/// The fields of an `ItemProcessor`.
pub(super) const PROCESSOR: Schema =
    all(&[COMMENT, START_AT, STATES, both("ProcessorConfig", ProcessorConfig)]);

/// The fields of an `Iterator`, as `ItemProcessor` was called.
pub(super) const ITERATOR: Schema = PROCESSOR;

const CONFIG: Schema = all(&[
    both("Mode", OneOf(&["INLINE", "DISTRIBUTED"])),
    both("ExecutionType", OneOf(&["STANDARD", "EXPRESS"])),
]);

/// The fields of an `ItemReader`.
pub(super) const READER: Schema = all(&[
    required("Resource", Resource),
    path("Parameters", Template),
    jsonata("Arguments", Template),
    both("ReaderConfig", ReaderConfig),
]);

/// The fields of a `ReaderConfig`.
pub(super) const READER_CONFIG: Schema = Schema {
    fields: &[
        both("InputType", OneOf(&["CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"])),
        both("Transformation", OneOf(&["NONE", "LOAD_AND_FLATTEN"])),
        both("ManifestType", OneOf(&["ATHENA_DATA", "S3_INVENTORY"])),
        both("ItemsPointer", Text),
        both("CSVHeaderLocation", OneOf(&["FIRST_ROW", "GIVEN"])),
        both("CSVHeaders", Texts),
        both("CSVDelimiter", OneOf(&["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"])),
        both("MaxItems", Integer(0, ITEMS)),
        path("MaxItemsPath", Path(PathRule::Reference)),
    ],
    exclusive: &[&["MaxItems", "MaxItemsPath"]],
    one_of: &[],
};

/// The fields of an `ItemBatcher`.
pub(super) const BATCHER: Schema = Schema {
    fields: &[
        both("MaxItemsPerBatch", Integer(0, i64::MAX)),
        path("MaxItemsPerBatchPath", Path(PathRule::Reference)),
        both("MaxInputBytesPerBatch", Integer(0, 262_144)),
        path("MaxInputBytesPerBatchPath", Path(PathRule::Reference)),
        both("BatchInput", Template),
    ],
    exclusive: &[
        &["MaxItemsPerBatch", "MaxItemsPerBatchPath"],
        &["MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"],
    ],
    one_of: &[&[
        "MaxItemsPerBatch",
        "MaxItemsPerBatchPath",
        "MaxInputBytesPerBatch",
        "MaxInputBytesPerBatchPath",
    ]],
};

/// The fields of a `ResultWriter`.
pub(super) const WRITER: Schema = Schema {
    fields: &[
        both("Resource", Resource),
        path("Parameters", Template),
        jsonata("Arguments", Template),
        both("WriterConfig", WriterConfig),
    ],
    exclusive: &[],
    one_of: &[&["Resource", "WriterConfig"]],
};

/// The fields of a `WriterConfig`.
pub(super) const WRITER_CONFIG: Schema = all(&[
    both("Transformation", OneOf(&["NONE", "COMPACT", "FLATTEN"])),
    both("OutputType", OneOf(&["JSON", "JSONL"])),
]);

/// Fields of a Map state that only a distributed one has.
const DISTRIBUTED: [&str; 4] = ["ItemReader", "ItemBatcher", "ResultWriter", "Label"];

/// Checks a `ProcessorConfig`.
pub(super) fn processor_config(fields: &Map<String, Value>, at: &str, site: Site, check: &mut Check<'_>) {
    check.object(fields, at, site, &CONFIG);
    let is_distributed = fields.get("Mode").is_some_and(|mode| mode == "DISTRIBUTED");
    if is_distributed && !fields.contains_key("ExecutionType") {
        check.error(at, "These fields are required: [ExecutionType]");
    }
    if is_distributed && check.is_express() {
        check.error(
            &format!("{at}/Mode"),
            "Express state machine does not support Map state with Mode 'DISTRIBUTED'",
        );
    }
}

/// Checks what the fields of a Map state ask of each other.
pub(super) fn state(fields: &Map<String, Value>, at: &str, check: &mut Check<'_>) {
    let config =
        ["ItemProcessor", "Iterator"].into_iter().find_map(|name| fields.get(name)?.get("ProcessorConfig"));
    if config.and_then(|config| config.get("Mode")).is_some_and(|mode| mode == "DISTRIBUTED") {
        return;
    }
    for name in DISTRIBUTED.into_iter().filter(|name| fields.contains_key(*name)) {
        check.error(at, format!("Field '{name}' is not supported"));
    }
}

/// Checks the label of a distributed Map, which becomes part of an ARN.
pub(super) fn label(label: &str, at: &str, check: &mut Check<'_>) {
    let is_legal = |letter: char| {
        !letter.is_whitespace() && !letter.is_control() && !"?*<>{}[]:;,\\|^~$#%&`\"".contains(letter)
    };
    if label.is_empty() || label.chars().count() > LABEL_LENGTH || !label.chars().all(is_legal) {
        let message =
            "A label has 1 to 40 characters, without blanks, wildcards, brackets and special characters";
        check.found.push(Diagnostic::error(Code::InvalidLabelName, at, message));
    }
    if !check.labels.insert(label.to_owned()) {
        let message = format!("Duplicate Label name: {label}");
        check.found.push(Diagnostic::error(Code::DuplicateLabelName, at, message));
    }
}
