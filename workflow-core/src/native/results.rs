//! What a distributed Map writes to S3 of its child executions.
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html>)

use serde_json::{Map, Value, json};

use crate::{
    distributed::{MapRunResult, ResultWriterDetails},
    error::{Failure, PlatformError},
    history::Status,
    native::{
        Context, NoAnswer,
        context::Stop,
        distributed::{Child, Ended},
    },
};

/// Where the results of a run are.
pub(super) fn place(map_run_arn: String, id: &str, bucket: String, prefix: &str) -> MapRunResult {
    let key = format!("{}manifest.json", folder(prefix, id));
    let result_writer_details = ResultWriterDetails { bucket, key };
    MapRunResult { map_run_arn, result_writer_details }
}

/// What the keys of a run start with.
fn folder(prefix: &str, id: &str) -> String {
    match prefix.trim_end_matches('/') {
        "" => format!("{id}/"),
        prefix => format!("{prefix}/{id}/"),
    }
}

impl Context {
    /// Writes the files of a run, the manifest last.
    pub(super) async fn write_results(
        &self,
        ended: &Ended,
        bucket: &str,
        prefix: &str,
    ) -> Result<(), Failure> {
        let folder = folder(prefix, &ended.id);
        let (mut succeeded, mut failed) = (Vec::new(), Vec::new());
        for child in ended.children.values() {
            match child.execution.report.outcome.status {
                Status::Succeeded => succeeded.push(described(child)),
                _ => failed.push(described(child)),
            }
        }
        let pending = ended.pending.iter().map(
            |input| json!({ "Input": &**input, "InputDetails": { "Included": true }, "Status": "PENDING" }),
        );
        let mut files = Map::new();
        let all = [("FAILED", failed), ("PENDING", pending.collect()), ("SUCCEEDED", succeeded)];
        for (name, executions) in all {
            let mut named = Vec::new();
            if !executions.is_empty() {
                let key = format!("{folder}{name}_0.json");
                let text = Value::Array(executions).to_string();
                named.push(json!({ "Key": key, "Size": text.len() }));
                self.put(bucket, &key, text).await?;
            }
            files.insert(name.to_owned(), Value::Array(named));
        }
        let manifest =
            json!({ "DestinationBucket": bucket, "MapRunArn": ended.arn, "ResultFiles": files }).to_string();
        self.put(bucket, &format!("{folder}manifest.json"), manifest).await
    }

    async fn put(&self, bucket: &str, key: &str, body: String) -> Result<(), Failure> {
        match self.ask_s3("putObject", &json!({ "Bucket": bucket, "Key": key, "Body": body })).await {
            Ok(_) => Ok(()),
            Err(NoAnswer::Failed(failure)) => {
                Err(Failure::new(PlatformError::RESULT_WRITER_FAILED.as_str(), failure.cause))
            }
            Err(NoAnswer::Abort(error)) => self.stop(Stop::Abort(error)).await,
        }
    }
}

/// A child execution that came to an end.
fn described(child: &Child) -> Value {
    let Child { started, stopped, state_machine, execution } = child;
    let outcome = &execution.report.outcome;
    let mut described = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            described.insert(key.to_owned(), value);
        }
    };
    put("Cause", json!(outcome.cause));
    put("Error", json!(outcome.error));
    put("ExecutionArn", json!(execution.id));
    put("Input", json!(&*execution.input));
    put("InputDetails", json!({ "Included": true }));
    put("Name", json!(execution.name));
    if let Some(output) = &outcome.output {
        put("Output", json!(&**output));
        put("OutputDetails", json!({ "Included": true }));
    }
    put("StartDate", json!(started));
    put("StateMachineArn", json!(state_machine));
    put("Status", json!(outcome.status));
    put("StopDate", json!(stopped));
    Value::Object(described)
}
