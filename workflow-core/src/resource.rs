//! What a Task state calls: a service and its action.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Mutex, PoisonError},
};

/// A service and its action: what stands behind `arn:aws:states:::` in the `Resource` of a Task.
///
/// The action holds the pattern as well: `startExecution.sync:2`, `sendMessage.waitForTaskToken`.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html>)
///
/// ```
/// use workflow_core::Resource;
///
/// let put = Resource::new("dynamodb", "putItem");
/// assert_eq!(put.arn(), "arn:aws:states:::dynamodb:putItem");
/// let query = Resource::new("aws-sdk:dynamodb", "query");
/// assert_eq!((query.service(), query.action(), query.client()), ("aws-sdk:dynamodb", "query", "dynamodb"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Resource {
    service: &'static str,
    action: &'static str,
}

impl Resource {
    /// `arn:aws:states:::lambda:invoke`: what every task with a handler of its own calls.
    pub const LAMBDA_INVOKE: Self = Self::new("lambda", "invoke");

    /// `arn:aws:states:::lambda:invoke.waitForTaskToken`: what a task with a
    /// [`TaskToken`](crate::TaskToken) calls.
    pub const LAMBDA_INVOKE_TOKEN: Self = Self::new("lambda", "invoke.waitForTaskToken");

    /// A service, with `aws-sdk:` where it is called through the AWS SDK, and its action.
    pub const fn new(service: &'static str, action: &'static str) -> Self {
        Self { service, action }
    }

    /// The resource of this ARN, with or without `arn:aws:states:::`. A name that was read is kept for the
    /// rest of the program, once; one that is longer than any is refused.
    pub(crate) fn named(arn: &str) -> Option<Self> {
        const LONGEST: usize = 200;
        static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let name = arn.strip_prefix("arn:aws:states:::").unwrap_or(arn);
        if name.len() > LONGEST {
            return None;
        }
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        let known = names.get(name).copied().unwrap_or_else(|| {
            let name: &'static str = Box::leak(name.into());
            names.insert(name);
            name
        });
        let (service, action) = known.rsplit_once(':')?;
        // `startExecution.sync:2` has a colon of its own.
        Some(match service.rsplit_once(':') {
            Some((service, first)) if first.contains('.') => Self::new(service, &known[service.len() + 1..]),
            _ => Self::new(service, action),
        })
    }

    /// An activity, whose workers ask for tasks: the placeholder for its ARN.
    /// (<https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html>)
    pub const fn activity(name: &'static str) -> Self {
        Self::new("activity", name)
    }

    /// The service, as the history's `resourceType` has it: `lambda`, `aws-sdk:s3`.
    pub const fn service(self) -> &'static str {
        self.service
    }

    /// The action with its pattern, as the history's `resource` has it: `invoke`, `getObject`.
    pub const fn action(self) -> &'static str {
        self.action
    }

    /// The service without `aws-sdk:`, so that both ways of calling it meet in one place.
    pub fn client(self) -> &'static str {
        self.service.strip_prefix("aws-sdk:").unwrap_or(self.service)
    }

    /// The ARN in the `Resource` of a Task state.
    pub fn arn(self) -> String {
        if self.is_activity() {
            return format!("${{{}}}", self.action);
        }
        format!("arn:aws:states:::{self}")
    }

    /// Whether a Lambda function is called, with the payload inside of what its service is asked.
    pub(crate) fn is_lambda(self) -> bool {
        self.service == "lambda"
    }

    /// Whether it is an activity.
    pub fn is_activity(self) -> bool {
        self.service == "activity"
    }

    /// Whether the execution waits for an answer from outside, which an Express workflow cannot.
    pub(crate) fn is_waited_for(self) -> bool {
        self.is_activity() || self.action.contains(".sync") || self.action.ends_with(".waitForTaskToken")
    }

    /// Whether the answer is that of a Lambda function, inside of what its service answers.
    pub(crate) fn answers_as_lambda(self) -> bool {
        self == Self::LAMBDA_INVOKE
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_was_read_is_the_resource() {
        let named = |name| Resource::named(name).unwrap();
        assert_eq!(named("arn:aws:states:::dynamodb:putItem"), Resource::new("dynamodb", "putItem"));
        assert_eq!(named("aws-sdk:s3:getObject"), Resource::new("aws-sdk:s3", "getObject"));
        assert_eq!(named("states:startExecution.sync:2"), Resource::new("states", "startExecution.sync:2"));
        assert_eq!(Resource::named("lambda"), None);
        assert_eq!(Resource::named(&format!("sqs:{}", "x".repeat(200))), None);
    }
}
