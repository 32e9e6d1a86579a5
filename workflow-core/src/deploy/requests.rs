//! Requests that start a workflow: a REST API of API Gateway, which holds the body to the input's schema.
//!
//! An HTTP API, which is the cheaper kind, checks no body.
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html>)

use serde_json::{Map, Value, json};

use crate::{digest, workflow::WorkflowKind};

use super::{
    calls::Need,
    policy::Policy,
    settings::{Deployment, Machine, Settings, logical},
};

/// A method of a REST API that starts a workflow with the body of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// What the body has to fit: the schema of the input in JSON Schema draft 4, which is what API Gateway reads.
    /// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html>)
    pub model: Value,
}

/// The resources of the API that belong to no workflow.
pub(super) const API_RESOURCES: [&str; 3] = ["RequestApi", "RequestStage", "RequestValidator"];

impl Settings {
    /// Starts a workflow for every `POST` to `/<workflow>` of a REST API: its input is the body.
    ///
    /// API Gateway answers 400 to a body that does not fit the input's JSON Schema, 403 to who is not allowed
    /// `execute-api:Invoke`, and 415 to what is no JSON. A Standard workflow is started (`StartExecution`), and the
    /// answer has its ARN; an Express workflow is run to its end (`StartSyncExecution`), and the answer has its
    /// status and its output.
    /// (<https://docs.aws.amazon.com/step-functions/latest/dg/tutorial-api-gateway.html>)
    #[must_use]
    pub fn on_request(mut self, workflow: impl Into<String>) -> Self {
        self.requests.push(workflow.into());
        self
    }

    /// The method that starts a workflow, if one does. `schema` is that of its input, where it is known.
    pub(super) fn request(&self, workflow: &str, schema: Option<&Value>) -> Option<Request> {
        let wanted = self.requests.iter().any(|name| name == workflow);
        wanted.then(|| Some(Request { model: model(schema?) }))?
    }

    /// What is wrong with the methods.
    pub(super) fn request_problems(&self, workflows: &[Machine]) -> Vec<String> {
        let problem = |name: &String| match workflows.iter().find(|machine| machine.name == *name) {
            None => Some(format!("a request starts the workflow `{name}`, which there is not")),
            Some(machine) if machine.request.is_none() => Some(format!(
                "a request starts `{name}`, whose input has no schema; deploy it from a catalogue: `Deployment::new`"
            )),
            Some(_) => None,
        };
        self.requests.iter().filter_map(problem).collect()
    }
}

/// The action of Step Functions that answers a request.
pub(super) fn action(kind: WorkflowKind) -> &'static str {
    match kind {
        WorkflowKind::Standard => "StartExecution",
        WorkflowKind::Express => "StartSyncExecution",
    }
}

/// What the role of a method allows.
pub(super) fn request_policy(machine: &Machine) -> Policy {
    let name = &machine.name;
    let resource =
        format!("arn:${{Partition}}:states:${{Region}}:${{Account}}:stateMachine:${{Stack}}-{name}:live");
    let action = format!("states:{}", action(machine.kind));
    Policy::of(&[Need { action, resource, condition: None, state: "its requests".to_owned() }])
}

/// What the action is sent. `escapeJavaScript` escapes single quotes too, which JSON does not know.
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html>)
fn template(machine: &str) -> String {
    let input = r#"$util.escapeJavaScript($input.json('$')).replaceAll("\\'", "'")"#;
    format!(r#"{{"stateMachineArn": "{machine}", "input": "{input}"}}"#)
}

/// A schema as API Gateway reads it.
fn model(schema: &Value) -> Value {
    let mut root = schema;
    // A `$ref` beside `definitions` hides them in draft 4.
    while let Some(inner) = referred(schema, root) {
        root = inner;
    }
    let mut definitions = Map::new();
    let mut model = draft_4(schema, root, &mut definitions);
    model["$schema"] = "http://json-schema.org/draft-04/schema#".into();
    if let Some(title) = schema["title"].as_str() {
        model["title"] = logical(title).into();
    }
    if !definitions.is_empty() {
        model["definitions"] = definitions.into();
    }
    model
}

/// What a schema stands for, if it is a reference and nothing else.
fn referred<'a>(schema: &'a Value, node: &Value) -> Option<&'a Value> {
    schema.pointer(node["$ref"].as_str()?.strip_prefix('#')?)
}

/// A part of a schema in draft 4, which has `definitions` for `$defs`, a list of `items` for `prefixItems`, and an `enum`
/// of one for `const`. What it refers to is put into `definitions`.
fn draft_4(schema: &Value, node: &Value, definitions: &mut Map<String, Value>) -> Value {
    let Value::Object(entries) = node else {
        // A schema that is a truth value.
        return if *node == Value::Bool(false) { json!({ "not": {} }) } else { json!({}) };
    };
    if let (Some(place), Some(inner)) = (node["$ref"].as_str(), referred(schema, node)) {
        let name = place.rsplit('/').next().unwrap_or_default();
        if !definitions.contains_key(name) {
            // It may refer to itself.
            definitions.insert(name.to_owned(), Value::Null);
            let inner = draft_4(schema, inner, definitions);
            definitions.insert(name.to_owned(), inner);
        }
        return json!({ "$ref": format!("#/definitions/{name}") });
    }
    let is_tuple = entries.contains_key("prefixItems");
    let mut written = Map::new();
    for (key, value) in entries {
        let mut each = |values: &Value| -> Value {
            values.as_array().into_iter().flatten().map(|value| draft_4(schema, value, definitions)).collect()
        };
        let (key, value) = match &**key {
            "$schema" | "$defs" | "contentMediaType" | "contentSchema" => continue,
            "const" => ("enum", json!([value])),
            "anyOf" | "allOf" | "oneOf" => (&**key, each(value)),
            "prefixItems" => ("items", each(value)),
            "items" if is_tuple => ("additionalItems", value.clone()),
            "items" => ("items", draft_4(schema, value, definitions)),
            "additionalProperties" if value.is_boolean() => (&**key, value.clone()),
            "additionalProperties" => (&**key, draft_4(schema, value, definitions)),
            "properties" => {
                let properties = value.as_object().into_iter().flatten();
                let properties =
                    properties.map(|(name, value)| (name.clone(), draft_4(schema, value, definitions)));
                (&**key, Value::Object(properties.collect()))
            }
            _ => (&**key, value.clone()),
        };
        written.insert(key.to_owned(), value);
    }
    written.into()
}

impl Deployment {
    /// The state machines that a request starts, each with its method.
    pub(super) fn requests(&self) -> impl Iterator<Item = (&Machine, &Request)> {
        self.machines.iter().filter_map(|machine| Some((machine, machine.request.as_ref()?)))
    }

    /// The API in a template for SAM, if a request starts anything, and where each workflow is asked for.
    pub(super) fn request_resources(
        &self,
        resources: &mut Map<String, Value>,
        outputs: &mut Map<String, Value>,
    ) {
        let api = json!({ "Ref": "RequestApi" });
        let mut methods = Map::new();
        for (machine, request) in self.requests() {
            let id = logical(&machine.name);
            let [role, path, model] =
                ["RequestRole", "RequestPath", "RequestModel"].map(|end| format!("{id}{end}"));
            resources
                .insert(role.clone(), self.role("apigateway.amazonaws.com", &request_policy(machine), ""));
            resources.insert(
                path.clone(),
                json!({
                    "Type": "AWS::ApiGateway::Resource",
                    "Properties": {
                        "RestApiId": api,
                        "ParentId": { "Fn::GetAtt": ["RequestApi", "RootResourceId"] },
                        "PathPart": machine.name,
                    },
                }),
            );
            resources.insert(
                model.clone(),
                json!({
                    "Type": "AWS::ApiGateway::Model",
                    "Properties": {
                        "RestApiId": api, "ContentType": "application/json", "Name": id, "Schema": request.model,
                    },
                }),
            );
            let method = json!({
                "RestApiId": api,
                "ResourceId": { "Ref": path },
                "HttpMethod": "POST",
                "AuthorizationType": "AWS_IAM",
                "RequestValidatorId": { "Ref": "RequestValidator" },
                "RequestModels": { "application/json": { "Ref": model } },
                "MethodResponses": [{ "StatusCode": "200" }, { "StatusCode": "500" }],
                "Integration": {
                    "Type": "AWS",
                    "IntegrationHttpMethod": "POST",
                    "Uri": { "Fn::Sub": format!(
                        "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:states:action/{}", action(machine.kind)
                    )},
                    "Credentials": { "Fn::GetAtt": [role, "Arn"] },
                    "PassthroughBehavior": "NEVER",
                    "RequestTemplates": {
                        "application/json": { "Fn::Sub": template(&format!("${{{id}Aliaslive}}")) },
                    },
                    "IntegrationResponses": [
                        { "StatusCode": "200" },
                        {
                            "StatusCode": "500",
                            "SelectionPattern": "[45]\\d{2}",
                            "ResponseTemplates": { "application/json": NOT_STARTED },
                        },
                    ],
                },
            });
            let method = json!({ "Type": "AWS::ApiGateway::Method", "Properties": method });
            methods.insert(format!("{id}RequestMethod"), method);
            outputs.insert(
                format!("{id}Url"),
                json!({
                    "Description": format!("Where a POST starts {}", machine.name),
                    "Value": { "Fn::Sub": format!(
                        "https://${{RequestApi}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/${{RequestStage}}/{}",
                        machine.name
                    )},
                }),
            );
        }
        if methods.is_empty() {
            return;
        }
        let all = |kind: &str, properties: Value| json!({ "Type": kind, "Properties": properties });
        resources.insert(
            "RequestApi".to_owned(),
            all(
                "AWS::ApiGateway::RestApi",
                json!({
                    "Name": { "Fn::Sub": "${AWS::StackName}-requests" },
                    "Description": "Starts workflows",
                    "EndpointConfiguration": { "Types": ["REGIONAL"] },
                }),
            ),
        );
        resources.insert(
            "RequestValidator".to_owned(),
            all(
                "AWS::ApiGateway::RequestValidator",
                json!({ "RestApiId": api, "ValidateRequestBody": true }),
            ),
        );
        // A deployment is made once and never changes, so what it is made of is in its name.
        let models = resources.iter().filter(|(name, _)| name.ends_with("RequestModel"));
        let made_of: Vec<_> = methods.iter().chain(models).collect();
        let digest = digest::hex("SHA-256", json!(made_of).to_string().as_bytes()).unwrap_or_default();
        let deployment = format!("RequestDeployment{}", &digest[..10]);
        let mut made = all("AWS::ApiGateway::Deployment", json!({ "RestApiId": api }));
        made["DependsOn"] = methods.keys().cloned().collect();
        resources.append(&mut methods);
        resources.insert(deployment.clone(), made);
        resources.insert(
            "RequestStage".to_owned(),
            all(
                "AWS::ApiGateway::Stage",
                json!({
                    "RestApiId": api,
                    "DeploymentId": { "Ref": deployment },
                    "StageName": "live",
                    "TracingEnabled": true,
                }),
            ),
        );
    }

    /// The methods as values of Terraform's module, which has their resources.
    pub(super) fn request_values(&self, text: &dyn Fn(&str) -> String) -> Value {
        let requests = self.requests().map(|(machine, request)| {
            let statements = request_policy(machine).with_texts(text);
            let value = json!({
                "action": action(machine.kind),
                "model": request.model,
                "statements": statements.to_json()["Statement"],
            });
            (machine.name.clone(), value)
        });
        Value::Object(requests.collect())
    }
}

/// The answer where Step Functions does not start an execution: the reason is nothing for who asked.
const NOT_STARTED: &str = r#"{"message": "the workflow could not be started"}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_the_schema_in_draft_4_with_what_the_input_needs_and_nothing_else() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "place-order",
            "$ref": "#/$defs/input",
            "$defs": {
                "input": { "$ref": "#/$defs/Order" },
                "output": { "$ref": "#/$defs/Receipt" },
                "Receipt": { "type": "object" },
                "Order": {
                    "type": "object",
                    "properties": {
                        "kind": { "const": "new" },
                        "size": { "type": "array", "prefixItems": [{ "type": "integer" }, true], "items": false, "minItems": 2 },
                        "parts": { "type": "array", "items": { "$ref": "#/$defs/Part" } },
                        "const": { "type": "string", "contentMediaType": "application/json" },
                        "prices": { "type": "object", "additionalProperties": { "type": "number" } },
                    },
                    "required": ["kind"],
                    "additionalProperties": false,
                },
                "Part": { "anyOf": [{ "type": "null" }, { "$ref": "#/$defs/Part" }, { "$ref": "#/$defs/Order" }] },
            },
        });
        let order = json!({
            "type": "object",
            "properties": {
                "kind": { "enum": ["new"] },
                "size": { "type": "array", "items": [{ "type": "integer" }, {}], "additionalItems": false, "minItems": 2 },
                "parts": { "type": "array", "items": { "$ref": "#/definitions/Part" } },
                "const": { "type": "string" },
                "prices": { "type": "object", "additionalProperties": { "type": "number" } },
            },
            "required": ["kind"],
            "additionalProperties": false,
        });
        let mut expected = order.clone();
        expected["$schema"] = "http://json-schema.org/draft-04/schema#".into();
        expected["title"] = "PlaceOrder".into();
        expected["definitions"] = json!({
            "Order": order,
            "Part": {
                "anyOf": [{ "type": "null" }, { "$ref": "#/definitions/Part" }, { "$ref": "#/definitions/Order" }],
            },
        });
        assert_eq!(model(&schema), expected);
    }

    #[test]
    fn a_request_for_no_workflow_is_told() {
        let settings = Settings::new("shop").on_request("sail");
        assert_eq!(
            settings.request_problems(&[]),
            ["a request starts the workflow `sail`, which there is not"]
        );
    }
}
