//! The handlers of tasks as AWS Lambda functions, behind the runtime API that Lambda's own client speaks.
//!
//! One program holds the handlers of a whole catalogue and is deployed once for each function: one
//! artifact to build, to upload and to keep warm. Which handler it is, it learns when it starts, from the
//! variable `WORKFLOW_FUNCTION`, or from the function's own name.
//!
//! ```no_run
//! use std::process::ExitCode;
//! use workflow_core::{Catalogue, States, lambda};
//!
//! fn main() -> ExitCode {
//!     lambda::main(&Catalogue::new(), || {
//!         let mut states = States::default();
//!         states.insert("a connection pool");
//!         Ok(states)
//!     })
//! }
//! ```
//!
//! A program for one task alone is as short: see [`main_of`].
//!
//! A handler's error arrives as `errorType`, its name, and `errorMessage`, its cause, so that `Retry` and
//! `Catch` match it. A panic arrives as `Panic`, as it does in process. Logs are JSON, a line each, at the
//! level of `AWS_LAMBDA_LOG_LEVEL` (`INFO` without).

use std::{collections::BTreeMap, env, error::Error, io, process::ExitCode, sync::Arc};

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;
use tracing::{Instrument, Level};

use crate::{
    catalogue::Catalogue,
    contract::Handler,
    error::Failure,
    task::{States, Task},
};

/// The variable that says which task's handler a function is.
pub const FUNCTION_VARIABLE: &str = "WORKFLOW_FUNCTION";
/// The function's own name, which Lambda sets.
const OWN_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";

/// Why a function did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LambdaError {
    /// No task has the name.
    #[error("no task is the function `{name}`; set {FUNCTION_VARIABLE} to one of {}", known.join(", "))]
    UnknownFunction {
        /// The name that was asked for.
        name: String,
        /// The functions that there are.
        known: Vec<&'static str>,
    },
    /// What the handlers share could not be made.
    #[error("the handlers' state could not be made: {0}")]
    State(Box<dyn Error + Send + Sync>),
    /// The runtime failed.
    #[error("the runtime failed: {0}")]
    Runtime(Box<dyn Error + Send + Sync>),
}

/// The `main` of a program with the handlers of a whole catalogue.
///
/// `states` makes what the handlers share, once, while the function starts.
pub fn main(
    catalogue: &Catalogue,
    states: impl FnOnce() -> Result<States, Box<dyn Error + Send + Sync>>,
) -> ExitCode {
    let handlers = handlers(catalogue);
    let variable = |name: &str| env::var(name).ok();
    start(|| choose(&handlers, &variable), states)
}

/// The `main` of a program with the handler of one task.
///
/// ```no_run
/// use std::process::ExitCode;
/// use workflow_core::{States, lambda, prelude::*};
///
/// #[task]
/// async fn double(number: u32) -> u32 {
///     number * 2
/// }
///
/// fn main() -> ExitCode {
///     lambda::main_of::<double>(|| Ok(States::default()))
/// }
/// ```
pub fn main_of<T: Task>(states: impl FnOnce() -> Result<States, Box<dyn Error + Send + Sync>>) -> ExitCode {
    start(|| Ok(Handler::of::<T>()), states)
}

fn start(
    handler: impl FnOnce() -> Result<Handler, LambdaError>,
    states: impl FnOnce() -> Result<States, Box<dyn Error + Send + Sync>>,
) -> ExitCode {
    let level = env::var("AWS_LAMBDA_LOG_LEVEL").unwrap_or_default();
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_max_level(level_of(&level))
        .with_writer(io::stdout)
        .init();
    let ran = handler().and_then(|handler| {
        let states = states().map_err(LambdaError::State)?;
        // Lambda gives an instance one invocation at a time.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| LambdaError::Runtime(error.into()))?;
        runtime.block_on(serve(handler, states)).map_err(LambdaError::Runtime)
    });
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = error.to_string(), "the function did not start");
            ExitCode::FAILURE
        }
    }
}

async fn serve(handler: Handler, states: States) -> Result<(), lambda_runtime::Error> {
    let states = Arc::new(states);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let states = States::clone(&states);
        let span = tracing::info_span!("invocation", request_id = event.context.request_id);
        answer(handler, event.payload, states).instrument(span)
    }))
    .await
}

/// The answer to an invocation.
async fn answer(handler: Handler, payload: Value, states: States) -> Result<Value, Diagnostic> {
    let answered = handler.guarded(payload.to_string(), states).await;
    let answered = answered.and_then(|text| {
        serde_json::from_str(&text).map_err(|error| Failure::new("InvalidResult", error.to_string()))
    });
    answered.map_err(|Failure { error, cause }| {
        tracing::warn!(error, cause, "the handler failed");
        Diagnostic { error_type: error, error_message: cause }
    })
}

/// The handler of every function of a catalogue.
fn handlers(catalogue: &Catalogue) -> BTreeMap<&'static str, Handler> {
    let tasks = catalogue.iter().flat_map(|entry| &entry.definition().tasks);
    tasks.filter_map(|task| Some((task.lambda()?, task.contract.handler()))).collect()
}

/// The handler that the variables ask for. A deployment may put a prefix, and a `-`, before the name of a
/// function.
fn choose(
    handlers: &BTreeMap<&'static str, Handler>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Handler, LambdaError> {
    let known = || handlers.keys().copied().collect();
    if let Some(name) = variable(FUNCTION_VARIABLE) {
        return match handlers.get(name.as_str()) {
            Some(handler) => Ok(*handler),
            None => Err(LambdaError::UnknownFunction { name, known: known() }),
        };
    }
    let name = variable(OWN_NAME).unwrap_or_default();
    let bare = name.rsplit('-').next().unwrap_or_default();
    let found = handlers.get(name.as_str()).or_else(|| handlers.get(bare));
    found.copied().ok_or(LambdaError::UnknownFunction { name, known: known() })
}

/// A level as Lambda's console names it.
fn level_of(name: &str) -> Level {
    match name {
        "TRACE" => Level::TRACE,
        "DEBUG" => Level::DEBUG,
        "WARN" => Level::WARN,
        "ERROR" | "FATAL" => Level::ERROR,
        _ => Level::INFO,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::prelude::*;

    #[task]
    async fn double(number: u32) -> u32 {
        assert!(number < 100, "{number} is too large");
        number * 2
    }

    #[task(function = "Doubler")]
    async fn again(number: u32) -> u32 {
        number * 2
    }

    #[tokio::test]
    async fn a_panic_has_the_name_that_it_has_in_process() {
        let ask = |payload: Value| answer(Handler::of::<double>(), payload, States::default());
        assert_eq!(ask(json!(4)).await.unwrap(), json!(8));
        let diagnostic = ask(json!(100)).await.unwrap_err();
        assert_eq!(
            (diagnostic.error_type.as_str(), diagnostic.error_message.as_str()),
            ("Panic", "100 is too large")
        );
        assert_eq!(ask(json!("x")).await.unwrap_err().error_type, "InvalidPayload");
    }

    #[test]
    fn the_variable_wins_over_the_name_which_may_have_a_prefix() {
        let handlers = BTreeMap::from([
            ("DoubleFunction", Handler::of::<double>()),
            ("Doubler", Handler::of::<again>()),
        ]);
        let with = |function: Option<&str>, own: &str| {
            let variable = |name: &str| match name {
                FUNCTION_VARIABLE => function.map(str::to_owned),
                _ => Some(own.to_owned()),
            };
            choose(&handlers, &variable).map(drop)
        };
        assert!(with(Some("Doubler"), "anything").is_ok());
        assert!(with(None, "Doubler").is_ok());
        assert!(with(None, "my-stack-DoubleFunction").is_ok());
        let error = with(Some("Other"), "Doubler").unwrap_err().to_string();
        assert_eq!(
            error,
            "no task is the function `Other`; set WORKFLOW_FUNCTION to one of DoubleFunction, Doubler"
        );
        assert!(with(None, "my-stack").is_err());
    }
}
