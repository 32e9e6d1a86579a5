//! A DynamoDB in memory.

use std::{
    cmp::Ordering,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::{
    data::Data,
    error::Failure,
    services::{
        reading::Native,
        refusal,
        registry::{Answering, Request, Service},
        sdk_refusal,
    },
};

use super::{
    Table, WriteError, attributes,
    evaluate::{Item, Values, order},
    expression,
    table::OwnedSchema,
};

/// A DynamoDB in memory: items, conditions, updates and queries as the service has them.
///
/// An executor has one of its own; give it one to see what is inside, or to fill it:
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use workflow_core::{Data, Executor, services::dynamodb::{Memory, Table}};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize, Data)]
/// struct Order { id: String, cents: u32 }
/// const ORDERS: Table<Order> = Table::new("Orders", "id");
///
/// let tables = Memory::new();
/// tables.put(ORDERS, &Order { id: "o-1".into(), cents: 5 });
/// let executor = Executor::test().service(tables.clone());
/// assert_eq!(tables.items(ORDERS).len(), 1);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Memory {
    tables: Arc<Mutex<BTreeMap<String, Stored>>>,
}

/// A table, or as much of one as a request is about.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) partition: String,
    pub(crate) sort: Option<String>,
    pub(crate) items: Vec<Item>,
}

impl Memory {
    /// One without tables. A table is there once a workflow, or a method here, speaks of it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Has a table be there, without items where it is new.
    pub fn create<T, K>(&self, table: Table<T, K>) {
        let schema = table.schema();
        self.lock().entry(schema.table.to_owned()).or_insert_with(|| Stored {
            partition: schema.partition.to_owned(),
            sort: schema.sort.map(str::to_owned),
            items: Vec::new(),
        });
    }

    /// Puts an item into a table. One with the same key is replaced.
    pub fn put<T: Serialize + Data, K>(&self, table: Table<T, K>, item: &T) {
        let value = serde_json::to_value(item).unwrap_or_default();
        let attributes = attributes::item(&mut Native::default(), &T::shape(), &value);
        let schema = table.schema();
        let mut tables = self.lock();
        let stored = tables.entry(schema.table.to_owned()).or_insert_with(|| Stored {
            partition: schema.partition.to_owned(),
            sort: schema.sort.map(str::to_owned),
            items: Vec::new(),
        });
        stored.replace(attributes.into_iter().collect());
    }

    /// The items of a table, in the order in which they came. Those that are no `T` are left out.
    pub fn items<T: DeserializeOwned + Data, K>(&self, table: Table<T, K>) -> Vec<T> {
        let items = self.raw(table.name());
        let decoded = items
            .into_iter()
            .map(|item| attributes::decode_item(&mut Native::default(), &T::shape(), &Value::Object(item)));
        decoded.filter_map(|item| serde_json::from_value(item).ok()).collect()
    }

    /// The items of a table as attribute values: `{"id": {"S": "o-1"}}`.
    pub fn raw(&self, table: &str) -> Vec<Map<String, Value>> {
        self.lock().get(table).map(|table| table.items.clone()).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Stored>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &Request) -> Result<Value, Failure> {
        let mut tables = self.lock();
        let schema: Option<OwnedSchema> =
            request.subject.clone().and_then(|subject| serde_json::from_value(subject).ok());
        if let Some(OwnedSchema { table, partition, sort }) = schema {
            tables.entry(table).or_insert(Stored { partition, sort, items: Vec::new() });
        }
        let Some(table) = tables.get_mut(request.text("TableName")) else {
            return Err(missing_table(request));
        };
        table.answer(request)
    }
}

impl Service for Memory {
    fn clients(&self) -> &'static [&'static str] {
        &["dynamodb"]
    }

    fn call(&self, request: Request) -> Answering<'_> {
        Box::pin(async move { self.answer(&request) })
    }
}

/// The failure of a request for a table that is not there.
pub(crate) fn missing_table(request: &Request) -> Failure {
    refuse(request, "ResourceNotFoundException", "Requested resource not found")
}

/// Why the service refuses.
struct Refused {
    code: &'static str,
    message: String,
}

impl Refused {
    fn invalid(message: impl Into<String>) -> Self {
        Self { code: "ValidationException", message: message.into() }
    }

    fn condition() -> Self {
        Self { code: "ConditionalCheckFailedException", message: "The conditional request failed".to_owned() }
    }
}

fn refuse(request: &Request, code: &str, message: &str) -> Failure {
    match request.resource.service() {
        // Not a class of its own in the SDK that the optimised integration uses.
        "dynamodb" if code == "ValidationException" => Failure {
            error: WriteError::VALIDATION.as_str().to_owned(),
            ..refusal(request, ("DynamoDB", "AmazonDynamoDBv2"), (400, code), message)
        },
        "dynamodb" => refusal(request, ("DynamoDB", "AmazonDynamoDBv2"), (400, code), message),
        _ if code == "ValidationException" => {
            sdk_refusal(request, "DynamoDb", (400, "DynamoDbException"), message)
        }
        _ => sdk_refusal(request, "DynamoDb", (400, code), message),
    }
}

impl Stored {
    /// Does what a request asks for.
    pub(crate) fn answer(&mut self, request: &Request) -> Result<Value, Failure> {
        let answer = match request.resource.action() {
            "putItem" => self.put(request),
            "getItem" => self.get(request),
            "updateItem" => self.update(request),
            "deleteItem" => self.delete(request),
            "query" => self.query(request),
            other => {
                Err(Refused::invalid(format!("the DynamoDB in process does not know the action `{other}`")))
            }
        };
        answer.map_err(|Refused { code, message }| refuse(request, code, &message))
    }

    /// The key of the item that a request is about; nothing where it is about several.
    #[cfg(feature = "sqlite")]
    pub(crate) fn asked_key(&self, request: &Request) -> Option<Item> {
        let item = ["Key", "Item"].into_iter().find_map(|key| request.argument(key).as_object())?;
        self.key_of(item).ok()
    }

    fn key_of(&self, item: &Item) -> Result<Item, Refused> {
        let names = std::iter::once(&self.partition).chain(&self.sort);
        names
            .map(|name| match item.get(name) {
                Some(value) => Ok((name.clone(), value.clone())),
                None => Err(Refused::invalid(format!(
                    "One or more parameter values were invalid: Missing the key {name} in the item"
                ))),
            })
            .collect()
    }

    fn place(&self, key: &Item) -> Option<usize> {
        self.items.iter().position(|item| key.iter().all(|(name, value)| item.get(name) == Some(value)))
    }

    fn replace(&mut self, item: Item) {
        let place = self.key_of(&item).ok().and_then(|key| self.place(&key));
        match place {
            Some(place) => self.items[place] = item,
            None => self.items.push(item),
        }
    }

    /// The place of the item that a request is about, if there is one.
    fn asked(&self, request: &Request) -> Result<(Item, Option<usize>), Refused> {
        let key = request.argument("Key").as_object().cloned().unwrap_or_default();
        if key.len() != 1 + usize::from(self.sort.is_some()) || self.key_of(&key).is_err() {
            return Err(Refused::invalid("The provided key element does not match the schema"));
        }
        let place = self.place(&key);
        Ok((key, place))
    }

    fn check(&self, request: &Request, item: Option<&Item>) -> Result<(), Refused> {
        let Some(text) = request.argument("ConditionExpression").as_str() else { return Ok(()) };
        let condition = expression::condition(text, &names(request))
            .map_err(|error| Refused::invalid(format!("Invalid ConditionExpression: {error}")))?;
        let empty = Item::new();
        let values = Values(request.argument("ExpressionAttributeValues"));
        match values.holds(&condition, item.unwrap_or(&empty)) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Refused::condition()),
            Err(error) => Err(Refused::invalid(format!("Invalid ConditionExpression: {error}"))),
        }
    }

    fn put(&mut self, request: &Request) -> Result<Value, Refused> {
        let item = request.argument("Item").as_object().cloned().unwrap_or_default();
        let place = self.place(&self.key_of(&item)?);
        self.check(request, place.map(|place| &self.items[place]))?;
        let old = place.map(|place| self.items[place].clone());
        self.replace(item);
        Ok(attributes_answer(old.filter(|_| request.text("ReturnValues") == "ALL_OLD")))
    }

    fn get(&self, request: &Request) -> Result<Value, Refused> {
        let (_, place) = self.asked(request)?;
        Ok(place.map_or_else(|| json!({}), |place| json!({ "Item": self.items[place] })))
    }

    fn update(&mut self, request: &Request) -> Result<Value, Refused> {
        let (key, place) = self.asked(request)?;
        let before = place.map(|place| self.items[place].clone());
        self.check(request, before.as_ref())?;
        let before = before.unwrap_or(key);
        let after = match request.argument("UpdateExpression").as_str() {
            Some(text) => expression::update(text, &names(request)).and_then(|update| {
                Values(request.argument("ExpressionAttributeValues")).update(&update, &before)
            }),
            None => Ok(before.clone()),
        };
        let after = after.map_err(|error| Refused::invalid(format!("Invalid UpdateExpression: {error}")))?;
        if self.key_of(&after).ok() != self.key_of(&before).ok() {
            return Err(Refused::invalid(
                "One or more parameter values were invalid: Cannot update attribute. This attribute is part of the key",
            ));
        }
        self.replace(after.clone());
        let changed = |item: &Item| -> Item {
            item.iter().filter(|(name, _)| before.get(*name) != after.get(*name)).map(pair).collect()
        };
        Ok(attributes_answer(match request.text("ReturnValues") {
            "ALL_NEW" => Some(after),
            "ALL_OLD" => place.map(|_| before.clone()),
            "UPDATED_NEW" => Some(changed(&after)),
            "UPDATED_OLD" => Some(changed(&before)),
            _ => None,
        }))
    }

    fn delete(&mut self, request: &Request) -> Result<Value, Refused> {
        let (_, place) = self.asked(request)?;
        self.check(request, place.map(|place| &self.items[place]))?;
        let old = place.map(|place| self.items.remove(place));
        Ok(attributes_answer(old.filter(|_| request.text("ReturnValues") == "ALL_OLD")))
    }

    fn query(&self, request: &Request) -> Result<Value, Refused> {
        let values = Values(request.argument("ExpressionAttributeValues"));
        let select = |field: &str, items: Vec<Item>| -> Result<Vec<Item>, Refused> {
            let Some(text) = request.argument(field).as_str() else { return Ok(items) };
            let wrong = |error| Refused::invalid(format!("Invalid {field}: {error}"));
            let condition = expression::condition(text, &names(request)).map_err(wrong)?;
            let mut found = Vec::new();
            for item in items {
                if values.holds(&condition, &item).map_err(wrong)? {
                    found.push(item);
                }
            }
            Ok(found)
        };
        let mut items = select("KeyConditionExpression", self.items.clone())?;
        let index = request.subject.as_ref().and_then(|subject| subject.get("index"));
        let sort = match index {
            Some(index) => index["sort"].as_str(),
            None => self.sort.as_deref(),
        };
        if let Some(sort) = sort {
            // An item without the attribute is not in the index.
            items.retain(|item| item.contains_key(sort));
            let ordered = |left: &Item, right: &Item| order(left.get(sort)?, right.get(sort)?);
            items.sort_by(|left, right| ordered(left, right).unwrap_or(Ordering::Equal));
        }
        if request.argument("ScanIndexForward") == &json!(false) {
            items.reverse();
        }
        if let Some(start) = request.argument("ExclusiveStartKey").as_object() {
            let place = items.iter().position(|item| self.key_of(item).is_ok_and(|key| key == *start));
            items.drain(..place.map_or(0, |place| place + 1));
        }
        let mut last = None;
        if let Some(limit) = request.argument("Limit").as_u64().and_then(|limit| usize::try_from(limit).ok())
            && items.len() >= limit
        {
            items.truncate(limit);
            last = items.last().and_then(|item| self.key_of(item).ok());
        }
        let scanned = items.len();
        let items = select("FilterExpression", items)?;
        let mut answer = json!({ "Count": items.len(), "Items": items, "ScannedCount": scanned });
        if let Some(last) = last {
            answer["LastEvaluatedKey"] = Value::Object(last);
        }
        Ok(answer)
    }
}

fn pair((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

fn attributes_answer(attributes: Option<Item>) -> Value {
    attributes.map_or_else(|| json!({}), |attributes| json!({ "Attributes": attributes }))
}

/// What the placeholders of a request stand for.
fn names(request: &Request) -> impl Fn(&str) -> Option<String> + use<> {
    let names = request.argument("ExpressionAttributeNames").clone();
    move |alias| names.get(alias).and_then(Value::as_str).map(str::to_owned)
}
