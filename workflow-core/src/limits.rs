//! The size limits of Step Functions, the same on every engine.
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-task-executions>)

use crate::error::{Failure, PlatformError};

/// The most bytes that an input, an output, a payload or a result may have as UTF-8 JSON text.
///
/// ```
/// assert_eq!(workflow_core::MAX_DATA_BYTES, 256 * 1024);
/// ```
pub const MAX_DATA_BYTES: usize = 262_144;

/// The longest `Label` of a distributed Map, in characters.
pub(crate) const MAX_LABEL_LENGTH: usize = 40;

/// The failure of a task whose result is larger than [`MAX_DATA_BYTES`], if this one is.
pub(crate) fn check_result(service: &str, result: &str) -> Result<(), Failure> {
    if result.len() <= MAX_DATA_BYTES { Ok(()) } else { Err(too_large(service)) }
}

/// The failure of a state or task whose result is larger than [`MAX_DATA_BYTES`].
pub(crate) fn too_large(name: &str) -> Failure {
    Failure::new(
        PlatformError::DATA_LIMIT_EXCEEDED.as_str(),
        format!(
            "The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit."
        ),
    )
}

/// The failure of a state whose payload for a task is larger than [`MAX_DATA_BYTES`], if this one is.
pub(crate) fn check_payload(state: &str, payload: &str) -> Result<(), Failure> {
    check(payload, || {
        format!(
            "The state/task '{state}' was given a payload with a size exceeding the maximum number of bytes service limit."
        )
    })
}

/// The failure of an execution whose output is larger than [`MAX_DATA_BYTES`], if this one is.
pub(crate) fn check_output(output: &str) -> Result<(), Failure> {
    check(output, || {
        "The execution returned an output with a size exceeding the maximum number of bytes service limit."
            .to_owned()
    })
}

fn check(text: &str, cause: impl FnOnce() -> String) -> Result<(), Failure> {
    if text.len() <= MAX_DATA_BYTES {
        return Ok(());
    }
    Err(Failure::new(PlatformError::DATA_LIMIT_EXCEEDED.as_str(), cause()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_allowed_and_one_byte_more_is_not() {
        assert!(check_result("lambda", &"x".repeat(MAX_DATA_BYTES)).is_ok());
        assert_eq!(
            check_result("lambda", &"x".repeat(MAX_DATA_BYTES + 1)).unwrap_err().error,
            "States.DataLimitExceeded"
        );
    }

    #[test]
    fn bytes_count_and_not_characters() {
        assert!(check_payload("Charge", &"é".repeat(MAX_DATA_BYTES / 2 + 1)).is_err());
    }
}
