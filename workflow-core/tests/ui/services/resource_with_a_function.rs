use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
struct Described {
    status: String,
}

#[task(resource = "arn:aws:states:::aws-sdk:sfn:describeExecution", function = "Describe")]
async fn describe(execution_arn: &str) -> Result<Described, PlatformError>;

fn main() {}
