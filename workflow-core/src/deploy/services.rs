//! Which IAM actions a call of each service needs, and on what.
//!
//! The actions of an optimised integration are those that Step Functions' guide lists for it
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html>); a call
//! through the AWS SDK needs the action of its name.

use serde_json::{Value, json};

use super::calls::{Named, Reader, Site, Thing, is_expression, placeholder};

/// An ARN of this service, in the account and region of the deployment.
fn arn(service: &str, rest: &str) -> String {
    format!("arn:${{Partition}}:{service}:${{Region}}:${{Account}}:{rest}")
}

fn table_arn(name: &str) -> String {
    arn("dynamodb", &format!("table/{name}"))
}

fn topic_arn(name: &str) -> String {
    arn("sns", name)
}

/// A queue is named by its URL, which ends in its name.
fn queue_arn(url: &str) -> String {
    arn("sqs", url.rsplit('/').next().unwrap_or(url))
}

fn bus_arn(name: &str) -> String {
    arn("events", &format!("event-bus/{name}"))
}

fn machine_arn(name: &str) -> String {
    arn("states", &format!("stateMachine:{name}"))
}

/// What a Task state with this resource needs.
pub(super) fn task(reader: &mut Reader<'_>, site: &Site<'_>, resource: &str) {
    if let Some(name) = placeholder(resource) {
        // Its workers need permissions, not the state machine.
        return reader.found(name, Thing::Activity);
    }
    let parts: Vec<&str> = resource.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "states", "", "", call @ ..] => integration(reader, site, &call.join(":")),
        ["arn", _, "states", _, _, "activity", ..] => {}
        ["arn", _, "lambda", ..] => reader.need(site, "lambda:InvokeFunction", resource.to_owned()),
        _ => unknown(reader, site, resource),
    }
}

/// A call of a service: `lambda:invoke`, `states:startExecution.sync:2`, `aws-sdk:s3:getObject`.
fn integration(reader: &mut Reader<'_>, site: &Site<'_>, call: &str) {
    if let Some(call) = call.strip_prefix("aws-sdk:") {
        let (call, _) = call.split_once('.').unwrap_or((call, ""));
        let Some((service, action)) = call.split_once(':') else { return unknown(reader, site, call) };
        return sdk(reader, site, service, action);
    }
    let (call, pattern) = call.split_once('.').unwrap_or((call, ""));
    let sync = pattern.starts_with("sync");
    match call {
        "lambda:invoke" => lambda(reader, site),
        "dynamodb:getItem" | "dynamodb:putItem" | "dynamodb:updateItem" | "dynamodb:deleteItem" => {
            let (_, action) = call.split_once(':').unwrap_or_default();
            sdk(reader, site, "dynamodb", action);
        }
        "sns:publish" => sdk(reader, site, "sns", "publish"),
        "sqs:sendMessage" => sdk(reader, site, "sqs", "sendMessage"),
        "events:putEvents" => put_events(reader, site),
        "states:startExecution" => start_execution(reader, site, sync),
        "http:invoke" => http(reader, site),
        "ecs:runTask" => run_task(reader, site, sync),
        _ => unknown(reader, site, call),
    }
}

fn lambda(reader: &mut Reader<'_>, site: &Site<'_>) {
    let suffix = match site.arguments.get("Qualifier").and_then(Value::as_str) {
        Some(qualifier) if !is_expression(qualifier) => format!(":{qualifier}"),
        Some(_) => ":*".to_owned(),
        None => String::new(),
    };
    let own = reader.known.qualifier.clone();
    let function = move |name: &str| {
        let suffix = if suffix.is_empty() && placeholder(name).is_some() { &own } else { &suffix };
        arn("lambda", &format!("function:{name}{suffix}"))
    };
    let thing = Thing::Function { timeout: site.timeout };
    reader.on(site, &["lambda:InvokeFunction"], "FunctionName", thing, &function);
}

fn put_events(reader: &mut Reader<'_>, site: &Site<'_>) {
    let entries = match site.arguments.get("Entries") {
        Some(Value::Array(entries)) => entries,
        Some(Value::String(expression)) => {
            let buses = buses_in(expression);
            if buses.is_empty() {
                reader.dynamic(site, "events:PutEvents");
            }
            for bus in buses {
                let resource = reader.arn(bus, Thing::EventBus, &bus_arn);
                reader.need(site, "events:PutEvents", resource);
            }
            return;
        }
        _ => return reader.dynamic(site, "events:PutEvents"),
    };
    for entry in entries {
        let bus = match entry.get("EventBusName") {
            None if entry.get("EventBusName.$").is_some() => None,
            None => Some("default"),
            Some(bus) => bus.as_str().filter(|bus| !is_expression(bus)),
        };
        match bus {
            Some(bus) => {
                let resource = reader.arn(bus, Thing::EventBus, &bus_arn);
                reader.need(site, "events:PutEvents", resource);
            }
            None => reader.dynamic(site, "events:PutEvents"),
        }
    }
}

/// The buses of the entries that an expression writes out; none where it may have others.
fn buses_in(expression: &str) -> Vec<&str> {
    let after = |key: &str| expression.split(key).skip(1).collect::<Vec<_>>();
    let literal = |rest: &&str| rest.trim_start_matches([':', ' ']).starts_with('\'');
    let buses = after("'EventBusName'");
    if !buses.iter().all(literal) || buses.len() != after("'DetailType'").len() {
        return Vec::new();
    }
    buses.into_iter().filter_map(|rest| rest.split('\'').nth(1)).collect()
}

/// A rule that Step Functions keeps in order to hear of what it waits for.
fn managed_rule(reader: &mut Reader<'_>, site: &Site<'_>, rule: &str) {
    for action in ["events:PutTargets", "events:PutRule", "events:DescribeRule"] {
        reader.need(site, action, arn("events", &format!("rule/{rule}")));
    }
}

fn start_execution(reader: &mut Reader<'_>, site: &Site<'_>, sync: bool) {
    let id = site.arguments.get("StateMachineArn").or_else(|| site.arguments.get("StateMachineArn.$"));
    let own = id.and_then(Value::as_str).map(|id| id.trim_matches(['{', '%', '}', ' ']));
    let machine = match own {
        Some("$states.context.StateMachine.Id" | "$$.StateMachine.Id") => {
            Named::Arn(machine_arn("${StateMachine}"))
        }
        _ => reader.named(site, "StateMachineArn", Thing::StateMachine, &machine_arn),
    };
    match machine {
        Named::Arn(machine) => {
            reader.need(site, "states:StartExecution", machine.clone());
            if sync {
                let executions = executions_of(&machine);
                reader.need(site, "states:DescribeExecution", executions.clone());
                reader.need(site, "states:StopExecution", executions);
            }
        }
        Named::Dynamic | Named::Absent => {
            reader.dynamic(site, "states:StartExecution");
            if sync {
                reader.dynamic(site, "states:DescribeExecution");
                reader.dynamic(site, "states:StopExecution");
            }
        }
    }
    if sync {
        managed_rule(reader, site, "StepFunctionsGetEventsForStepFunctionsExecutionRule");
    }
}

/// The executions of a state machine. Their names are chosen by who starts them, so a wildcard stands
/// for them; a version or an alias has no executions of its own.
fn executions_of(machine: &str) -> String {
    let executions = machine.replacen(":stateMachine:", ":execution:", 1);
    let parts: Vec<&str> = executions.splitn(8, ':').collect();
    match parts.get(..7) {
        Some(parts) => format!("{}:*", parts.join(":")),
        None => format!("{executions}:*"),
    }
}

fn http(reader: &mut Reader<'_>, site: &Site<'_>) {
    let known =
        |key: &str| site.arguments.get(key).and_then(Value::as_str).filter(|text| !is_expression(text));
    let mut condition = serde_json::Map::new();
    if let Some(method) = known("Method") {
        condition.insert("StringEquals".to_owned(), json!({ "states:HTTPMethod": method }));
    }
    match site.arguments.get("ApiEndpoint").and_then(Value::as_str) {
        Some(endpoint) if !is_expression(endpoint) => {
            super::calls::holes(endpoint).for_each(|name| reader.found(name, Thing::Text));
            condition.insert("StringLike".to_owned(), json!({ "states:HTTPEndpoint": endpoint }));
        }
        // `'https://shop.example/orders/' & $id`: the text that it begins with is known.
        Some(endpoint) => {
            let start = endpoint.trim_start_matches("{%").trim_start();
            let quoted = start.strip_prefix('\'').and_then(|rest| rest.split_once('\''));
            match quoted {
                Some((prefix, _)) if prefix.starts_with("https://") => {
                    condition.insert(
                        "StringLike".to_owned(),
                        json!({ "states:HTTPEndpoint": format!("{prefix}*") }),
                    );
                }
                _ => return reader.dynamic(site, "states:InvokeHTTPEndpoint"),
            }
        }
        None => return reader.dynamic(site, "states:InvokeHTTPEndpoint"),
    }
    let own = arn("states", "stateMachine:${StateMachine}");
    reader.need_if(site, "states:InvokeHTTPEndpoint", own, Some(Value::Object(condition)));
    let connection = site.arguments.get("Authentication").or_else(|| site.arguments.get("InvocationConfig"));
    match connection.and_then(|it| it.get("ConnectionArn")).and_then(Value::as_str) {
        Some(text) if !is_expression(text) => {
            let connection = reader.arn(text, Thing::Text, &str::to_owned);
            reader.need(site, "events:RetrieveConnectionCredentials", connection);
            // EventBridge keeps a connection's secret under a name that it makes up.
            for action in ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"] {
                reader.need(site, action, arn("secretsmanager", "secret:events!connection/*"));
            }
        }
        _ => reader.dynamic(site, "events:RetrieveConnectionCredentials"),
    }
}

fn run_task(reader: &mut Reader<'_>, site: &Site<'_>, sync: bool) {
    // A family without a revision means its latest, whose number AWS gives.
    let definition = |name: &str| match name.contains(':') {
        true => arn("ecs", &format!("task-definition/{name}")),
        false => arn("ecs", &format!("task-definition/{name}:*")),
    };
    reader.on(site, &["ecs:RunTask"], "TaskDefinition", Thing::Text, &definition);
    reader.dynamic(site, "iam:PassRole");
    if sync {
        // The id of a task is given by AWS.
        reader.need(site, "ecs:StopTask", arn("ecs", "task/*"));
        reader.need(site, "ecs:DescribeTasks", arn("ecs", "task/*"));
        managed_rule(reader, site, "StepFunctionsGetEventsForECSTaskRule");
    }
}

/// A call through the AWS SDK, or one that needs what such a call needs.
fn sdk(reader: &mut Reader<'_>, site: &Site<'_>, service: &str, action: &str) {
    let pascal = capitalised(action);
    match (service, action) {
        ("dynamodb", "getItem" | "putItem" | "updateItem" | "deleteItem" | "describeTable" | "scan") => {
            let table = Thing::Table { key: table_key(reader, site) };
            reader.on(site, &[&format!("dynamodb:{pascal}")], "TableName", table, &table_arn);
        }
        ("dynamodb", "query") => {
            let table = Thing::Table { key: table_key(reader, site) };
            match site.arguments.get("IndexName").and_then(Value::as_str) {
                Some(index) => {
                    let name = site.arguments.get("TableName").and_then(Value::as_str).unwrap_or_default();
                    reader.calls.indexes.push((name.to_owned(), index.to_owned()));
                    let index = |name: &str| format!("{}/index/{index}", table_arn(name));
                    reader.on(site, &["dynamodb:Query"], "TableName", table, &index);
                }
                None => reader.on(site, &["dynamodb:Query"], "TableName", table, &table_arn),
            }
        }
        ("dynamodb", "batchGetItem" | "batchWriteItem") => {
            let Some(tables) = site.arguments.get("RequestItems").and_then(Value::as_object) else {
                return reader.dynamic(site, &format!("dynamodb:{pascal}"));
            };
            for table in tables.keys() {
                let table = reader.arn(table, Thing::Table { key: Vec::new() }, &table_arn);
                reader.need(site, &format!("dynamodb:{pascal}"), table);
            }
        }
        ("dynamodb", "transactWriteItems" | "transactGetItems") => transaction(reader, site),
        ("sns", "publish" | "publishBatch") => {
            // A message to a phone number is sent by no topic, and IAM knows no phone numbers.
            if site.arguments.contains_key("PhoneNumber") || site.arguments.contains_key("PhoneNumber.$") {
                return reader.need(site, "sns:Publish", "*".to_owned());
            }
            let key = if site.arguments.contains_key("TargetArn") { "TargetArn" } else { "TopicArn" };
            reader.on(site, &["sns:Publish"], key, Thing::Topic, &topic_arn);
        }
        ("sqs", "sendMessage" | "sendMessageBatch") => {
            reader.on(site, &["sqs:SendMessage"], "QueueUrl", Thing::Queue, &queue_arn);
        }
        ("sqs", "receiveMessage" | "deleteMessage" | "getQueueAttributes") => {
            reader.on(site, &[&format!("sqs:{pascal}")], "QueueUrl", Thing::Queue, &queue_arn);
        }
        ("lambda", "invoke") => lambda(reader, site),
        ("eventbridge", "putEvents") => put_events(reader, site),
        ("sfn", "startExecution" | "startSyncExecution" | "describeStateMachine") => {
            let action = format!("states:{pascal}");
            reader.on(site, &[&action], "StateMachineArn", Thing::StateMachine, &machine_arn);
        }
        ("s3", "getObject" | "putObject" | "deleteObject" | "headObject") => {
            let action = if action == "headObject" { "s3:GetObject" } else { &format!("s3:{pascal}") };
            object(reader, site, action, site.arguments, "Key");
        }
        ("s3", "listObjectsV2" | "listObjects") => bucket(reader, site, "s3:ListBucket", site.arguments),
        ("secretsmanager", "getSecretValue" | "describeSecret") => {
            // AWS appends six characters to a secret's name.
            let secret = |name: &str| arn("secretsmanager", &format!("secret:{name}-??????"));
            reader.on(site, &[&format!("secretsmanager:{pascal}")], "SecretId", Thing::Text, &secret);
        }
        ("ssm", "getParameter" | "putParameter" | "deleteParameter") => {
            let parameter = |name: &str| arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')));
            reader.on(site, &[&format!("ssm:{pascal}")], "Name", Thing::Text, &parameter);
        }
        // What it is done to is the service's own affair, so a person says it.
        _ => reader.dynamic(site, &format!("{}:{pascal}", iam_prefix(service))),
    }
}

/// A transaction needs what each of its parts would need alone.
fn transaction(reader: &mut Reader<'_>, site: &Site<'_>) {
    let parts = site.arguments.get("TransactItems").and_then(Value::as_array);
    let parts = parts.into_iter().flatten().filter_map(Value::as_object).flatten();
    let mut any = false;
    for (kind, arguments) in parts {
        let action = match kind.as_str() {
            "ConditionCheck" => "conditionCheckItem".to_owned(),
            kind => format!("{}Item", kind.to_ascii_lowercase()),
        };
        let Some(arguments) = arguments.as_object() else { continue };
        any = true;
        let part = Site { state: site.state.clone(), arguments, timeout: None };
        let table = Thing::Table { key: table_key(reader, &part) };
        reader.on(&part, &[&format!("dynamodb:{}", capitalised(&action))], "TableName", table, &table_arn);
    }
    if !any {
        reader.dynamic(site, "dynamodb:TransactWriteItems");
    }
}

/// The name that IAM has for a service of the SDK, where it is another.
fn iam_prefix(service: &str) -> &str {
    match service {
        "sfn" => "states",
        "eventbridge" => "events",
        "sesv2" => "ses",
        "cloudwatchlogs" => "logs",
        "cognitoidentityprovider" => "cognito-idp",
        "cognitoidentity" => "cognito-identity",
        "applicationautoscaling" => "application-autoscaling",
        "bedrockruntime" => "bedrock",
        "dynamodbstreams" => "dynamodb",
        "elasticloadbalancingv2" => "elasticloadbalancing",
        "efs" => "elasticfilesystem",
        "emrserverless" => "emr-serverless",
        "iotdataplane" => "iotdata",
        "rdsdata" => "rds-data",
        "redshiftdata" => "redshift-data",
        "sagemakerruntime" => "sagemaker",
        other => other,
    }
}

/// The key of a table as far as a call shows it.
fn table_key(reader: &Reader<'_>, site: &Site<'_>) -> Vec<(String, String)> {
    let table = site.arguments.get("TableName").and_then(Value::as_str).unwrap_or_default();
    if let Some(key) = reader.known.keys.get(placeholder(table).unwrap_or(table)) {
        return key.clone();
    }
    let attributes = |value: &Value| -> Vec<(String, String)> {
        let entries = value.as_object().into_iter().flatten();
        entries
            .filter_map(|(name, value)| {
                let ty = value.as_object()?.keys().next()?.trim_end_matches(".$");
                matches!(ty, "S" | "N" | "B").then(|| (name.clone(), ty.to_owned()))
            })
            .collect()
    };
    if let Some(key) = site.arguments.get("Key") {
        return attributes(key);
    }
    let Some(item) = site.arguments.get("Item") else { return Vec::new() };
    let mut item = attributes(item);
    // `attribute_not_exists(OrderId)` on a put is about the key; otherwise the key comes first.
    let condition = site.arguments.get("ConditionExpression").and_then(Value::as_str).unwrap_or_default();
    let tested = condition.split_once("attribute_not_exists(").and_then(|(_, rest)| rest.split_once(')'));
    if let Some((tested, _)) = tested {
        let names = site.arguments.get("ExpressionAttributeNames");
        let tested = names.and_then(|names| names.get(tested)).and_then(Value::as_str).unwrap_or(tested);
        item.retain(|(name, _)| name == tested);
    }
    item.truncate(1);
    item
}

fn bucket_arn(name: &str) -> String {
    format!("arn:${{Partition}}:s3:::{name}")
}

fn bucket(
    reader: &mut Reader<'_>,
    site: &Site<'_>,
    action: &str,
    arguments: &serde_json::Map<String, Value>,
) {
    let site = Site { state: site.state.clone(), arguments, timeout: None };
    reader.on(&site, &[action], "Bucket", Thing::Bucket, &bucket_arn);
}

/// An object in a bucket; every object where an expression gives the key.
fn object(
    reader: &mut Reader<'_>,
    site: &Site<'_>,
    action: &str,
    arguments: &serde_json::Map<String, Value>,
    key: &str,
) {
    let site = Site { state: site.state.clone(), arguments, timeout: None };
    let key = match arguments.get(key).and_then(Value::as_str) {
        Some(key) if !is_expression(key) => key.to_owned(),
        _ => "*".to_owned(),
    };
    let object = |name: &str| format!("{}/{key}", bucket_arn(name));
    reader.on(&site, &[action], "Bucket", Thing::Bucket, &object);
}

/// A distributed Map runs each batch as an execution of its own, reads its items from S3 and may write
/// its results there.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html>)
pub(super) fn distributed_map(reader: &mut Reader<'_>, state: &Value, path: &str) {
    let empty = serde_json::Map::new();
    let site = Site { state: path.to_owned(), arguments: &empty, timeout: None };
    reader.need(&site, "states:StartExecution", arn("states", "stateMachine:${StateMachine}"));
    let executions = arn("states", "execution:${StateMachine}:*");
    reader.need(&site, "states:DescribeExecution", executions.clone());
    reader.need(&site, "states:StopExecution", executions);
    let label = state.get("Label").and_then(Value::as_str).unwrap_or("*");
    let redriven = arn("states", &format!("execution:${{StateMachine}}/{label}:*"));
    reader.need(&site, "states:RedriveExecution", redriven);
    let arguments = |key: &str| {
        let part = state.get(key)?;
        let resource = part.get("Resource").and_then(Value::as_str).unwrap_or_default();
        let arguments = part.get("Arguments").or_else(|| part.get("Parameters"))?.as_object()?;
        Some((resource.rsplit(':').next().unwrap_or_default().to_owned(), arguments.clone()))
    };
    if let Some((call, arguments)) = arguments("ItemReader") {
        match call.as_str() {
            "listObjectsV2" => bucket(reader, &site, "s3:ListBucket", &arguments),
            _ => object(reader, &site, "s3:GetObject", &arguments, "Key"),
        }
    }
    if let Some((_, mut arguments)) = arguments("ResultWriter") {
        let prefix = arguments.get("Prefix").and_then(Value::as_str).filter(|prefix| !is_expression(prefix));
        let objects = match prefix {
            Some(prefix) => format!("{}/*", prefix.trim_end_matches('/')),
            None => "*".to_owned(),
        };
        arguments.insert("Objects".to_owned(), objects.into());
        for action in
            ["s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"]
        {
            object(reader, &site, action, &arguments, "Objects");
        }
    }
}

fn unknown(reader: &mut Reader<'_>, site: &Site<'_>, resource: &str) {
    reader.calls.problems.push(format!(
        "the state `{}` calls `{resource}`, whose permissions are not known here; call it as `aws-sdk:..`, \
         or behind a Lambda function",
        site.state
    ));
}

fn capitalised(action: &str) -> String {
    let mut characters = action.chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}
