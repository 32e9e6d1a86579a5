use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
struct Described {
    status: String,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum DescribeError {
    #[error("unknown")]
    #[workflow(name = "Sfn.ExecutionDoesNotExists")]
    Unknown,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(resource = "arn:aws:states:::aws-sdk:sfn:describeExecution")]
async fn describe(execution_arn: &str) -> Result<Described, DescribeError>;

fn main() {}
