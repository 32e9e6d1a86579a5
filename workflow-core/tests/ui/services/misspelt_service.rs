use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
struct Described {
    status: String,
}

#[task(resource = "arn:aws:states:::aws-sdk:secretmanager:getSecretValue")]
async fn secret(secret_id: &str) -> Result<Described, PlatformError>;

fn main() {}
