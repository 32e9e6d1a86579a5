//! Amazon DynamoDB.

use std::collections::HashMap;

use crate::{
    Failure,
    services::{Answering, Request, Service},
};
use aws_sdk_dynamodb::{
    Client,
    primitives::Blob,
    types::{AttributeValue, ReturnValue},
};
use serde_json::{Map, Value, json};

use super::failure::{Names, failure_of, unknown_action};

const NAMES: Names = Names {
    optimised: ("DynamoDB", "AmazonDynamoDBv2"),
    sdk: "DynamoDb",
    other: "AmazonDynamoDBException",
    codes: &[
        "ConditionalCheckFailedException",
        "ResourceNotFoundException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "TransactionConflictException",
        "ItemCollectionSizeLimitExceededException",
        "InternalServerError",
    ],
};

/// Amazon DynamoDB through the AWS SDK: `putItem`, `getItem`, `updateItem`, `deleteItem` and `query`.
#[derive(Clone, Debug)]
pub struct DynamoDb {
    client: Client,
}

impl DynamoDb {
    /// A service that asks this client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    async fn answer(&self, request: Request) -> Result<Value, Failure> {
        let resource = request.resource;
        let text = |key: &str| request.argument(key).as_str().map(str::to_owned);
        let names: Option<HashMap<String, String>> =
            request.argument("ExpressionAttributeNames").as_object().map(|names| {
                let texts =
                    names.iter().filter_map(|(key, name)| Some((key.clone(), name.as_str()?.to_owned())));
                texts.collect()
            });
        let map = |key: &str| request.argument(key).as_object().map(attributes);
        let values = map("ExpressionAttributeValues");
        let returned = text("ReturnValues").map(|returned| ReturnValue::from(returned.as_str()));
        macro_rules! sent {
            ($call:expr) => {
                $call.send().await.map_err(|error| failure_of!(aws_sdk_dynamodb, NAMES, resource, error))?
            };
        }
        let answer = match resource.action() {
            "putItem" => {
                let call = self.client.put_item().set_table_name(text("TableName")).set_item(map("Item"));
                let call =
                    call.set_condition_expression(text("ConditionExpression")).set_return_values(returned);
                let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
                named("Attributes", sent!(call).attributes())
            }
            "getItem" => {
                let call = self.client.get_item().set_table_name(text("TableName")).set_key(map("Key"));
                let call = call.set_consistent_read(request.argument("ConsistentRead").as_bool());
                named("Item", sent!(call).item())
            }
            "updateItem" => {
                let call = self.client.update_item().set_table_name(text("TableName")).set_key(map("Key"));
                let call = call.set_update_expression(text("UpdateExpression")).set_return_values(returned);
                let call = call.set_condition_expression(text("ConditionExpression"));
                let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
                named("Attributes", sent!(call).attributes())
            }
            "deleteItem" => {
                let call = self.client.delete_item().set_table_name(text("TableName")).set_key(map("Key"));
                let call =
                    call.set_condition_expression(text("ConditionExpression")).set_return_values(returned);
                let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
                named("Attributes", sent!(call).attributes())
            }
            "query" => {
                let limit = request.argument("Limit").as_i64().and_then(|limit| i32::try_from(limit).ok());
                let call =
                    self.client.query().set_table_name(text("TableName")).set_index_name(text("IndexName"));
                let call = call.set_key_condition_expression(text("KeyConditionExpression")).set_limit(limit);
                let call = call.set_filter_expression(text("FilterExpression"));
                let call = call.set_scan_index_forward(request.argument("ScanIndexForward").as_bool());
                let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
                let found = sent!(call);
                let items: Vec<Value> = found.items().iter().map(object).collect();
                let mut answer = named("LastEvaluatedKey", found.last_evaluated_key());
                answer["Count"] = found.count().into();
                answer["Items"] = items.into();
                answer["ScannedCount"] = found.scanned_count().into();
                answer
            }
            _ => return Err(unknown_action(&NAMES, resource)),
        };
        Ok(answer)
    }
}

impl Service for DynamoDb {
    fn clients(&self) -> &'static [&'static str] {
        &["dynamodb"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(self.answer(request))
    }
}

fn named(key: &str, attributes: Option<&HashMap<String, AttributeValue>>) -> Value {
    attributes.map_or_else(|| json!({}), |attributes| json!({ key: object(attributes) }))
}

fn attributes(object: &Map<String, Value>) -> HashMap<String, AttributeValue> {
    object.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

/// `{"S": "text"}` as the SDK has it. What is none is `NULL`, which DynamoDB refuses where it cannot stand.
fn attribute(value: &Value) -> AttributeValue {
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
    };
    let tagged = value.as_object().and_then(|value| value.iter().next());
    match tagged.map(|(tag, value)| (tag.as_str(), value)) {
        Some(("S", Value::String(text))) => AttributeValue::S(text.clone()),
        Some(("N", Value::String(text))) => AttributeValue::N(text.clone()),
        Some(("BOOL", Value::Bool(value))) => AttributeValue::Bool(*value),
        Some(("B", Value::String(text))) => AttributeValue::B(Blob::new(text.as_bytes())),
        Some(("L", Value::Array(list))) => AttributeValue::L(list.iter().map(attribute).collect()),
        Some(("M", Value::Object(map))) => AttributeValue::M(attributes(map)),
        Some(("SS", list)) => AttributeValue::Ss(texts(list)),
        Some(("NS", list)) => AttributeValue::Ns(texts(list)),
        _ => AttributeValue::Null(true),
    }
}

fn object(attributes: &HashMap<String, AttributeValue>) -> Value {
    let mut names: Vec<&String> = attributes.keys().collect();
    names.sort();
    let entries = names.into_iter().filter_map(|name| Some((name.clone(), value(attributes.get(name)?))));
    Value::Object(entries.collect())
}

fn value(attribute: &AttributeValue) -> Value {
    match attribute {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(text) => json!({ "N": text }),
        AttributeValue::Bool(value) => json!({ "BOOL": value }),
        AttributeValue::B(bytes) => json!({ "B": String::from_utf8_lossy(bytes.as_ref()) }),
        AttributeValue::L(list) => json!({ "L": list.iter().map(value).collect::<Vec<Value>>() }),
        AttributeValue::M(map) => json!({ "M": object(map) }),
        AttributeValue::Ss(texts) => json!({ "SS": texts }),
        AttributeValue::Ns(texts) => json!({ "NS": texts }),
        _ => json!({ "NULL": true }),
    }
}
