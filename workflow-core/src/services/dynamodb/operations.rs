//! What each action says to DynamoDB, for both readings.

use std::marker::PhantomData;

use serde_json::{Value, json};

use crate::{
    data::Shape,
    error::ErrorName,
    resource::Resource,
    services::{
        action::{Operation, set},
        reading::Reading,
    },
};

use super::{GetItemError, Item, Key, Page, QueryError, WriteError, attributes, expression};

/// `dynamodb:putItem`
#[derive(Debug)]
pub struct PutItem<T, K>(PhantomData<fn() -> (T, K)>);

/// `dynamodb:getItem`
#[derive(Debug)]
pub struct GetItem<T, K>(PhantomData<fn() -> (T, K)>);

/// `dynamodb:updateItem`
#[derive(Debug)]
pub struct UpdateItem<T, K>(PhantomData<fn() -> (T, K)>);

/// `dynamodb:deleteItem`
#[derive(Debug)]
pub struct DeleteItem<T, K>(PhantomData<fn() -> (T, K)>);

/// `aws-sdk:dynamodb:query`
#[derive(Debug)]
pub struct Query<T, P, S>(PhantomData<fn(P, S) -> T>);

const WRITE_TRANSIENTS: &[ErrorName] = &[
    WriteError::PROVISIONED_THROUGHPUT_EXCEEDED,
    WriteError::REQUEST_LIMIT_EXCEEDED,
    WriteError::INTERNAL_SERVER_ERROR,
];

impl<T: Item, K: Key> Operation for PutItem<T, K> {
    const NAME: &'static str = "put_item";
    const RESOURCE: Resource = Resource::new("dynamodb", "putItem");
    const TRANSIENTS: &'static [ErrorName] = WRITE_TRANSIENTS;
    type Output = ();
    type Error = WriteError;

    fn arguments<R: Reading>(reading: &mut R, values: &[R::Value]) -> Vec<(String, R::Value)> {
        let [table, item] = values else { return Vec::new() };
        let attributes = attributes::item(reading, &T::shape(), item);
        if let Some(schema) = reading.known(table) {
            for key in [&schema["partition"], &schema["sort"]].into_iter().filter_map(Value::as_str) {
                if !attributes.iter().any(|(name, _)| name == key) {
                    reading.problem(format!(
                        "the items of the table `{}` have no attribute `{key}`, which is a part of its key",
                        schema["table"].as_str().unwrap_or_default()
                    ));
                }
            }
        }
        let item = reading.object(attributes);
        vec![table_name(reading, table), ("Item".to_owned(), item)]
    }

    fn option<R: Reading>(
        reading: &mut R,
        subject: &R::Value,
        arguments: &mut Vec<(String, R::Value)>,
        option: &str,
        values: &[(R::Value, Shape)],
    ) {
        condition_option(reading, subject, arguments, option, values);
    }

    fn check<R: Reading>(reading: &mut R, arguments: &[(String, R::Value)]) {
        check_values(reading, arguments);
    }

    fn result<R: Reading>(reading: &mut R, _: &R::Value) -> R::Value {
        reading.literal(Value::Null)
    }

    fn answer(_: Value) -> Value {
        json!({})
    }
}

impl<T: Item, K: Key> Operation for GetItem<T, K> {
    const NAME: &'static str = "get_item";
    const RESOURCE: Resource = Resource::new("dynamodb", "getItem");
    const TRANSIENTS: &'static [ErrorName] = &[
        GetItemError::PROVISIONED_THROUGHPUT_EXCEEDED,
        GetItemError::REQUEST_LIMIT_EXCEEDED,
        GetItemError::INTERNAL_SERVER_ERROR,
    ];
    type Output = Option<T>;
    type Error = GetItemError;

    fn arguments<R: Reading>(reading: &mut R, values: &[R::Value]) -> Vec<(String, R::Value)> {
        let [table, key] = values else { return Vec::new() };
        vec![table_name(reading, table), ("Key".to_owned(), key_of::<R, K>(reading, table, key))]
    }

    fn option<R: Reading>(
        reading: &mut R,
        _: &R::Value,
        arguments: &mut Vec<(String, R::Value)>,
        option: &str,
        _: &[(R::Value, Shape)],
    ) {
        match option {
            "consistent" => {
                let yes = reading.literal(true.into());
                set(arguments, "ConsistentRead", yes);
            }
            other => reading.problem(format!("`get_item` has no option `{other}`")),
        }
    }

    fn result<R: Reading>(reading: &mut R, answer: &R::Value) -> R::Value {
        decoded::<R, T>(reading, answer, "Item")
    }

    fn answer(result: Value) -> Value {
        encoded::<T>("Item", &result)
    }
}

impl<T: Item, K: Key> Operation for UpdateItem<T, K> {
    const NAME: &'static str = "update_item";
    const RESOURCE: Resource = Resource::new("dynamodb", "updateItem");
    const TRANSIENTS: &'static [ErrorName] = WRITE_TRANSIENTS;
    type Output = T;
    type Error = WriteError;

    fn arguments<R: Reading>(reading: &mut R, values: &[R::Value]) -> Vec<(String, R::Value)> {
        let [table, key, update] = values else { return Vec::new() };
        let mut arguments =
            vec![table_name(reading, table), ("Key".to_owned(), key_of::<R, K>(reading, table, key))];
        if let Some(text) = expression_text(reading, update) {
            if let Err(error) = expression::update(&text, &|alias| Some(alias.to_owned())) {
                reading.problem(format!("the update `{text}` is not one that DynamoDB reads: {error}"));
            }
            let text = aliased(reading, &mut arguments, &text);
            set(&mut arguments, "UpdateExpression", text);
        }
        let all_new = reading.literal("ALL_NEW".into());
        set(&mut arguments, "ReturnValues", all_new);
        arguments
    }

    fn option<R: Reading>(
        reading: &mut R,
        subject: &R::Value,
        arguments: &mut Vec<(String, R::Value)>,
        option: &str,
        values: &[(R::Value, Shape)],
    ) {
        condition_option(reading, subject, arguments, option, values);
    }

    fn check<R: Reading>(reading: &mut R, arguments: &[(String, R::Value)]) {
        check_values(reading, arguments);
    }

    fn result<R: Reading>(reading: &mut R, answer: &R::Value) -> R::Value {
        let attributes = reading.field(answer, "Attributes");
        attributes::decode_item(reading, &T::shape(), &attributes)
    }

    fn answer(result: Value) -> Value {
        encoded::<T>("Attributes", &result)
    }
}

impl<T: Item, K: Key> Operation for DeleteItem<T, K> {
    const NAME: &'static str = "delete_item";
    const RESOURCE: Resource = Resource::new("dynamodb", "deleteItem");
    const TRANSIENTS: &'static [ErrorName] = WRITE_TRANSIENTS;
    type Output = Option<T>;
    type Error = WriteError;

    fn arguments<R: Reading>(reading: &mut R, values: &[R::Value]) -> Vec<(String, R::Value)> {
        let [table, key] = values else { return Vec::new() };
        let all_old = reading.literal("ALL_OLD".into());
        vec![
            table_name(reading, table),
            ("Key".to_owned(), key_of::<R, K>(reading, table, key)),
            ("ReturnValues".to_owned(), all_old),
        ]
    }

    fn option<R: Reading>(
        reading: &mut R,
        subject: &R::Value,
        arguments: &mut Vec<(String, R::Value)>,
        option: &str,
        values: &[(R::Value, Shape)],
    ) {
        condition_option(reading, subject, arguments, option, values);
    }

    fn check<R: Reading>(reading: &mut R, arguments: &[(String, R::Value)]) {
        check_values(reading, arguments);
    }

    fn result<R: Reading>(reading: &mut R, answer: &R::Value) -> R::Value {
        decoded::<R, T>(reading, answer, "Attributes")
    }

    fn answer(result: Value) -> Value {
        encoded::<T>("Attributes", &result)
    }
}

impl<T: Item, P: Key, S: Key> Operation for Query<T, P, S> {
    const NAME: &'static str = "query";
    const RESOURCE: Resource = Resource::new("aws-sdk:dynamodb", "query");
    const TRANSIENTS: &'static [ErrorName] = &[
        QueryError::PROVISIONED_THROUGHPUT_EXCEEDED,
        QueryError::REQUEST_LIMIT_EXCEEDED,
        QueryError::INTERNAL_SERVER_ERROR,
    ];
    type Output = Page<T>;
    type Error = QueryError;

    fn arguments<R: Reading>(reading: &mut R, values: &[R::Value]) -> Vec<(String, R::Value)> {
        let [table, partition] = values else { return Vec::new() };
        let mut arguments = vec![table_name(reading, table)];
        let name = schema(reading, table)["partition"].as_str().unwrap_or_default().to_owned();
        let condition = aliased(reading, &mut arguments, &format!("{name} = :partition"));
        set(&mut arguments, "KeyConditionExpression", condition);
        let value = attributes::encode(reading, &P::shape(), partition);
        put_value(reading, &mut arguments, ":partition", value);
        arguments
    }

    fn option<R: Reading>(
        reading: &mut R,
        subject: &R::Value,
        arguments: &mut Vec<(String, R::Value)>,
        option: &str,
        values: &[(R::Value, Shape)],
    ) {
        match (option, values) {
            ("sort_key_begins_with", [(start, shape)]) => {
                let name = schema(reading, subject)["sort"].as_str().unwrap_or_default().to_owned();
                let added = format!("begins_with({name}, :start)");
                let added = aliased(reading, arguments, &added);
                and(reading, arguments, "KeyConditionExpression", added);
                let value = attributes::encode(reading, shape, start);
                put_value(reading, arguments, ":start", value);
            }
            ("filter", [(filter, _)]) => condition(reading, arguments, "FilterExpression", filter),
            ("value", [(name, _), (value, shape)]) => named_value(reading, arguments, name, value, shape),
            ("descending", []) => {
                let no = reading.literal(false.into());
                set(arguments, "ScanIndexForward", no);
            }
            ("limit", [(limit, _)]) => set(arguments, "Limit", limit.clone()),
            (other, _) => reading.problem(format!("`query` has no option `{other}`")),
        }
    }

    fn check<R: Reading>(reading: &mut R, arguments: &[(String, R::Value)]) {
        check_values(reading, arguments);
    }

    fn result<R: Reading>(reading: &mut R, answer: &R::Value) -> R::Value {
        let items = reading.field(answer, "Items");
        let items =
            reading.map(&items, &mut |reading, item| attributes::decode_item(reading, &T::shape(), item));
        let last = reading.field(answer, "LastEvaluatedKey");
        let more = reading.if_some(&last, &mut |reading, _| reading.literal(true.into()), false.into());
        reading.object(vec![("items".to_owned(), items), ("more".to_owned(), more)])
    }

    fn answer(result: Value) -> Value {
        let items: Vec<Value> = result["items"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|item| encoded::<T>("Item", item)["Item"].take())
            .collect();
        let mut answer = json!({ "Count": items.len(), "Items": items, "ScannedCount": items.len() });
        if result["more"] == json!(true) {
            answer["LastEvaluatedKey"] = json!({});
        }
        answer
    }
}

/// What the workflow declared of a table.
fn schema<R: Reading>(reading: &mut R, table: &R::Value) -> Value {
    match reading.known(table) {
        Some(schema) => schema,
        None => {
            reading.problem(
                "a table is a constant, so that the state machine's role can be limited to it".to_owned(),
            );
            Value::Null
        }
    }
}

fn table_name<R: Reading>(reading: &mut R, table: &R::Value) -> (String, R::Value) {
    let name = schema(reading, table)["table"].clone();
    ("TableName".to_owned(), reading.literal(name))
}

/// The key attributes of an item.
fn key_of<R: Reading, K: Key>(reading: &mut R, table: &R::Value, key: &R::Value) -> R::Value {
    let schema = schema(reading, table);
    let partition = schema["partition"].as_str().unwrap_or_default().to_owned();
    let entries = match (K::shape(), schema["sort"].as_str()) {
        (Shape::Tuple(shapes), Some(sort)) => [partition, sort.to_owned()]
            .into_iter()
            .zip(shapes)
            .enumerate()
            .map(|(place, (name, shape))| {
                let part = reading.index(key, place);
                (name, attributes::encode(reading, &shape(), &part))
            })
            .collect(),
        (shape, _) => vec![(partition, attributes::encode(reading, &shape, key))],
    };
    reading.object(entries)
}

fn decoded<R: Reading, T: Item>(reading: &mut R, answer: &R::Value, key: &str) -> R::Value {
    let item = reading.field(answer, key);
    reading.if_some(
        &item,
        &mut |reading, item| attributes::decode_item(reading, &T::shape(), item),
        Value::Null,
    )
}

/// An answer that holds an item, if there is one.
fn encoded<T: Item>(key: &str, item: &Value) -> Value {
    if item.is_null() {
        return json!({});
    }
    let mut native = crate::services::reading::Native::default();
    let attributes = attributes::item(&mut native, &T::shape(), item);
    json!({ key: Value::Object(attributes.into_iter().collect()) })
}

fn condition_option<R: Reading>(
    reading: &mut R,
    subject: &R::Value,
    arguments: &mut Vec<(String, R::Value)>,
    option: &str,
    values: &[(R::Value, Shape)],
) {
    match (option, values) {
        ("condition", [(text, _)]) => condition(reading, arguments, "ConditionExpression", text),
        ("value", [(name, _), (value, shape)]) => named_value(reading, arguments, name, value, shape),
        ("if_absent" | "if_exists", []) => {
            let function = if option == "if_absent" { "attribute_not_exists" } else { "attribute_exists" };
            let partition = schema(reading, subject)["partition"].as_str().unwrap_or_default().to_owned();
            let text = reading.literal(format!("{function}({partition})").into());
            condition(reading, arguments, "ConditionExpression", &text);
        }
        (other, _) => reading.problem(format!("this call has no option `{other}`")),
    }
}

/// Adds a condition, which must hold beside those that are there.
fn condition<R: Reading>(
    reading: &mut R,
    arguments: &mut Vec<(String, R::Value)>,
    key: &str,
    text: &R::Value,
) {
    let Some(text) = expression_text(reading, text) else { return };
    if let Err(error) = expression::condition(&text, &|alias| Some(alias.to_owned())) {
        reading.problem(format!("the condition `{text}` is not one that DynamoDB reads: {error}"));
    }
    let text = aliased(reading, arguments, &text);
    and(reading, arguments, key, text);
}

fn and<R: Reading>(reading: &mut R, arguments: &mut Vec<(String, R::Value)>, key: &str, added: R::Value) {
    let known = arguments.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
    let text = |reading: &R, value: &R::Value| {
        reading.known(value).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let both = match known {
        Some(known) if key == "KeyConditionExpression" => {
            let both = format!("{} AND {}", text(reading, &known), text(reading, &added));
            reading.literal(both.into())
        }
        Some(known) => {
            let both = format!("({}) AND ({})", text(reading, &known), text(reading, &added));
            reading.literal(both.into())
        }
        None => added,
    };
    set(arguments, key, both);
}

fn expression_text<R: Reading>(reading: &mut R, text: &R::Value) -> Option<String> {
    let known = reading.known(text).and_then(|text| text.as_str().map(str::to_owned));
    if known.is_none() {
        reading.problem(
            "an expression for DynamoDB is fixed when the state machine is written; put what varies into `.value(..)`"
                .to_owned(),
        );
    }
    known
}

/// The expression with placeholders for its attributes, which are put beside it.
fn aliased<R: Reading>(reading: &mut R, arguments: &mut Vec<(String, R::Value)>, text: &str) -> R::Value {
    const NAMES: &str = "ExpressionAttributeNames";
    // What cannot be read was told where it was parsed.
    let (text, names) = expression::aliased(text).unwrap_or_else(|_| (text.to_owned(), Vec::new()));
    if !names.is_empty() {
        let known = arguments.iter().find(|(name, _)| name == NAMES).map(|(_, value)| value.clone());
        let mut all = match known.and_then(|known| reading.known(&known)) {
            Some(Value::Object(all)) => all,
            _ => serde_json::Map::new(),
        };
        all.extend(names.into_iter().map(|(alias, name)| (alias, name.into())));
        let all = reading.literal(Value::Object(all));
        set(arguments, NAMES, all);
    }
    reading.literal(text.into())
}

fn named_value<R: Reading>(
    reading: &mut R,
    arguments: &mut Vec<(String, R::Value)>,
    name: &R::Value,
    value: &R::Value,
    shape: &Shape,
) {
    let Some(name) = expression_text(reading, name) else { return };
    let value = attributes::encode(reading, shape, value);
    put_value(reading, arguments, &format!(":{}", name.trim_start_matches(':')), value);
}

const VALUES: &str = "ExpressionAttributeValues";

fn put_value<R: Reading>(
    reading: &mut R,
    arguments: &mut Vec<(String, R::Value)>,
    name: &str,
    value: R::Value,
) {
    let known = arguments.iter().find(|(key, _)| key == VALUES).map(|(_, values)| values.clone());
    let values = match known {
        Some(known) => reading.with_entry(&known, name, value),
        None => reading.object(vec![(name.to_owned(), value)]),
    };
    set(arguments, VALUES, values);
}

/// Every value that an expression mentions must be given, and every one that is given mentioned.
fn check_values<R: Reading>(reading: &mut R, arguments: &[(String, R::Value)]) {
    let find = |key: &str| arguments.iter().find(|(name, _)| name == key).map(|(_, value)| value);
    let mut mentioned = Vec::new();
    for key in ["ConditionExpression", "UpdateExpression", "FilterExpression", "KeyConditionExpression"] {
        if let Some(Value::String(text)) = find(key).and_then(|value| reading.known(value)) {
            mentioned.extend(expression::values(&text));
        }
    }
    let given = find(VALUES).map(|values| reading.keys(values)).unwrap_or_default();
    for name in mentioned.iter().filter(|name| !given.contains(name)) {
        let plain = name.trim_start_matches(':');
        reading.problem(format!("nothing says what `{name}` stands for; add `.value(\"{plain}\", &..)`"));
    }
    for name in given.iter().filter(|name| !mentioned.contains(name)) {
        reading.problem(format!("no expression mentions the value `{name}`"));
    }
}
