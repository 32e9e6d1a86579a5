use workflow_core::WorkflowError;

#[derive(Debug, thiserror::Error, WorkflowError)]
#[error("declined")]
struct Declined;

fn main() {}
