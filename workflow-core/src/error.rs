//! Errors as Step Functions knows them, and as Rust does.
//!
//! On the wire a failure is an error name and a cause ([`Failure`]); in a workflow it is an enum
//! with a variant per name ([`WorkflowError`]). This module is the only place that knows how the
//! one becomes the other: both engines, the emitted `Catch` and the Lambda handlers follow it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::data::Shape;

/// An error name and its cause: what Step Functions stores in `$states.errorOutput`, and what a
/// failed execution reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The error name that `Retry` and `Catch` match, such as `Declined` or `States.Timeout`.
    #[serde(rename = "Error")]
    pub error: String,
    /// What a person reads; may hold JSON.
    #[serde(rename = "Cause")]
    pub cause: String,
}

impl Failure {
    /// A failure with this name and cause.
    pub fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { error: error.into(), cause: cause.into() }
    }

    /// The failure as a Lambda function's invocation reports it: the cause becomes the JSON text
    /// of `{"errorType", "errorMessage"}`.
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-invokeerror>)
    #[must_use]
    pub fn through_lambda(&self) -> Self {
        let body = serde_json::json!({ "errorType": self.error, "errorMessage": self.cause });
        Self { error: self.error.clone(), cause: body.to_string() }
    }

    /// The inverse of [`Failure::through_lambda`]: the failure that the handler reported, or the
    /// failure itself where its cause was not written by a Lambda function.
    #[must_use]
    pub fn reported(&self) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            error_type: String,
            error_message: String,
        }
        match serde_json::from_str::<Body>(&self.cause) {
            Ok(body) if body.error_type == self.error => Self::new(body.error_type, body.error_message),
            _ => self.clone(),
        }
    }
}

/// An error name that a `Retry` or a `Catch` can match.
///
/// The derive of [`WorkflowError`] adds one constant per variant, in capitals:
/// `PaymentError::DECLINED`. The platform's own are on [`PlatformError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ErrorName(&'static str);

impl From<ErrorName> for String {
    fn from(name: ErrorName) -> Self {
        name.as_str().to_owned()
    }
}

impl ErrorName {
    /// The name as it stands in the state machine. Prefer the constants: a misspelt constant does
    /// not compile.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name as it stands in the state machine.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// An error type of a task or of a workflow: an enum with a variant for each error name.
///
/// Derive it beside `thiserror::Error`. The name of a variant is its error name
/// (`#[workflow(name = "..")]` on a variant gives another), the text of `#[error("..")]` is the
/// cause, and the variant's fields survive the trip through Step Functions: a cause of a variant
/// with fields is the JSON text `{"message": "..", "data": {..}}`.
///
/// A variant with `#[from]` holds another `WorkflowError`, whose names it takes over unchanged.
/// One of them must be [`PlatformError`] or hold it: what the platform itself may answer
/// (`States.Timeout`, ..) has a place in every error type.
///
/// ```
/// use workflow_core::{PlatformError, WorkflowError};
///
/// #[derive(Debug, thiserror::Error, WorkflowError)]
/// enum PaymentError {
///     #[error("the card was declined: {reason}")]
///     Declined { reason: String },
///     #[error("the payment provider is busy")]
///     Busy,
///     #[error(transparent)]
///     Platform(#[from] PlatformError),
/// }
///
/// assert_eq!(PaymentError::DECLINED.as_str(), "Declined");
/// let failure = PaymentError::Busy.to_failure();
/// assert_eq!((failure.error.as_str(), failure.cause.as_str()), ("Busy", "the payment provider is busy"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error type that Step Functions can name",
    label = "not a `WorkflowError`",
    note = "derive it: `#[derive(Debug, thiserror::Error, WorkflowError)]` on an enum with a variant for each error name"
)]
pub trait WorkflowError: std::error::Error + Sized + Send + Sync + 'static {
    /// The name and the cause that stand for this value.
    fn to_failure(&self) -> Failure;

    /// The value that a failure stands for.
    ///
    /// # Errors
    ///
    /// Gives the failure back when its name is none of this type's, or when its cause lacks the
    /// fields of the variant.
    fn from_failure(failure: Failure) -> Result<Self, Failure>;

    /// The names of this type and what each holds, for the symbolic reading.
    fn variants() -> Vec<ErrorVariant>;

    /// Whether this value only holds another error, whose name and cause it passes on.
    #[doc(hidden)]
    fn passes_on(&self) -> bool {
        false
    }

    /// The platform's own failure in this value, if that is what it holds.
    #[doc(hidden)]
    #[allow(clippy::result_large_err, reason = "the value itself is given back")]
    fn platform(self) -> Result<PlatformError, Self> {
        Err(self)
    }

    /// The error name of this value.
    fn name(&self) -> String {
        self.to_failure().error
    }

    /// The cause of this value.
    fn cause(&self) -> String {
        self.to_failure().cause
    }
}

/// `?` passes an error of type `E` on with its name and its cause intact.
///
/// The derive of [`WorkflowError`] implements it for the type itself and for every `#[from]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot pass on a `{E}`: it has no place for its names",
    label = "`{Self}` holds no `{E}`",
    note = "an error type passes on what it has a variant for: `#[error(transparent)] Name(#[from] {E})`; else `match` on the call, or name the error with `.map_err(|_| ..)`"
)]
pub trait Propagates<E>: Sized {
    /// The error that holds `error`.
    #[doc(hidden)]
    fn pass_on(error: E) -> Self;
}

#[diagnostic::do_not_recommend]
impl Propagates<Self> for PlatformError {
    fn pass_on(error: Self) -> Self {
        error
    }
}

#[diagnostic::do_not_recommend]
impl crate::data::Data for PlatformError {
    type Owned = Self;
    fn shape() -> Shape {
        Shape::Error(<Self as WorkflowError>::variants)
    }
}

/// A variant of a [`WorkflowError`].
#[derive(Clone, Debug)]
pub struct ErrorVariant {
    /// Its name in Rust.
    pub rust: &'static str,
    /// What it stands for.
    pub kind: ErrorKind,
    /// The text of a `#[from]` variant, in which the field is the text of the error that it holds. Empty for
    /// other variants, and where it is not known.
    pub around: Vec<MessagePart>,
}

/// What a variant of a [`WorkflowError`] stands for.
#[derive(Clone, Debug)]
pub enum ErrorKind {
    /// One error name.
    Named {
        /// The error name, as `Catch` matches it.
        name: &'static str,
        /// The text of `#[error("..")]`, taken apart.
        message: Vec<MessagePart>,
        /// The fields in declaration order; those of a tuple variant are named `0`, `1`, ...
        fields: Vec<ErrorField>,
    },
    /// A `#[from]` variant: all the names of another error type.
    From(fn() -> Vec<ErrorVariant>),
    /// Any name that no other variant has. Only [`PlatformError::Other`] is one.
    Other,
}

/// Whether an error type, or one that it holds, has this name for its own. The platform's names are
/// everybody's.
pub fn declares(variants: &[ErrorVariant], error: &str) -> bool {
    let platform = variants.iter().any(|variant| matches!(variant.kind, ErrorKind::Other));
    !platform
        && variants.iter().any(|variant| match &variant.kind {
            ErrorKind::Named { name, .. } => *name == error,
            ErrorKind::From(inner) => declares(&inner(), error),
            ErrorKind::Other => false,
        })
}

/// A field of a variant of a [`WorkflowError`].
#[derive(Clone, Debug)]
pub struct ErrorField {
    /// Its name in Rust and its key in the cause's `data`.
    pub name: &'static str,
    /// The shape of its value.
    pub shape: fn() -> Shape,
    /// How a state machine writes it into a text, if it does so as `{}` does.
    #[doc(hidden)]
    pub text: Option<crate::symbolic::Writer>,
}

/// A piece of the text in `#[error("..")]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessagePart {
    /// Text as it stands.
    Text(&'static str),
    /// `{field}`: the field of this name.
    Field(&'static str),
}

/// What the platform itself may answer instead of a task's own result.
///
/// Every error type that a workflow awaits holds these, so nobody can forget that they exist. The
/// text inside each is the cause. Names and meaning are Step Functions'
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-error-representation>).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlatformError {
    /// `States.Timeout`: the task ran longer than `TimeoutSeconds`, or sent no heartbeat in time.
    #[error("the task timed out: {0}")]
    Timeout(String),
    /// `States.TaskFailed`: the task failed in a way that has no name of its own.
    #[error("the task failed: {0}")]
    TaskFailed(String),
    /// `States.Permissions`: the state machine's role may not do what the state asks.
    #[error("not permitted: {0}")]
    Permissions(String),
    /// `States.DataLimitExceeded`: a payload is larger than 256 KiB.
    #[error("too much data: {0}")]
    DataLimitExceeded(String),
    /// `States.ExceedToleratedFailureThreshold`: more children of a distributed Map failed than it tolerates.
    #[error("too many elements failed: {0}")]
    ExceedToleratedFailureThreshold(String),
    /// `States.ItemReaderFailed`: the elements of a distributed Map could not be read.
    #[error("the elements could not be read: {0}")]
    ItemReaderFailed(String),
    /// `States.ResultWriterFailed`: the results of a distributed Map could not be written.
    #[error("the results could not be written: {0}")]
    ResultWriterFailed(String),
    /// `Lambda.TooManyRequestsException`: the function is throttled. Retried by default.
    #[error("the function is throttled: {0}")]
    TooManyRequests(String),
    /// `Lambda.ServiceException`: Lambda failed. Retried by default.
    #[error("the Lambda service failed: {0}")]
    LambdaService(String),
    /// `Lambda.AWSLambdaException`: Lambda failed. Retried by default.
    #[error("the Lambda service failed: {0}")]
    AwsLambda(String),
    /// `Lambda.SdkClientException`: Lambda could not be reached. Retried by default.
    #[error("the Lambda service could not be reached: {0}")]
    SdkClient(String),
    /// `Lambda.Unknown`: the function ended without an answer (out of memory, out of time).
    #[error("the function ended without an answer: {0}")]
    LambdaUnknown(String),
    /// Any other name.
    #[error("{error}: {cause}")]
    Other {
        /// The error name.
        error: String,
        /// The cause.
        cause: String,
    },
}

/// The named variants of [`PlatformError`]: the constant, the variant, the name.
macro_rules! platform_errors {
    ($($constant:ident, $variant:ident, $name:literal, $text:literal;)*) => {
        impl PlatformError {
            $(
                #[doc = concat!("The error name `", $name, "`.")]
                pub const $constant: ErrorName = ErrorName::new($name);
            )*
            /// `States.ALL`: every error. Stands alone and last in a retrier or a catcher.
            pub const ALL: ErrorName = ErrorName::new("States.ALL");
        }

        #[diagnostic::do_not_recommend]
        impl WorkflowError for PlatformError {
            fn to_failure(&self) -> Failure {
                match self {
                    $(Self::$variant(cause) => Failure::new($name, cause.clone()),)*
                    Self::Other { error, cause } => Failure::new(error.clone(), cause.clone()),
                }
            }

            fn from_failure(failure: Failure) -> Result<Self, Failure> {
                let Failure { error, cause } = failure;
                Ok(match error.as_str() {
                    $($name => Self::$variant(cause),)*
                    _ => Self::Other { error, cause },
                })
            }

            fn platform(self) -> Result<PlatformError, Self> {
                Ok(self)
            }

            fn variants() -> Vec<ErrorVariant> {
                vec![
                    $(ErrorVariant {
                        rust: stringify!($variant),
                        kind: ErrorKind::Named {
                            name: $name,
                            message: vec![MessagePart::Text(concat!($text, ": ")), MessagePart::Field("0")],
                            fields: Vec::new(),
                        },
                        around: Vec::new(),
                    },)*
                    ErrorVariant { rust: "Other", kind: ErrorKind::Other, around: Vec::new() },
                ]
            }
        }
    };
}

platform_errors! {
    TIMEOUT, Timeout, "States.Timeout", "the task timed out";
    TASK_FAILED, TaskFailed, "States.TaskFailed", "the task failed";
    PERMISSIONS, Permissions, "States.Permissions", "not permitted";
    DATA_LIMIT_EXCEEDED, DataLimitExceeded, "States.DataLimitExceeded", "too much data";
    EXCEED_TOLERATED_FAILURE_THRESHOLD, ExceedToleratedFailureThreshold, "States.ExceedToleratedFailureThreshold", "too many elements failed";
    ITEM_READER_FAILED, ItemReaderFailed, "States.ItemReaderFailed", "the elements could not be read";
    RESULT_WRITER_FAILED, ResultWriterFailed, "States.ResultWriterFailed", "the results could not be written";
    TOO_MANY_REQUESTS, TooManyRequests, "Lambda.TooManyRequestsException", "the function is throttled";
    LAMBDA_SERVICE, LambdaService, "Lambda.ServiceException", "the Lambda service failed";
    AWS_LAMBDA, AwsLambda, "Lambda.AWSLambdaException", "the Lambda service failed";
    SDK_CLIENT, SdkClient, "Lambda.SdkClientException", "the Lambda service could not be reached";
    LAMBDA_UNKNOWN, LambdaUnknown, "Lambda.Unknown", "the function ended without an answer";
}

/// What an expression that cannot be evaluated fails with, and a workflow that panics.
pub(crate) const QUERY_EVALUATION_ERROR: &str = "States.QueryEvaluationError";

/// The cause of a variant with fields: the human text and the fields, as JSON text.
/// A variant without fields has its text alone as its cause.
pub fn cause_with_data(message: &str, data: Value) -> String {
    serde_json::json!({ "message": message, "data": data }).to_string()
}

/// The fields in a cause that [`cause_with_data`] wrote.
pub fn data_of_cause(cause: &str) -> Option<Value> {
    match serde_json::from_str(cause).ok()? {
        Value::Object(mut object) => object.remove("data"),
        _ => None,
    }
}
