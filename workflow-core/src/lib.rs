//! Workflows as annotated async functions.

extern crate self as workflow_core;

pub mod asl;
mod arguments;
mod catalogue;
mod clock;
mod history;
mod limits;
mod data;
pub mod emit;
mod error;
mod generated;
mod lower;
mod native;
mod retry;
mod symbolic;
mod task;
mod workflow;

pub use catalogue::*;
pub use clock::{Clock, Timestamp};
pub use history::*;
pub use limits::MAX_DATA_BYTES;
pub use native::{CallRecord, Context, Execution, ExecutionError, Executor, ExecutorError, InputError, Mock, Report};
pub use data::*;
pub use error::*;
pub use retry::*;
pub use task::*;
pub use workflow::*;
pub use lower::*;

pub use workflow_macros::{Data, WorkflowError, task, workflow};

/// Everything that a file of workflows needs.
pub mod prelude {
    pub use crate::{
        Data, Executor, Failure, Mock, PlatformError, Retry, State, WorkflowError, task, workflow,
    };
}

/// What the macros write. No part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use serde_json;

    pub use crate::{
        data::{Data, Field, Fields, Shape, Tagging, Variant},
        error::{
            ErrorField, ErrorKind, ErrorName, ErrorVariant, Failure, MessagePart, Propagates, WorkflowError,
            cause_with_data, data_of_cause,
        },
        generated::{Accepted, IsResult, JsonObject, is_data, json, run_task, size_of_run, to_json},
        lower::define,
        native::Context,
        symbolic::*,
    };
}
