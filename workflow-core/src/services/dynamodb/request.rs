//! What the requests to DynamoDB have in common.

use serde_json::{Value, json};

use crate::{
    data::Shape,
    services::{
        action::set,
        reading::{Native, Reading},
    },
};

use super::{Item, Key, attributes, expression};

/// What the workflow declared of a table.
pub(super) fn schema<R: Reading>(reading: &mut R, table: &R::Value) -> Value {
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

pub(super) fn table_name<R: Reading>(reading: &mut R, table: &R::Value) -> (String, R::Value) {
    let name = schema(reading, table)["table"].clone();
    ("TableName".to_owned(), reading.literal(name))
}

/// The key attributes of an item.
pub(super) fn key_of<R: Reading, K: Key>(reading: &mut R, table: &R::Value, key: &R::Value) -> R::Value {
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

pub(super) fn decoded<R: Reading, T: Item>(reading: &mut R, answer: &R::Value, key: &str) -> R::Value {
    let item = reading.field(answer, key);
    reading.if_some(
        &item,
        &mut |reading, item| attributes::decode_item(reading, &T::shape(), item),
        Value::Null,
    )
}

/// An answer that holds an item, if there is one.
pub(super) fn encoded<T: Item>(key: &str, item: &Value) -> Value {
    if item.is_null() {
        return json!({});
    }
    let mut native = Native::default();
    let attributes = attributes::item(&mut native, &T::shape(), item);
    json!({ key: Value::Object(attributes.into_iter().collect()) })
}

pub(super) fn condition_option<R: Reading>(
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
pub(super) fn condition<R: Reading>(
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

pub(super) fn and<R: Reading>(
    reading: &mut R,
    arguments: &mut Vec<(String, R::Value)>,
    key: &str,
    added: R::Value,
) {
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

pub(super) fn expression_text<R: Reading>(reading: &mut R, text: &R::Value) -> Option<String> {
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
pub(super) fn aliased<R: Reading>(
    reading: &mut R,
    arguments: &mut Vec<(String, R::Value)>,
    text: &str,
) -> R::Value {
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

pub(super) fn named_value<R: Reading>(
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

pub(super) fn put_value<R: Reading>(
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
pub(super) fn check_values<R: Reading>(reading: &mut R, arguments: &[(String, R::Value)]) {
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
