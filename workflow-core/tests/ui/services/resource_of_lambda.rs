use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Serialize, Deserialize, Data)]
#[serde(rename_all = "PascalCase")]
struct Described {
    status: String,
}

#[task(resource = "arn:aws:states:::lambda:invoke")]
async fn describe(function_name: &str) -> Result<Described, PlatformError>;

fn main() {}
