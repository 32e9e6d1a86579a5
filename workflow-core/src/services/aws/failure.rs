//! What the SDK reports, as Step Functions reports it.

use crate::{Failure, Resource};

/// What is known of a failed request.
pub(crate) struct Reported<'a> {
    /// The error's code, such as `ConditionalCheckFailedException`.
    pub(crate) code: Option<&'a str>,
    pub(crate) message: Option<&'a str>,
    pub(crate) status: Option<u16>,
    pub(crate) request_id: Option<&'a str>,
    /// Everything that the SDK says.
    pub(crate) whole: String,
}

/// How a service is named.
pub(crate) struct Names {
    /// The prefix of the error names of the optimised integration, and its name in causes.
    pub(crate) optimised: (&'static str, &'static str),
    /// The prefix and the name of the AWS SDK integration.
    pub(crate) sdk: &'static str,
    /// The error of the optimised integration for codes that are none of its own.
    pub(crate) other: &'static str,
    /// The codes that it has.
    pub(crate) codes: &'static [&'static str],
}

impl Names {
    pub(crate) fn failure(&self, resource: Resource, reported: &Reported<'_>) -> Failure {
        let Names { optimised: (prefix, full_name), sdk, other, codes } = *self;
        let through_sdk = resource.service().starts_with("aws-sdk:");
        let prefix = if through_sdk { sdk } else { prefix };
        let Some(code) = reported.code else {
            // No answer came back.
            return Failure::new(format!("{prefix}.SdkClientException"), reported.whole.clone());
        };
        let message = reported.message.unwrap_or_default();
        let status = reported.status.unwrap_or_default();
        let id = reported.request_id.unwrap_or_default();
        let suffixed = if code.ends_with("Exception") { code.to_owned() } else { format!("{code}Exception") };
        let known = codes.contains(&code);
        if through_sdk {
            let name = if known { suffixed } else { format!("{sdk}Exception") };
            let cause = format!("{message} (Service: {sdk}, Status Code: {status}, Request ID: {id})");
            return Failure::new(format!("{sdk}.{name}"), cause);
        }
        let name = if known { suffixed } else { other.to_owned() };
        let cause = format!(
            "{message} (Service: {full_name}; Status Code: {status}; Error Code: {code}; Request ID: {id}; Proxy: null)"
        );
        Failure::new(format!("{prefix}.{name}"), cause)
    }
}

/// The failure of an SDK's error. Each SDK has types of its own for the same things.
macro_rules! failure_of {
    ($sdk:ident, $names:expr, $resource:expr, $error:expr) => {{
        use $sdk::{error::ProvideErrorMetadata as _, operation::RequestId as _};
        let error = $error;
        let reported = $crate::services::aws::failure::Reported {
            code: error.code(),
            message: error.message(),
            status: error.raw_response().map(|response| response.status().as_u16()),
            request_id: error.request_id(),
            whole: $sdk::error::DisplayErrorContext(&error).to_string(),
        };
        $names.failure($resource, &reported)
    }};
}
pub(crate) use failure_of;

/// The failure of a request for what is not offered here.
pub(crate) fn unknown_action(names: &Names, resource: Resource) -> Failure {
    let message = format!("`{}` is not offered here", resource.action());
    let reported = Reported {
        code: Some("InvalidAction"),
        message: Some(&message),
        status: Some(400),
        request_id: None,
        whole: message.clone(),
    };
    names.failure(resource, &reported)
}
