use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
struct Described {
    status: String,
}

#[task(resource = "arn:aws:states:::aws-sdk:sfn:startExecution.sync")]
async fn start(state_machine_arn: &str) -> Result<Described, PlatformError>;

fn main() {}
