use serde_json::{Value, json};

use super::*;
use crate::WorkflowKind;

/// A definition with these states. Only what the analysis reads is in it.
fn states(states: &Value) -> Value {
    json!({ "States": states })
}

fn task(resource: &str, arguments: &Value) -> Value {
    json!({ "Type": "Task", "Resource": resource, "Arguments": arguments })
}

fn known() -> Known {
    Known { qualifier: ":*".to_owned(), ..Known::default() }
}

/// The needs of a definition, a line each.
fn needs(definition: &Value) -> Vec<String> {
    let calls = Calls::of(definition, &known());
    assert_eq!(calls.problems, Vec::<String>::new());
    calls.needs.iter().map(|need| format!("{} {}", need.action, need.resource)).collect()
}

/// The needs of one Task.
fn of_task(resource: &str, arguments: &Value) -> Vec<String> {
    needs(&states(&json!({ "A": task(resource, arguments) })))
}

const HERE: &str = "${Region}:${Account}";

#[test]
fn a_function_behind_a_placeholder_is_invoked_at_a_version() {
    let found = of_task("arn:aws:states:::lambda:invoke", &json!({ "FunctionName": "${Charge}" }));
    assert_eq!(
        found,
        [format!("lambda:InvokeFunction arn:${{Partition}}:lambda:{HERE}:function:${{Charge}}:*")]
    );
}

#[test]
fn an_alias_of_a_function_is_invoked_as_that_alias() {
    let with = |function: &str, qualifier: Value| {
        of_task(
            "arn:aws:states:::lambda:invoke",
            &json!({ "FunctionName": function, "Qualifier": qualifier }),
        )
    };
    let function =
        |rest: &str| [format!("lambda:InvokeFunction arn:${{Partition}}:lambda:{HERE}:function:{rest}")];
    assert_eq!(with("${Charge}", json!("prod")), function("${Charge}:prod"));
    assert_eq!(with("Charge", json!("{% $alias %}")), function("Charge:*"));
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:Charge:prod";
    for resource in ["arn:aws:states:::lambda:invoke.waitForTaskToken", "arn:aws:states:::lambda:invoke"] {
        assert_eq!(
            of_task(resource, &json!({ "FunctionName": arn })),
            [format!("lambda:InvokeFunction {arn}")]
        );
    }
    assert_eq!(of_task(arn, &json!({})), [format!("lambda:InvokeFunction {arn}")]);
}

#[test]
fn a_distributed_map_starts_its_own_state_machine_also_inside_a_parallel() {
    let map = json!({
        "Type": "Map", "Label": "Orders",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "Arguments": { "Bucket": "${Inbox}", "Key": "orders.csv" },
        },
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": "Charge",
            "States": { "Charge": task("arn:aws:states:::lambda:invoke", &json!({ "FunctionName": "${Charge}" })) },
        },
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Arguments": { "Bucket": "${Outbox}", "Prefix": "results" },
        },
    });
    let inside = states(&json!({ "Both": { "Type": "Parallel", "Branches": [
        states(&json!({ "Each": map })), states(&json!({ "Done": { "Type": "Pass" } })),
    ]}}));
    let mut found = needs(&inside);
    assert_eq!(found, needs(&states(&json!({ "Each": map }))));
    found.sort();
    let states = format!("arn:${{Partition}}:states:{HERE}");
    assert_eq!(
        found,
        [
            format!("lambda:InvokeFunction arn:${{Partition}}:lambda:{HERE}:function:${{Charge}}:*"),
            "s3:AbortMultipartUpload arn:${Partition}:s3:::${Outbox}/results/*".to_owned(),
            "s3:GetObject arn:${Partition}:s3:::${Inbox}/orders.csv".to_owned(),
            "s3:GetObject arn:${Partition}:s3:::${Outbox}/results/*".to_owned(),
            "s3:ListMultipartUploadParts arn:${Partition}:s3:::${Outbox}/results/*".to_owned(),
            "s3:PutObject arn:${Partition}:s3:::${Outbox}/results/*".to_owned(),
            format!("states:DescribeExecution {states}:execution:${{StateMachine}}:*"),
            format!("states:RedriveExecution {states}:execution:${{StateMachine}}/Orders:*"),
            format!("states:StartExecution {states}:stateMachine:${{StateMachine}}"),
            format!("states:StopExecution {states}:execution:${{StateMachine}}:*"),
        ]
    );
    let path = Calls::of(&inside, &known()).needs.remove(0).state;
    assert_eq!(path, "Both / Each");
}

#[test]
fn a_nested_execution_that_is_waited_for_can_be_described_and_stopped() {
    let arguments = json!({ "StateMachineArn": "${Refund}" });
    let start = format!("states:StartExecution arn:${{Partition}}:states:{HERE}:stateMachine:${{Refund}}");
    for pattern in ["", ".waitForTaskToken"] {
        let resource = format!("arn:aws:states:::states:startExecution{pattern}");
        assert_eq!(of_task(&resource, &arguments), std::slice::from_ref(&start));
    }
    for pattern in [".sync", ".sync:2"] {
        let found = of_task(&format!("arn:aws:states:::states:startExecution{pattern}"), &arguments);
        let rule = format!(
            "arn:${{Partition}}:events:{HERE}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
        );
        let executions = format!("arn:${{Partition}}:states:{HERE}:execution:${{Refund}}:*");
        assert_eq!(
            found,
            [
                start.clone(),
                format!("states:DescribeExecution {executions}"),
                format!("states:StopExecution {executions}"),
                format!("events:PutTargets {rule}"),
                format!("events:PutRule {rule}"),
                format!("events:DescribeRule {rule}"),
            ]
        );
    }
    let version = "arn:aws:states:eu-west-1:123456789012:stateMachine:refund:7";
    let found =
        of_task("arn:aws:states:::states:startExecution.sync", &json!({ "StateMachineArn": version }));
    assert_eq!(found[1], "states:DescribeExecution arn:aws:states:eu-west-1:123456789012:execution:refund:*");
}

#[test]
fn a_task_of_ecs_may_be_of_any_revision_unless_one_is_named() {
    let found = |definition: &str| {
        let known = Known {
            allowed: [("iam:PassRole".to_owned(), vec!["arn:aws:iam::1:role/task".to_owned()])].into(),
            ..known()
        };
        let task = task("arn:aws:states:::ecs:runTask.sync", &json!({ "TaskDefinition": definition }));
        Calls::of(&states(&json!({ "A": task })), &known).needs.remove(0).resource
    };
    assert_eq!(found("report"), format!("arn:${{Partition}}:ecs:{HERE}:task-definition/report:*"));
    assert_eq!(found("report:7"), format!("arn:${{Partition}}:ecs:{HERE}:task-definition/report:7"));
}

#[test]
fn each_service_has_its_own_actions_and_resources() {
    let here = |service: &str, rest: &str| format!("arn:${{Partition}}:{service}:{HERE}:{rest}");
    let cases = [
        (
            "dynamodb:putItem",
            json!({ "TableName": "${Orders}", "Item": { "Id": { "S": "1" } } }),
            format!("dynamodb:PutItem {}", here("dynamodb", "table/${Orders}")),
        ),
        (
            "aws-sdk:dynamodb:query",
            json!({ "TableName": "Orders", "IndexName": "ByCustomer" }),
            format!("dynamodb:Query {}", here("dynamodb", "table/Orders/index/ByCustomer")),
        ),
        ("sns:publish", json!({ "TopicArn": "${Told}" }), format!("sns:Publish {}", here("sns", "${Told}"))),
        ("sns:publish", json!({ "PhoneNumber": "+49" }), "sns:Publish *".to_owned()),
        (
            "sqs:sendMessage.waitForTaskToken",
            json!({ "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/work" }),
            format!("sqs:SendMessage {}", here("sqs", "work")),
        ),
        (
            "events:putEvents",
            json!({ "Entries": [{ "Detail": {} }] }),
            format!("events:PutEvents {}", here("events", "event-bus/default")),
        ),
        (
            "aws-sdk:sfn:startSyncExecution",
            json!({ "StateMachineArn": "${Quick}" }),
            format!("states:StartSyncExecution {}", here("states", "stateMachine:${Quick}")),
        ),
    ];
    for (call, arguments, expected) in cases {
        assert_eq!(of_task(&format!("arn:aws:states:::{call}"), &arguments), [expected], "{call}");
    }
}

#[test]
fn several_tables_in_one_call_are_allowed_each() {
    let table = |name: &str| format!("arn:${{Partition}}:dynamodb:{HERE}:table/{name}");
    let batch = json!({ "RequestItems": { "${Orders}": [], "Stock": [] } });
    assert_eq!(
        of_task("arn:aws:states:::aws-sdk:dynamodb:batchWriteItem", &batch),
        ["${Orders}", "Stock"].map(|name| format!("dynamodb:BatchWriteItem {}", table(name)))
    );
    let transaction = json!({ "TransactItems": [
        { "Put": { "TableName": "${Orders}", "Item": { "Id": { "S": "1" } } } },
        { "ConditionCheck": { "TableName": "Stock", "Key": { "Id": { "S": "1" } } } },
    ]});
    assert_eq!(
        of_task("arn:aws:states:::aws-sdk:dynamodb:transactWriteItems", &transaction),
        [
            format!("dynamodb:PutItem {}", table("${Orders}")),
            format!("dynamodb:ConditionCheckItem {}", table("Stock")),
        ]
    );
}

#[test]
fn what_a_definition_names_itself_is_deployed_under_that_name() {
    let definition = states(&json!({
        "Keep": task("arn:aws:states:::dynamodb:putItem", &json!({ "TableName": "Kept", "Item": { "Id": { "S": "1" } } })),
        "Tell": task("arn:aws:states:::sns:publish", &json!({
            "TopicArn": "arn:aws:sns:${AwsRegion}:${AwsAccountId}:Told.fifo",
        })),
        "Queue": task("arn:aws:states:::sqs:sendMessage", &json!({
            "QueueUrl": "https://sqs.${AwsRegion}.amazonaws.com/${AwsAccountId}/Jobs.fifo",
        })),
        "Raise": task("arn:aws:states:::events:putEvents", &json!({
            "Entries": "{% [{'DetailType': 'a', 'EventBusName': 'shop'}, {'EventBusName': 'default', 'DetailType': 'b'}] %}",
        })),
        "Again": task("arn:aws:states:::states:startExecution", &json!({
            "StateMachineArn": "{% $states.context.StateMachine.Id %}",
        })),
    }));
    let of = |settings: Settings| {
        Deployment::of(settings, [("shop", "", WorkflowKind::Standard, definition.clone())]).unwrap()
    };
    let shop = of(Settings::new("shop"));
    let here = |service: &str, rest: &str| format!("arn:${{Partition}}:{service}:{HERE}:{rest}");
    let resources: Vec<&str> =
        shop.machines()[0].calls.needs.iter().map(|need| need.resource.as_str()).collect();
    assert_eq!(
        resources[..6],
        [
            here("dynamodb", "table/Kept"),
            here("sns", "Told.fifo"),
            here("sqs", "Jobs.fifo"),
            here("events", "event-bus/shop"),
            here("events", "event-bus/default"),
            here("states", "stateMachine:${StateMachine}"),
        ]
    );
    let things: Vec<&str> = shop.things().keys().map(String::as_str).collect();
    assert_eq!(things, ["JobsfifoQueue", "KeptTable", "ToldfifoTopic", "shopEventBus"]);
    let template = shop.sam("asl", "bootstrap.zip");
    assert!(
        template.contains("      TableName: Kept\n") && template.contains("      FifoQueue: true\n"),
        "{template}"
    );
    assert!(template.contains("        AwsRegion:\n          Fn::Sub: ${AWS::Region}\n"), "{template}");
    assert!(
        shop.terraform("asl", "zip")[3].1.contains("AwsAccountId = local.account")
            || shop.terraform("asl", "zip")[3].1.contains("AwsAccountId = \"${local.account}\"")
    );
    let place = Place::new("aws", "eu-west-1", "123456789012", "shop").unwrap();
    let console = shop.console(&shop.machines()[0], &place);
    assert_eq!(
        console["States"]["Tell"]["Arguments"]["TopicArn"],
        "arn:aws:sns:eu-west-1:123456789012:Told.fifo"
    );
    assert_eq!(of(Settings::new("shop").existing("Kept")).things().len(), 3);
}

#[test]
fn a_placeholder_that_names_no_resource_is_asked_of_who_deploys() {
    let definition = states(&json!({ "A": { "Type": "Pass", "Output": { "greeting": "${Greeting}" } } }));
    let deployment =
        Deployment::of(Settings::new("shop"), [("greet", "", WorkflowKind::Standard, definition)]).unwrap();
    assert_eq!(deployment.given(), ["Greeting"]);
    let template = deployment.sam("asl", "bootstrap.zip");
    assert!(template.contains("  Greeting:\n    Type: String\n"), "{template}");
    assert!(template.contains("        Greeting:\n          Fn::Sub: ${Greeting}\n"), "{template}");
    assert!(deployment.terraform("asl", "zip")[3].1.contains("Greeting = var.greeting"));
}

#[test]
fn an_http_call_is_allowed_for_its_method_and_endpoint_alone() {
    let call = task(
        "arn:aws:states:::http:invoke",
        &json!({
            "ApiEndpoint": "{% 'https://shop.example/orders/' & $id %}", "Method": "GET",
            "Authentication": { "ConnectionArn": "arn:aws:events:eu-west-1:1:connection/shop/1" },
        }),
    );
    let calls = Calls::of(&states(&json!({ "Ask": call })), &known());
    assert_eq!(calls.needs[0].action, "states:InvokeHTTPEndpoint");
    let condition = json!({
        "StringEquals": { "states:HTTPMethod": "GET" },
        "StringLike": { "states:HTTPEndpoint": "https://shop.example/orders/*" },
    });
    assert_eq!(calls.needs[0].condition, Some(condition));
    let actions: Vec<&str> = calls.needs.iter().map(|need| need.action.as_str()).collect();
    assert_eq!(
        actions[1..],
        [
            "events:RetrieveConnectionCredentials",
            "secretsmanager:GetSecretValue",
            "secretsmanager:DescribeSecret"
        ]
    );
}

#[test]
fn a_call_in_another_role_needs_that_role_and_nothing_else() {
    let mut call = task("arn:aws:states:::sns:publish", &json!({ "TopicArn": "${Told}" }));
    call["Credentials"] = json!({ "RoleArn": "arn:aws:iam::210987654321:role/teller" });
    let found = needs(&states(&json!({ "A": call })));
    assert_eq!(found, ["sts:AssumeRole arn:aws:iam::210987654321:role/teller"]);
}

#[test]
fn what_an_expression_names_is_a_problem_until_somebody_says_what_is_allowed() {
    let call = states(
        &json!({ "Tell": task("arn:aws:states:::sns:publish", &json!({ "TopicArn": "{% $topic %}" })) }),
    );
    let problem = "the state `Tell` does `sns:Publish` to what only an execution knows; name what it may be done to: \
                   `.allow(\"sns:Publish\", [\"arn:..\"])`";
    assert_eq!(Calls::of(&call, &known()).problems, [problem]);
    let allowed = [("sns:Publish".to_owned(), vec!["arn:aws:sns:eu-west-1:1:a".to_owned()])].into();
    let calls = Calls::of(&call, &Known { allowed, ..known() });
    assert_eq!((calls.needs[0].resource.as_str(), calls.problems.len()), ("arn:aws:sns:eu-west-1:1:a", 0));
    // JSONPath says so in the key.
    let path = json!({ "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": { "QueueUrl.$": "$.q" } });
    assert_eq!(Calls::of(&states(&json!({ "A": path })), &known()).problems.len(), 1);
    let unknown = Calls::of(
        &states(&json!({ "A": task("arn:aws:states:::glue:startJobRun.sync", &json!({})) })),
        &known(),
    );
    assert!(unknown.problems[0].contains("`glue:startJobRun`"), "{:?}", unknown.problems);
}

/// A system that calls something of everything.
fn shop() -> Deployment {
    let place = states(&json!({
        "Charge": task("arn:aws:states:::lambda:invoke", &json!({ "FunctionName": "${Charge}" })),
        "Both": { "Type": "Parallel", "Branches": [
            states(&json!({ "Keep": task("arn:aws:states:::dynamodb:putItem", &json!({
                "TableName": "${Orders}",
                "Item": { "State": { "S": "PAID" }, "OrderId": { "S": "{% $id %}" } },
                "ConditionExpression": "attribute_not_exists(#a)",
                "ExpressionAttributeNames": { "#a": "OrderId" },
            })) })),
            states(&json!({ "Tell": task("arn:aws:states:::sns:publish", &json!({ "TopicArn": "${Told}" })) })),
        ]},
        "Queue": task("arn:aws:states:::sqs:sendMessage", &json!({ "QueueUrl": "${Work}" })),
        "Raise": task("arn:aws:states:::events:putEvents", &json!({ "Entries": [{ "EventBusName": "${Bus}" }] })),
        "Pay Back": task("arn:aws:states:::states:startExecution.sync:2", &json!({ "StateMachineArn": "${PayBack}" })),
        "Bill": task("arn:aws:states:::states:startExecution", &json!({ "StateMachineArn": "${Billing}" })),
        "Ask": { "Type": "Task", "Resource": "${Approval}" },
    }));
    let pay_back = states(&json!({ "Charge": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 20,
        "Arguments": { "FunctionName": "${Charge}" },
    }}));
    let settings = Settings::new("shop").variable("SHOP_DB", "/tmp/shop", "The file").grant(
        "Charge",
        "secretsmanager:GetSecretValue",
        "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:bank-??????",
    );
    let settings = settings.on_event("pay-back", "shop.desk", "Goods came back");
    let settings = settings.on_request("place-order").on_request("pay-back");
    let definitions = [
        ("place-order", "Places an order.", WorkflowKind::Standard, place),
        ("pay-back", "Pays back: all of it.", WorkflowKind::Express, pay_back),
    ];
    let input = json!({ "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] });
    let schema =
        |title: &str| json!({ "title": title, "$ref": "#/$defs/input", "$defs": { "input": input } });
    let schemas = ["place-order", "pay-back"].map(|name| (name, schema(name)));
    Deployment::with_schemas(settings, definitions, &schemas.into()).unwrap()
}

#[test]
fn a_template_for_sam_has_everything() {
    insta::assert_snapshot!(shop().sam("../asl", "../target/lambda/shop"));
}

#[test]
fn a_module_for_terraform_has_everything() {
    let files = shop().terraform("../asl", "../target/lambda/shop/bootstrap.zip");
    let text =
        |name: &str| files.iter().find(|(file, _)| *file == name).map(|(_, text)| text.clone()).unwrap();
    insta::assert_snapshot!(text("workflows.tf") + "\n# variables.tf\n" + &text("variables.tf"));
}

#[test]
fn real_arns_are_of_the_place() {
    let shop = shop();
    let place = Place::new("aws-cn", "cn-north-1", "123456789012", "shop").unwrap();
    let machine = &shop.machines()[0];
    let definition = shop.console(machine, &place);
    let at = |pointer: &str| definition.pointer(pointer).and_then(Value::as_str).unwrap();
    assert_eq!(at("/States/Charge/Resource"), "arn:aws-cn:states:::lambda:invoke");
    assert_eq!(
        at("/States/Charge/Arguments/FunctionName"),
        "arn:aws-cn:lambda:cn-north-1:123456789012:function:shop-Charge"
    );
    assert_eq!(
        at("/States/Queue/Arguments/QueueUrl"),
        "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/shop-Work"
    );
    assert_eq!(
        at("/States/Pay Back/Arguments/StateMachineArn"),
        "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:shop-pay-back"
    );
    assert_eq!(Deployment::left_in(&definition), shop.given());
    assert_eq!(shop.given(), ["Billing"]);
    let policy = shop.console_policy(machine, &place).to_json();
    assert_eq!(
        policy.pointer("/Statement/0/Resource"),
        Some(&json!(["arn:aws-cn:lambda:cn-north-1:123456789012:function:shop-Charge"]))
    );
}

#[test]
fn rules_with_real_arns_start_what_their_role_may_start() {
    let shop = shop();
    let place = Place::new("aws-cn", "cn-north-1", "123456789012", "desk").unwrap();
    let machine = &shop.machines()[1];
    let machine_arn = "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:desk-pay-back";
    let [(rule, targets)] = &shop.console_rules(machine, &place)[..] else { panic!() };
    assert_eq!((&rule["Name"], &targets["Rule"]), (&json!("desk-pay-back-GoodsCameBack"), &rule["Name"]));
    let pattern: Value = serde_json::from_str(rule["EventPattern"].as_str().unwrap()).unwrap();
    assert_eq!(pattern, machine.triggers[0].pattern);
    let target = &targets["Targets"][0];
    assert_eq!(target["Arn"], machine_arn);
    assert_eq!(target["RoleArn"], "arn:aws-cn:iam::123456789012:role/desk-pay-back-starter");
    let policy = shop.console_starter_policy(machine, &place).to_json();
    assert_eq!(policy["Statement"][0]["Resource"], json!([machine_arn]));
    assert_eq!(policy["Statement"][0]["Action"], json!(["states:StartExecution"]));
}

#[test]
fn a_request_starts_only_what_has_a_schema() {
    let none = states(&json!({ "Done": { "Type": "Pass" } }));
    let error = Deployment::of(
        Settings::new("shop").on_request("sale"),
        [("sale", "", WorkflowKind::Standard, none)],
    );
    assert!(error.unwrap_err().problems[0].contains("whose input has no schema"));
}

#[test]
fn the_role_of_a_method_allows_the_one_action_on_the_one_alias() {
    for machine in shop().machines() {
        let action = match machine.kind {
            WorkflowKind::Standard => "states:StartExecution",
            WorkflowKind::Express => "states:StartSyncExecution",
        };
        let statements = super::requests::request_policy(machine).statements;
        assert_eq!(statements.len(), 1);
        assert_eq!(statements[0].actions, [action]);
        assert_eq!(
            statements[0].resources,
            [format!("arn:${{Partition}}:states:{HERE}:stateMachine:${{Stack}}-{}:live", machine.name)]
        );
    }
}

#[test]
fn a_place_that_is_none_is_refused() {
    let error = Place::new("moon", "nowhere", "12", "a b").unwrap_err();
    assert_eq!(error.problems.len(), 4, "{error}");
}

#[test]
fn no_statement_can_be_missed_and_none_is_too_much() {
    let shop = shop();
    let roles = shop.machines().iter().map(|machine| (machine.policy(), &machine.calls.needs));
    for (policy, needs) in
        roles.chain(shop.functions().iter().map(|function| (function.policy(), &function.needs)))
    {
        assert_eq!(check_policy(&policy, needs), []);
        for at in 0..policy.statements.len() {
            let mut less = policy.clone();
            let removed = less.statements.remove(at);
            let findings = check_policy(&less, needs);
            assert!(!findings.is_empty());
            for finding in findings {
                let Finding::Missing(need) = finding else { panic!("{finding}") };
                assert!(removed.actions.contains(&need.action) && removed.resources.contains(&need.resource));
            }
        }
    }
}

#[test]
fn what_nobody_needs_is_told_and_so_is_a_wildcard() {
    let shop = shop();
    let machine = &shop.machines()[1];
    let mut policy = machine.policy();
    policy.statements[0].resources = vec!["*".to_owned()];
    policy.statements[0].actions.push("lambda:DeleteFunction".to_owned());
    let findings: Vec<String> =
        check_policy(&policy, &machine.calls.needs).iter().map(ToString::to_string).collect();
    assert_eq!(
        findings,
        [
            "unused: `lambda:InvokeFunction` on *, in the statement `LambdaInvokeFunction`",
            "unused: `lambda:DeleteFunction` on *, in the statement `LambdaInvokeFunction`",
        ]
    );
}

#[test]
fn a_function_that_nothing_calls_any_more_can_be_kept() {
    let none = states(&json!({ "Done": { "Type": "Pass" } }));
    let deployment = Deployment::of(
        Settings::new("shop").keep("sale", "Charge"),
        [("sale", "", WorkflowKind::Standard, none)],
    )
    .unwrap();
    assert_eq!(deployment.functions()[0].name, "Charge");
    let template = deployment.sam("asl", "bootstrap.zip");
    assert!(
        template.contains("WORKFLOW_FUNCTION: Charge") && !template.contains("Ref: Charge.Version"),
        "{template}"
    );
    let invoke = &deployment.machines()[0].policy().statements[0];
    assert_eq!(
        (invoke.actions[0].as_str(), invoke.resources[0].as_str()),
        ("lambda:InvokeFunction", "arn:${Partition}:lambda:${Region}:${Account}:function:${Charge}:*")
    );
    let error = Deployment::of(
        Settings::new("shop").keep("sale", "Told"),
        [(
            "sale",
            "",
            WorkflowKind::Standard,
            states(&json!({ "A": task("arn:aws:states:::sns:publish", &json!({ "TopicArn": "${Told}" })) })),
        )],
    );
    assert!(error.unwrap_err().problems[0].contains("`${Told}` is an SNS topic"));
}

#[test]
fn one_name_for_two_things_is_refused() {
    let both = states(&json!({
        "A": task("arn:aws:states:::lambda:invoke", &json!({ "FunctionName": "${Orders}" })),
        "B": task("arn:aws:states:::dynamodb:getItem", &json!({ "TableName": "${Orders}", "Key": { "Id": { "S": "1" } } })),
    }));
    let taken = states(&json!({
        "A": task("arn:aws:states:::lambda:invoke", &json!({ "FunctionName": "${Orders2}" })),
        "B": task("arn:aws:states:::sns:publish", &json!({ "TopicArn": "${Orders2Role}" })),
    }));
    let keyless = states(&json!({
        "A": task("arn:aws:states:::aws-sdk:dynamodb:query", &json!({ "TableName": "${Kept}" })),
    }));
    let definitions = [
        ("a", "", WorkflowKind::Standard, both),
        ("b", "", WorkflowKind::Standard, taken),
        ("c", "", WorkflowKind::Standard, keyless),
        (
            "d",
            "",
            WorkflowKind::Standard,
            states(&json!({ "A": task("arn:aws:states:::aws-sdk:dynamodb:query", &json!({
                "TableName": "Journal", "IndexName": "ByTime",
            })) })),
        ),
    ];
    let settings = Settings::new("shop").key("Journal", [("Account", "S")]);
    let error = Deployment::of(settings, definitions).unwrap_err();
    assert_eq!(
        error.problems,
        [
            "a: `${Orders}` is a Lambda function in one state and a DynamoDB table in another; give one of them another name",
            "d: the index `ByTime` of the table `Journal` is queried, and no definition says its keys; make the table elsewhere, and say so: `.existing(\"Journal\")`",
            "no state shows the key of the table `Kept`; say it: `.key(\"Kept\", [(\"Id\", \"S\")])`",
            "`Orders2` and `Orders2Role` would both be the resource Orders2Role; rename one",
        ]
    );
}
