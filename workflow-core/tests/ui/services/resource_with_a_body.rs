use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
struct Described {
    status: String,
}

#[task(resource = "arn:aws:states:::aws-sdk:sfn:describeExecution")]
async fn describe(execution_arn: &str) -> Result<Described, PlatformError> {
    Ok(Described { status: execution_arn.to_owned() })
}

fn main() {}
