//! The AWS SAM template.

use serde_json::{Map, Value, json};

use crate::workflow::WorkflowKind;

use super::{
    calls::Thing,
    fill,
    policy::Policy,
    settings::{Deployment, Function, Machine, function_log, logical, machine_log},
    triggers::starter_policy,
    yaml,
};

/// The first lines of the template.
const HEAD: &str = "\
# Written by `cargo xtask emit-deploy`: edits are lost. Build the handlers with `cargo lambda build`, then
# `sam deploy --guided --template-file` this file.
";

impl Deployment {
    /// The deployment as an AWS SAM template in YAML.
    ///
    /// `definitions` is where the template finds `<workflow>.asl.json`, `package` the zip file of the program:
    /// paths relative to the template.
    pub fn sam(&self, definitions: &str, package: &str) -> String {
        format!("{HEAD}{}", yaml::document(&self.sam_json(definitions, package)))
    }

    fn sam_json(&self, definitions: &str, package: &str) -> Value {
        let mut resources = Map::new();
        for function in &self.functions {
            self.function_resources(function, package, &mut resources);
        }
        for (name, thing) in &self.things {
            if let Some(resource) = self.thing_resource(name, thing) {
                resources.insert(logical(name), resource);
            }
        }
        let mut outputs = Map::new();
        for machine in &self.machines {
            self.machine_resources(machine, definitions, &mut resources);
            self.trigger_resources(machine, &mut resources);
            let id = logical(&machine.name);
            outputs.insert(
                format!("{id}Arn"),
                json!({ "Description": machine.comment, "Value": { "Ref": format!("{id}Aliaslive") } }),
            );
        }
        self.request_resources(&mut resources, &mut outputs);
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Transform": "AWS::Serverless-2016-10-31",
            "Description": format!("The workflows of {} and their handlers", self.settings.name),
            "Parameters": self.parameters(),
            "Conditions": {
                "HasAlarmTopic": { "Fn::Not": [{ "Fn::Equals": [{ "Ref": "AlarmTopicArn" }, ""] }] },
            },
            "Globals": { "Function": {
                "Runtime": "provided.al2023",
                "Handler": "bootstrap",
                "Architectures": [{ "Ref": "Architecture" }],
                "MemorySize": 256,
                "Tracing": "Active",
                // Every change of a function is a version, and definitions name versions.
                "AutoPublishAlias": "live",
                "AutoPublishAliasAllProperties": true,
            }},
            "Resources": resources,
            "Outputs": outputs,
        })
    }

    fn parameters(&self) -> Map<String, Value> {
        let mut parameters = Map::new();
        parameters.insert(
            "Architecture".to_owned(),
            json!({
                "Type": "String", "Default": "arm64", "AllowedValues": ["arm64", "x86_64"],
                "Description": "What `cargo lambda build` built for: arm64 with its option --arm64",
            }),
        );
        parameters.insert(
            "LogRetentionInDays".to_owned(),
            json!({ "Type": "Number", "Default": 30, "Description": "How long logs are kept" }),
        );
        parameters.insert(
            "AlarmTopicArn".to_owned(),
            json!({
                "Type": "String", "Default": "",
                "Description": "An SNS topic that is told of failed executions; nobody is, where it is empty",
            }),
        );
        for variable in &self.settings.variables {
            parameters.insert(
                camel(&variable.name),
                json!({
                    "Type": "String", "Default": variable.default, "Description": variable.description,
                }),
            );
        }
        for (name, thing) in &self.things {
            if self.is_given(name) {
                let what = match thing {
                    Thing::Text => "A text".to_owned(),
                    thing => format!("The name of {}", thing.what()),
                };
                parameters.insert(
                    logical(name),
                    json!({ "Type": "String", "Description": format!("{what} that the workflows use") }),
                );
            }
        }
        parameters
    }

    fn function_resources(&self, function: &Function, package: &str, resources: &mut Map<String, Value>) {
        let id = logical(&function.name);
        let mut variables = Map::from_iter([("WORKFLOW_FUNCTION".to_owned(), json!(function.name))]);
        for variable in &self.settings.variables {
            variables.insert(variable.name.clone(), json!({ "Ref": camel(&variable.name) }));
        }
        resources.insert(format!("{id}Logs"), self.log_group(&function_log(&function.name)));
        resources.insert(format!("{id}Role"), self.role("lambda.amazonaws.com", &function.policy(), ""));
        resources.insert(
            id.clone(),
            json!({
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "FunctionName": self.sub(&format!("${{Stack}}-{}", function.name), ""),
                    "CodeUri": package,
                    "Timeout": function.timeout,
                    "Role": { "Fn::GetAtt": [format!("{id}Role"), "Arn"] },
                    "Environment": { "Variables": variables },
                    "LoggingConfig": { "LogFormat": "JSON", "LogGroup": { "Ref": format!("{id}Logs") } },
                },
            }),
        );
    }

    fn machine_resources(&self, machine: &Machine, definitions: &str, resources: &mut Map<String, Value>) {
        let id = logical(&machine.name);
        resources.insert(format!("{id}Logs"), self.log_group(&machine_log(&machine.name)));
        resources
            .insert(format!("{id}Role"), self.role("states.amazonaws.com", &machine.policy(), &machine.name));
        let substitutions = Self::placeholders(machine).into_iter().map(|placeholder| {
            let value = match self.things.get(&placeholder) {
                // The version that is published by this deployment: executions that run keep theirs.
                Some(Thing::Function { .. }) => {
                    json!({ "Ref": format!("{}.Version", logical(&placeholder)) })
                }
                Some(Thing::Queue) => json!({ "Ref": logical(&placeholder) }),
                _ => self.sub(&self.substitution(&placeholder).unwrap_or_default(), &machine.name),
            };
            (placeholder, value)
        });
        let kind = match machine.kind {
            WorkflowKind::Standard => "STANDARD",
            WorkflowKind::Express => "EXPRESS",
        };
        resources.insert(
            id.clone(),
            json!({
                "Type": "AWS::Serverless::StateMachine",
                "Properties": {
                    "Name": self.sub(&format!("${{Stack}}-{}", machine.name), ""),
                    "Type": kind,
                    "DefinitionUri": format!("{definitions}/{}.asl.json", machine.name),
                    "DefinitionSubstitutions": substitutions.collect::<Map<_, _>>(),
                    "Role": { "Fn::GetAtt": [format!("{id}Role"), "Arn"] },
                    "AutoPublishAlias": "live",
                    "Logging": {
                        "Level": "ERROR",
                        "IncludeExecutionData": false,
                        "Destinations": [{ "CloudWatchLogsLogGroup": {
                            "LogGroupArn": { "Fn::GetAtt": [format!("{id}Logs"), "Arn"] },
                        }}],
                    },
                    "Tracing": { "Enabled": true },
                },
            }),
        );
        for (metric, what) in [("ExecutionsFailed", "failed"), ("ExecutionsTimedOut", "timed out")] {
            resources.insert(
                format!("{id}{metric}"),
                json!({
                    "Type": "AWS::CloudWatch::Alarm",
                    "Properties": {
                        "AlarmDescription": format!("An execution of {} {what}", machine.name),
                        "Namespace": "AWS/States",
                        "MetricName": metric,
                        "Dimensions": [{ "Name": "StateMachineArn", "Value": { "Ref": id } }],
                        "Statistic": "Sum",
                        "Period": 300,
                        "EvaluationPeriods": 1,
                        "Threshold": 1,
                        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                        "TreatMissingData": "notBreaching",
                        "AlarmActions": { "Fn::If": [
                            "HasAlarmTopic", [{ "Ref": "AlarmTopicArn" }], { "Ref": "AWS::NoValue" },
                        ]},
                    },
                }),
            );
        }
    }

    /// The rules that start a state machine, and their role.
    fn trigger_resources(&self, machine: &Machine, resources: &mut Map<String, Value>) {
        let id = logical(&machine.name);
        let role = format!("{id}StarterRole");
        for trigger in &machine.triggers {
            resources.insert(
                logical(&format!("{}-rule", trigger.name)),
                json!({
                    "Type": "AWS::Events::Rule",
                    "Properties": {
                        "Name": self.sub(&format!("${{Stack}}-{}", trigger.name), ""),
                        "Description": format!("Starts {}", machine.name),
                        "EventPattern": trigger.pattern,
                        "Targets": [{
                            "Id": "workflow",
                            "Arn": { "Ref": format!("{id}Aliaslive") },
                            "RoleArn": { "Fn::GetAtt": [role, "Arn"] },
                            "InputPath": "$.detail",
                        }],
                    },
                }),
            );
        }
        if !machine.triggers.is_empty() {
            resources
                .insert(role, self.role("events.amazonaws.com", &starter_policy(&machine.name, ":live"), ""));
        }
    }

    fn thing_resource(&self, name: &str, thing: &Thing) -> Option<Value> {
        let named = self.sub(&self.name_of(name), "");
        let fifo = self.name_of(name).ends_with(".fifo");
        Some(match thing {
            Thing::Table { key } => {
                let attributes =
                    key.iter().map(|(name, ty)| json!({ "AttributeName": name, "AttributeType": ty }));
                let schema = key.iter().zip(["HASH", "RANGE"]);
                let schema = schema.map(|((name, _), ty)| json!({ "AttributeName": name, "KeyType": ty }));
                json!({
                    "Type": "AWS::DynamoDB::Table",
                    // What a table holds outlives the stack, unless somebody deletes the table itself.
                    "DeletionPolicy": "Retain",
                    "UpdateReplacePolicy": "Retain",
                    "Properties": {
                        "TableName": named,
                        "BillingMode": "PAY_PER_REQUEST",
                        "AttributeDefinitions": attributes.collect::<Vec<_>>(),
                        "KeySchema": schema.collect::<Vec<_>>(),
                        "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
                    },
                })
            }
            Thing::Topic => {
                let mut topic = json!({ "Type": "AWS::SNS::Topic", "Properties": { "TopicName": named } });
                if fifo {
                    topic["Properties"]["FifoTopic"] = true.into();
                }
                topic
            }
            Thing::Queue => {
                let properties = json!({ "QueueName": named, "SqsManagedSseEnabled": true });
                let mut queue = json!({ "Type": "AWS::SQS::Queue", "Properties": properties });
                if fifo {
                    queue["Properties"]["FifoQueue"] = true.into();
                }
                queue
            }
            Thing::EventBus => json!({ "Type": "AWS::Events::EventBus", "Properties": { "Name": named } }),
            Thing::Activity => {
                json!({ "Type": "AWS::StepFunctions::Activity", "Properties": { "Name": named } })
            }
            Thing::Function { .. } | Thing::StateMachine | Thing::Bucket | Thing::Text => return None,
        })
    }

    fn log_group(&self, name: &str) -> Value {
        json!({
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
            "Properties": {
                "LogGroupName": self.sub(name, ""),
                "RetentionInDays": { "Ref": "LogRetentionInDays" },
            },
        })
    }

    /// A role that one AWS service may assume.
    pub(super) fn role(&self, service: &str, policy: &Policy, machine: &str) -> Value {
        let mut trust = json!({
            "Effect": "Allow",
            "Principal": { "Service": service },
            "Action": "sts:AssumeRole",
        });
        // Lambda and API Gateway do not say for whom they ask; a role is handed to them in its own account alone.
        if !["lambda.amazonaws.com", "apigateway.amazonaws.com"].contains(&service) {
            trust["Condition"] =
                json!({ "StringEquals": { "aws:SourceAccount": { "Ref": "AWS::AccountId" } } });
        }
        let statements = policy.to_json();
        json!({
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [trust] },
                "Policies": [{
                    "PolicyName": "calls",
                    "PolicyDocument": self.sub_texts(&statements, machine),
                }],
            },
        })
    }

    fn sub_texts(&self, json: &Value, machine: &str) -> Value {
        match json {
            Value::String(text) => self.sub(text, machine),
            Value::Array(elements) => {
                elements.iter().map(|element| self.sub_texts(element, machine)).collect()
            }
            Value::Object(entries) => Value::Object(
                entries.iter().map(|(key, value)| (key.clone(), self.sub_texts(value, machine))).collect(),
            ),
            other => other.clone(),
        }
    }

    /// A text with holes, as CloudFormation fills them.
    fn sub(&self, text: &str, machine: &str) -> Value {
        let text = fill::holes(text, &|hole| {
            Some(match hole {
                "StateMachine" => format!("${{Stack}}-{machine}"),
                "Partition" | "Region" | "Account" | "Stack" => return None,
                other if self.is_given(other) => format!("${{!{}}}", logical(other)),
                other => self.name_of(other),
            })
        });
        let text = fill::holes(&text, &|hole| {
            Some(match hole {
                "Partition" => "${AWS::Partition}".to_owned(),
                "Region" => "${AWS::Region}".to_owned(),
                "Account" => "${AWS::AccountId}".to_owned(),
                "Stack" => "${AWS::StackName}".to_owned(),
                parameter => format!("${{{}}}", parameter.trim_start_matches('!')),
            })
        });
        if text.contains("${") { json!({ "Fn::Sub": text }) } else { text.into() }
    }
}

/// The name of the parameter for an environment variable: `OrderDb` for `ORDER_DB`.
fn camel(variable: &str) -> String {
    logical(&variable.to_ascii_lowercase())
}
