//! `aws-sdk:dynamodb:query`: the items of a table, or of an index of one, with one partition key.

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
    Item, Key, Page, QueryError, attributes,
    request::{aliased, and, check_values, condition, encoded, named_value, put_value, schema, table_name},
};

/// `aws-sdk:dynamodb:query`
#[derive(Debug)]
pub struct Query<T, P>(PhantomData<fn(P) -> T>);

impl<T: Item, P: Key> Operation for Query<T, P> {
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
        let schema = schema(reading, table);
        let asked = if schema["index"].is_null() { &schema } else { &schema["index"] };
        if let Some(index) = schema["index"]["name"].as_str() {
            let index = reading.literal(index.into());
            set(&mut arguments, "IndexName", index);
        }
        let name = asked["partition"].as_str().unwrap_or_default().to_owned();
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
                let schema = schema(reading, subject);
                let asked = if schema["index"].is_null() { &schema } else { &schema["index"] };
                let Some(name) = asked["sort"].as_str() else {
                    return reading
                        .problem(format!("what is queried by `{}` has no sort key", asked["partition"]));
                };
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
