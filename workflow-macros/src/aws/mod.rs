//! Which actions of AWS services there are, and how Step Functions spells them.
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html>)
//!
//! `actions.txt` is read line by line and only as far as a resource or an error name asks for it;
//! `generate.py` writes it.

mod names;

pub(crate) use names::nearest;
use names::{camel_case, exception, pascal_case};

const ACTIONS: &str = include_str!("actions.txt");

/// The services that Step Functions calls without the AWS SDK, with their actions, and the name of each
/// in the AWS SDK.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>)
const OPTIMISED: &[(&str, &str, &str)] = &[
    ("apigateway", "", "invoke"),
    ("athena", "athena", "startQueryExecution stopQueryExecution getQueryExecution getQueryResults"),
    ("batch", "batch", "submitJob"),
    ("bedrock", "", "invokeModel createModelCustomizationJob"),
    (
        "codebuild",
        "codebuild",
        "startBuild stopBuild batchDeleteBuilds batchGetReports startBuildBatch stopBuildBatch retryBuildBatch deleteBuildBatch",
    ),
    ("databrew", "databrew", "startJobRun"),
    ("dynamodb", "dynamodb", "getItem putItem updateItem deleteItem"),
    ("ecs", "ecs", "runTask"),
    ("eks", "", "createCluster createNodegroup deleteCluster deleteNodegroup call runJob"),
    (
        "elasticmapreduce",
        "",
        "createCluster setClusterTerminationProtection terminateCluster addStep cancelStep modifyInstanceFleetByName modifyInstanceGroupByName",
    ),
    ("emr-containers", "emrcontainers", "createVirtualCluster deleteVirtualCluster startJobRun"),
    (
        "emr-serverless",
        "emrserverless",
        "createApplication startApplication stopApplication deleteApplication startJobRun cancelJobRun",
    ),
    ("events", "eventbridge", "putEvents"),
    ("glue", "glue", "startJobRun"),
    ("http", "", "invoke"),
    ("lambda", "lambda", "invoke"),
    ("mediaconvert", "mediaconvert", "createJob"),
    (
        "sagemaker",
        "sagemaker",
        "createEndpoint createEndpointConfig createHyperParameterTuningJob createLabelingJob createModel createProcessingJob createTrainingJob createTransformJob updateEndpoint",
    ),
    ("sns", "sns", "publish"),
    ("sqs", "sqs", "sendMessage"),
    ("states", "sfn", "startExecution"),
];

/// An action that a resource names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Action {
    /// `aws-sdk:sfn`
    pub(crate) service: String,
    /// `describeExecution`, with its pattern.
    pub(crate) action: String,
    /// Its arguments as the model spells them; nothing where they are not known.
    arguments: Option<Vec<&'static str>>,
    sdk: bool,
}

/// A service whose actions are listed.
struct Listed {
    errors: &'static str,
    actions: Vec<&'static str>,
}

fn listed(name: &str) -> Option<Listed> {
    let mut lines = ACTIONS.lines().skip_while(|line| {
        line.strip_prefix('@').and_then(|line| line.split_once(' ')).is_none_or(|(known, _)| known != name)
    });
    lines.next()?;
    Some(Listed { errors: lines.next()?, actions: lines.take_while(|line| !line.starts_with('@')).collect() })
}

/// The names of the services whose actions are listed, with their ids.
fn all_listed() -> impl Iterator<Item = (&'static str, &'static str)> {
    ACTIONS.lines().filter_map(|line| line.strip_prefix('@')?.split_once(' '))
}

/// Reads a resource.
pub(crate) fn action(resource: &str) -> Result<Action, String> {
    let Some(rest) = resource.strip_prefix("arn:aws:states:::") else {
        return Err(
            "a resource is an ARN of Step Functions, such as `arn:aws:states:::aws-sdk:sfn:describeExecution`"
                .to_owned(),
        );
    };
    match rest.strip_prefix("aws-sdk:") {
        Some(rest) => sdk_action(rest),
        None => optimised_action(rest),
    }
}

fn sdk_action(rest: &str) -> Result<Action, String> {
    let Some((service, action)) = rest.split_once(':') else {
        return Err("the action is missing; write `arn:aws:states:::aws-sdk:service:action`".to_owned());
    };
    if let Some((_, pattern)) = action.split_once('.') {
        return Err(format!(
            "an action of the AWS SDK is requested and its response awaited, so it has no pattern `.{pattern}` here"
        ));
    }
    let made = |arguments| Action {
        service: format!("aws-sdk:{service}"),
        action: action.to_owned(),
        arguments,
        sdk: true,
    };
    let others = ACTIONS.lines().next().unwrap_or_default();
    let Some(listed) = listed(service) else {
        if others.split(' ').any(|known| known == service) {
            return Ok(made(None));
        }
        let known = all_listed().map(|(name, _)| name).chain(others.split(' '));
        return Err(match nearest(service, known) {
            Some(known) => format!("the AWS SDK has no service `{service}`; did you mean `{known}`?"),
            None => format!(
                "the AWS SDK has no service `{service}`; its name is in lower case and without hyphens, as in `cloudwatchlogs`"
            ),
        });
    };
    let split = |line: &'static str| line.split_once(' ').unwrap_or((line, ""));
    let found = listed.actions.iter().map(|line| split(line)).find(|(name, _)| camel_case(name) == action);
    let Some((_, arguments)) = found else {
        let names: Vec<String> = listed.actions.iter().map(|line| camel_case(split(line).0)).collect();
        return Err(match nearest(action, names.iter().map(String::as_str)) {
            Some(known) => format!("`{service}` has no action `{action}`; did you mean `{known}`?"),
            None => format!(
                "`{service}` has no action `{action}`; an action begins with a small letter, as in `{}`",
                names[0]
            ),
        });
    };
    Ok(made((arguments != "*").then(|| arguments.split_whitespace().collect())))
}

fn optimised_action(rest: &str) -> Result<Action, String> {
    let Some((service, whole)) = rest.split_once(':') else {
        return Err("the action is missing; write `arn:aws:states:::service:action`".to_owned());
    };
    let Some((_, sdk, actions)) = OPTIMISED.iter().find(|(known, ..)| *known == service) else {
        return Err(match nearest(service, OPTIMISED.iter().map(|(known, ..)| *known)) {
            Some(known) => format!("Step Functions has no integration `{service}`; did you mean `{known}`?"),
            None => format!(
                "Step Functions has no integration `{service}` of its own; through the AWS SDK it may be `aws-sdk:{service}`"
            ),
        });
    };
    let (action, pattern) = match whole.split_once('.') {
        Some((action, pattern)) => (action, Some(pattern)),
        None => (whole, None),
    };
    if !actions.split(' ').any(|known| known == action) {
        return Err(match nearest(action, actions.split(' ')) {
            Some(known) => {
                format!("the integration `{service}` has no action `{action}`; did you mean `{known}`?")
            }
            None => format!(
                "the integration `{service}` has no action `{action}`, only {}; for others there is `aws-sdk:{service}`",
                list(actions)
            ),
        });
    }
    if (service, action) == ("lambda", "invoke") {
        return Err("a Lambda function is a task with a body; leave `resource` out".to_owned());
    }
    if let Some(pattern) = pattern
        && !matches!(pattern, "sync" | "sync:2")
    {
        return Err(format!(
            "`.{pattern}` is no pattern that a task can have; known are `.sync` and `.sync:2`, which wait for the job"
        ));
    }
    let arguments = listed(sdk).and_then(|listed| {
        let line = listed
            .actions
            .iter()
            .find(|line| camel_case(line.split(' ').next().unwrap_or_default()) == action)?;
        Some(line.split(' ').skip(1).collect())
    });
    Ok(Action { service: service.to_owned(), action: whole.to_owned(), arguments, sdk: false })
}

fn list(names: &str) -> String {
    names.split(' ').map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl Action {
    /// The key of the argument that a parameter stands for: `execution_arn` is `ExecutionArn`.
    pub(crate) fn argument(&self, parameter: &str) -> Result<String, String> {
        let Some(arguments) = &self.arguments else {
            return Ok(parameter.split('_').map(capitalized).collect());
        };
        let plain = |name: &str| name.chars().filter(|c| *c != '_').collect::<String>().to_lowercase();
        let spelt = |name: &str| if self.sdk { pascal_case(name) } else { capitalized(name) };
        if let Some(found) = arguments.iter().find(|argument| plain(argument) == plain(parameter)) {
            return Ok(spelt(found));
        }
        let whole = format!("{}:{}", self.service, self.action);
        let snake: Vec<String> = arguments.iter().map(|argument| names::snake_case(argument)).collect();
        Err(match (nearest(parameter, snake.iter().map(String::as_str)), snake.as_slice()) {
            (Some(known), _) => format!("`{whole}` has no argument `{parameter}`; did you mean `{known}`?"),
            (None, []) => format!("`{whole}` has no arguments"),
            (None, _) => format!("`{whole}` has no argument `{parameter}`; it has `{}`", snake.join("`, `")),
        })
    }
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// What is wrong with an error name that begins with the name of a service of the AWS SDK:
/// `Sfn.ExecutionDoesNotExistException`. Other names are the author's own.
pub(crate) fn wrong_error(name: &str) -> Option<String> {
    let (prefix, error) = name.split_once('.')?;
    let (service, id) = all_listed().find(|(_, id)| pascal_case(id) == prefix)?;
    // One integration spells its errors like the AWS SDK, and has one more.
    if matches!(name, "EventBridge.FailedEntry" | "Lambda.Unknown" | "Lambda.AWSLambdaException") {
        return None;
    }
    let mut known: Vec<String> = listed(service)?.errors.split_whitespace().map(exception).collect();
    known.push(format!("{}Exception", pascal_case(id)));
    known.push("SdkClientException".to_owned());
    if known.iter().any(|known| known == error) {
        return None;
    }
    // What all have in common says nothing of which was meant.
    let stem = |name: &str| name.strip_suffix("Exception").unwrap_or(name).to_owned();
    let stems: Vec<String> = known.iter().map(|known| stem(known)).collect();
    let meant = nearest(&stem(error), stems.iter().map(String::as_str));
    Some(match meant.and_then(|meant| known.iter().find(|known| stem(known) == meant)) {
        Some(known) => format!("`{service}` has no error `{name}`; did you mean `{prefix}.{known}`?"),
        None => format!(
            "`{service}` has no error `{name}`; what has no name of its own is `{prefix}.{prefix}Exception`"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_found_with_its_arguments() {
        let found = action("arn:aws:states:::aws-sdk:sfn:describeExecution").unwrap();
        assert_eq!((found.service.as_str(), found.action.as_str()), ("aws-sdk:sfn", "describeExecution"));
        assert_eq!(found.argument("execution_arn").unwrap(), "ExecutionArn");
        let found = action("arn:aws:states:::aws-sdk:rds:describeDBInstances").unwrap();
        assert_eq!(found.argument("db_instance_identifier").unwrap(), "DbInstanceIdentifier");
        let found = action("arn:aws:states:::aws-sdk:s3:putObject").unwrap();
        assert_eq!(found.argument("ssekms_key_id").unwrap(), "SsekmsKeyId");
        let found = action("arn:aws:states:::batch:submitJob.sync").unwrap();
        assert_eq!(
            (found.action.as_str(), found.argument("job_name").unwrap()),
            ("submitJob.sync", "JobName".to_owned())
        );
        // One whose actions are not listed.
        let found = action("arn:aws:states:::aws-sdk:organizations:listAccounts").unwrap();
        assert_eq!(found.argument("max_results").unwrap(), "MaxResults");
    }

    #[test]
    fn what_is_misspelt_is_told_with_what_was_meant() {
        let wrong = |resource: &str| action(resource).unwrap_err();
        assert_eq!(
            wrong("arn:aws:states:::aws-sdk:snf:describeExecution"),
            "the AWS SDK has no service `snf`; did you mean `sfn`?"
        );
        assert_eq!(
            wrong("arn:aws:states:::aws-sdk:sfn:describeExecutions"),
            "`sfn` has no action `describeExecutions`; did you mean `describeExecution`?"
        );
        assert_eq!(
            wrong("arn:aws:states:::dynamodb:query"),
            "the integration `dynamodb` has no action `query`, only `getItem`, `putItem`, `updateItem`, `deleteItem`; for others there is `aws-sdk:dynamodb`"
        );
        assert!(wrong("arn:aws:states:::lambda:invoke").contains("a task with a body"));
        assert!(wrong("describeExecution").starts_with("a resource is an ARN"));
        let found = action("arn:aws:states:::aws-sdk:sfn:describeExecution").unwrap();
        assert_eq!(
            found.argument("execution").unwrap_err(),
            "`aws-sdk:sfn:describeExecution` has no argument `execution`; did you mean `execution_arn`?"
        );
        assert_eq!(
            found.argument("id").unwrap_err(),
            "`aws-sdk:sfn:describeExecution` has no argument `id`; it has `execution_arn`, `included_data`"
        );
    }

    #[test]
    fn error_names_of_services_are_known() {
        for name in [
            "Sfn.ExecutionDoesNotExistException",
            "S3.NoSuchKeyException",
            "Rds.DbInstanceNotFoundException",
            "DynamoDb.DynamoDbException",
            "DynamoDB.AnythingException",
            "EventBridge.FailedEntry",
            "My.Own",
            "Declined",
        ] {
            assert_eq!(wrong_error(name), None);
        }
        assert_eq!(
            wrong_error("S3.NoSuchKey").unwrap(),
            "`s3` has no error `S3.NoSuchKey`; did you mean `S3.NoSuchKeyException`?"
        );
    }
}
