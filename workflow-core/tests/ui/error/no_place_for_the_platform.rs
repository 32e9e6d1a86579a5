use workflow_core::WorkflowError;

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("declined")]
    Declined,
}

fn main() {}
