//! What the results of a distributed Map tell of its child executions, and in which files.
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html>)

use serde_json::{Map, Value, json};

use crate::{
    history::{Status, Text},
    time::Timestamp,
};

/// A child execution that came to an end.
#[derive(Clone, Debug)]
pub(crate) struct ChildResult {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) state_machine: String,
    pub(crate) input: Text,
    pub(crate) started: Timestamp,
    pub(crate) stopped: Timestamp,
    pub(crate) status: Status,
    pub(crate) output: Option<Text>,
    pub(crate) error: Option<String>,
    pub(crate) cause: Option<String>,
}

impl ChildResult {
    /// What the results tell of it where nothing transforms them.
    pub(crate) fn described(&self) -> Value {
        let mut described = Map::new();
        let mut put = |key: &str, value: Value| {
            if !value.is_null() {
                described.insert(key.to_owned(), value);
            }
        };
        put("Cause", json!(self.cause));
        put("Error", json!(self.error));
        put("ExecutionArn", json!(self.id));
        put("Input", json!(&*self.input));
        put("InputDetails", json!({ "Included": true }));
        put("Name", json!(self.name));
        if let Some(output) = &self.output {
            put("Output", json!(&**output));
            put("OutputDetails", json!({ "Included": true }));
        }
        put("RedriveCount", json!(0));
        if self.status == Status::Succeeded {
            put("RedriveStatus", json!("NOT_REDRIVABLE"));
            put("RedriveStatusReason", json!("Execution is SUCCEEDED and cannot be redriven"));
        } else {
            put("RedriveStatus", json!("REDRIVABLE_BY_MAP_RUN"));
        }
        put("StartDate", json!(self.started));
        put("StateMachineArn", json!(self.state_machine));
        put("Status", json!(self.status));
        put("StopDate", json!(self.stopped));
        Value::Object(described)
    }
}

/// What the results tell of a child execution that was never started.
pub(crate) fn pending(input: &str) -> Value {
    json!({ "Input": input, "InputDetails": { "Included": true }, "Status": "PENDING" })
}

/// The key of a run's manifest.
pub(crate) fn manifest_key(prefix: &str, run: &str) -> String {
    format!("{}manifest.json", folder(prefix, run))
}

/// What the keys of a run start with.
fn folder(prefix: &str, run: &str) -> String {
    match prefix.trim_end_matches('/') {
        "" => format!("{run}/"),
        prefix => format!("{prefix}/{run}/"),
    }
}

/// The results of a run, by what became of the child executions.
#[derive(Debug, Default)]
pub(crate) struct MapResults {
    pub(crate) failed: Vec<Value>,
    pub(crate) pending: Vec<Value>,
    pub(crate) succeeded: Vec<Value>,
    /// Whether each stands in a line of its own, and not in an array.
    pub(crate) json_lines: bool,
}

impl MapResults {
    /// The keys and texts of the files of a run, the manifest last.
    pub(crate) fn files(self, bucket: &str, prefix: &str, arn: &str, run: &str) -> Vec<(String, String)> {
        let (folder, json_lines) = (folder(prefix, run), self.json_lines);
        let (mut files, mut listed) = (Vec::new(), Map::new());
        let all = [("FAILED", self.failed), ("PENDING", self.pending), ("SUCCEEDED", self.succeeded)];
        for (status, executions) in all {
            let mut named = Vec::new();
            if !executions.is_empty() {
                let (end, text) = if json_lines {
                    let lines: Vec<String> = executions.iter().map(Value::to_string).collect();
                    ("jsonl", lines.join("\n"))
                } else {
                    ("json", Value::Array(executions).to_string())
                };
                let key = format!("{folder}{status}_0.{end}");
                named.push(json!({ "Key": key, "Size": text.len() }));
                files.push((key, text));
            }
            listed.insert(status.to_owned(), Value::Array(named));
        }
        let manifest = json!({ "DestinationBucket": bucket, "MapRunArn": arn, "ResultFiles": listed });
        files.push((manifest_key(prefix, run), manifest.to_string()));
        files
    }
}
