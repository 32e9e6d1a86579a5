//! What a distributed Map writes to S3 of its child executions.

use serde_json::json;

use crate::{
    distributed::{MapRunResult, ResultWriterDetails},
    error::{Failure, PlatformError},
    history::Status,
    map_results::{ChildResult, MapResults, manifest_key, pending},
    native::{
        Context, NoAnswer,
        context::Stop,
        distributed::{Child, Ended},
    },
};

/// Where the results of a run are.
pub(super) fn place(map_run_arn: String, id: &str, bucket: String, prefix: &str) -> MapRunResult {
    let key = manifest_key(prefix, id);
    let result_writer_details = ResultWriterDetails { bucket, key };
    MapRunResult { map_run_arn, result_writer_details }
}

impl Context {
    /// Writes the files of a run, the manifest last.
    pub(super) async fn write_results(
        &self,
        ended: &Ended,
        bucket: &str,
        prefix: &str,
    ) -> Result<(), Failure> {
        let mut results = MapResults::default();
        for child in ended.children.values() {
            let executions = match child.execution.report.outcome.status {
                Status::Succeeded => &mut results.succeeded,
                _ => &mut results.failed,
            };
            executions.push(result(child).described());
        }
        results.pending = ended.pending.iter().map(|input| pending(input)).collect();
        for (key, text) in results.files(bucket, prefix, &ended.arn, &ended.id) {
            self.put(bucket, &key, text).await?;
        }
        Ok(())
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

fn result(child: &Child) -> ChildResult {
    let Child { started, stopped, state_machine, execution } = child;
    let outcome = &execution.report.outcome;
    ChildResult {
        id: execution.id.clone(),
        name: execution.name.clone(),
        state_machine: state_machine.clone(),
        input: execution.input.clone(),
        started: *started,
        stopped: *stopped,
        status: outcome.status,
        output: outcome.output.clone(),
        error: outcome.error.clone(),
        cause: outcome.cause.clone(),
    }
}
