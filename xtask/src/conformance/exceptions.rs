//! The cases that are known to come out otherwise, and why.

/// Each case with the reason.
const KNOWN: &[(&str, &str)] = &[
    (
        "credentials/test_credentials_base::test_cross_account_states_start_sync_execution[SFN_START_EXECUTION_SYNC_ROLE_ARN_INTRINSIC]",
        OTHER_INPUT,
    ),
    (
        "credentials/test_credentials_base::test_cross_account_states_start_sync_execution[SFN_START_EXECUTION_SYNC_ROLE_ARN_JSONATA]",
        OTHER_INPUT,
    ),
    ("test_state/test_test_state_scenarios::test_base_lambda_service_task_state[DEBUG]", REAL_FUNCTION),
    ("test_state/test_test_state_scenarios::test_base_lambda_service_task_state[INFO]", REAL_FUNCTION),
    ("test_state/test_test_state_scenarios::test_base_lambda_service_task_state[TRACE]", REAL_FUNCTION),
];

/// The input of these was taken from the test, where the ARN names another account than the one that the
/// recording has.
const OTHER_INPUT: &str = "the recorded parameters have an account that the input does not";

/// Why a case may come out otherwise.
pub(super) fn reason(id: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(known, _)| *known == id).map(|(_, reason)| *reason)
}

/// These have no mock: AWS called a real Lambda function and told its answer.
const REAL_FUNCTION: &str = "AWS called a real function, whose answer is not in the recording";
