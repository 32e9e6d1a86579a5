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

use super::{
    GetItemError, Item, Key, WriteError, attributes, expression,
    request::{
        aliased, check_values, condition_option, decoded, encoded, expression_text, key_of, table_name,
    },
};

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
