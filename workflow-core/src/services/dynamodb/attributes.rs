//! Values as DynamoDB's attribute values, and back: `{"S": "text"}`, `{"N": "1.5"}`, ..
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html>)
//!
//! The type's shape says which form each value has, so the conversion stands in the state machine
//! as written out.

use serde_json::Value;

use crate::{
    data::{Fields, Shape},
    services::reading::{Reading, is_text},
};

/// A value as an attribute value.
pub(super) fn encode<R: Reading>(reading: &mut R, shape: &Shape, value: &R::Value) -> R::Value {
    let Some(tag) = tag(shape) else {
        reading.problem(refused(shape));
        return reading.literal(Value::Null);
    };
    let inner = match shape {
        Shape::Option(inside) => {
            let inside = inside();
            let null = serde_json::json!({ "NULL": true });
            return reading.if_some(value, &mut |reading, value| encode(reading, &inside, value), null);
        }
        Shape::Struct { fields: Fields::Newtype(inside), .. } => return encode(reading, &inside(), value),
        Shape::Struct { fields: Fields::Named(_), .. } => {
            let entries = item(reading, shape, value);
            reading.object(entries)
        }
        Shape::Integer { .. } => reading.number_text(value, true),
        Shape::Float => reading.number_text(value, false),
        Shape::List(inside) => {
            let inside = inside();
            reading.map(value, &mut |reading, element| encode(reading, &inside, element))
        }
        _ => value.clone(),
    };
    reading.object(vec![(tag.to_owned(), inner)])
}

/// The attributes of an item.
pub(super) fn item<R: Reading>(reading: &mut R, shape: &Shape, value: &R::Value) -> Vec<(String, R::Value)> {
    let Some(fields) = fields(shape) else {
        reading.problem(format!("an item of a table is a struct with named fields, not {}", what(shape)));
        return Vec::new();
    };
    let mut attributes = Vec::new();
    for (key, shape) in fields {
        let held = reading.field(value, key);
        attributes.push((key.to_owned(), encode(reading, &shape, &held)));
    }
    attributes
}

/// The value in an attribute value.
pub(super) fn decode<R: Reading>(reading: &mut R, shape: &Shape, attribute: &R::Value) -> R::Value {
    let Some(tag) = tag(shape) else {
        reading.problem(refused(shape));
        return reading.literal(Value::Null);
    };
    match shape {
        Shape::Option(inside) => {
            let inside = inside();
            let held = reading.field(attribute, tag);
            reading.if_some(&held, &mut |reading, _| decode(reading, &inside, attribute), Value::Null)
        }
        Shape::Struct { fields: Fields::Newtype(inside), .. } => decode(reading, &inside(), attribute),
        Shape::Struct { fields: Fields::Named(_), .. } => {
            let map = reading.field(attribute, tag);
            decode_item(reading, shape, &map)
        }
        Shape::Integer { .. } | Shape::Float => {
            let text = reading.field(attribute, tag);
            reading.number(&text)
        }
        Shape::List(inside) => {
            let inside = inside();
            let list = reading.field(attribute, tag);
            reading.map(&list, &mut |reading, element| decode(reading, &inside, element))
        }
        _ => reading.field(attribute, tag),
    }
}

/// The value that the attributes of an item give.
pub(super) fn decode_item<R: Reading>(reading: &mut R, shape: &Shape, item: &R::Value) -> R::Value {
    let mut entries = Vec::new();
    for (key, shape) in fields(shape).unwrap_or_default() {
        let attribute = reading.field(item, key);
        entries.push((key.to_owned(), decode(reading, &shape, &attribute)));
    }
    reading.object(entries)
}

/// The keys of a struct in JSON, each with the shape of its value.
fn fields(shape: &Shape) -> Option<Vec<(&'static str, Shape)>> {
    let Shape::Struct { fields: Fields::Named(fields), .. } = shape else { return None };
    if fields.iter().any(|field| field.flatten || field.transparent) {
        return None;
    }
    Some(fields.iter().filter(|field| !field.skip).map(|field| (field.json, (field.shape)())).collect())
}

/// The type of an attribute that holds values of a shape.
fn tag(shape: &Shape) -> Option<&'static str> {
    Some(match shape {
        shape if is_text(shape) => "S",
        Shape::Integer { .. } | Shape::Float => "N",
        Shape::Bool => "BOOL",
        Shape::List(_) => "L",
        Shape::Option(inside) => return tag(&inside()),
        Shape::Struct { fields: Fields::Newtype(inside), .. } => return tag(&inside()),
        Shape::Struct { .. } if fields(shape).is_some() => "M",
        _ => return None,
    })
}

fn refused(shape: &Shape) -> String {
    format!("{} has no attribute value that is known here; write it as text with `JsonText`", what(shape))
}

fn what(shape: &Shape) -> String {
    match shape {
        Shape::Struct { name, .. } | Shape::Enum { name, .. } => format!("`{name}`"),
        Shape::Map(_) => "a map".to_owned(),
        Shape::Tuple(_) => "a tuple".to_owned(),
        Shape::Any => "any JSON".to_owned(),
        Shape::Unit => "`()`".to_owned(),
        _ => "this value".to_owned(),
    }
}
