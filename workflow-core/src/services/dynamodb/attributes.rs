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
        Shape::List(inside) | Shape::Set(inside) => {
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
    if holds_itself(shape, &mut Vec::new()) {
        reading.problem(format!(
            "{} holds itself, so its attributes cannot be written out; write it as text with `JsonText`",
            what(shape)
        ));
        return Vec::new();
    }
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
        Shape::List(inside) | Shape::Set(inside) => {
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
    let fields = if holds_itself(shape, &mut Vec::new()) { None } else { fields(shape) };
    for (key, shape) in fields.unwrap_or_default() {
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

/// Whether a struct is among the structs that it holds.
fn holds_itself(shape: &Shape, around: &mut Vec<&'static str>) -> bool {
    match shape {
        Shape::Option(inside) | Shape::List(inside) | Shape::Set(inside) => holds_itself(&inside(), around),
        Shape::Struct { name, fields: Fields::Named(fields) } => {
            // A name is shared by few structs, and no struct of sense is nested this deep.
            let known = around.iter().filter(|known| *known == name).count();
            if known > 3 {
                return true;
            }
            around.push(name);
            let found = fields.iter().any(|field| holds_itself(&(field.shape)(), around));
            around.pop();
            found
        }
        Shape::Struct { fields: Fields::Newtype(inside), .. } => holds_itself(&inside(), around),
        _ => false,
    }
}

/// The type of an attribute that holds values of a shape.
fn tag(shape: &Shape) -> Option<&'static str> {
    Some(match shape {
        shape if is_text(shape) => "S",
        Shape::Integer { .. } | Shape::Float => "N",
        Shape::Bool => "BOOL",
        Shape::List(_) | Shape::Set(_) => "L",
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
        Shape::Map(..) => "a map".to_owned(),
        Shape::Tuple(_) => "a tuple".to_owned(),
        Shape::Any => "any JSON".to_owned(),
        Shape::Unit => "`()`".to_owned(),
        _ => "this value".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use crate::{data::Data, services::reading::Native};

    use super::*;

    #[derive(Serialize, Deserialize, crate::Data)]
    struct Thing {
        id: String,
        whole: i64,
        part: f64,
        yes: bool,
        nothing: Option<u32>,
        list: Vec<Vec<u32>>,
        inner: Inner,
    }

    #[derive(Serialize, Deserialize, crate::Data)]
    struct Inner {
        name: String,
    }

    #[derive(Serialize, Deserialize, crate::Data)]
    struct Node {
        next: Option<Box<Node>>,
    }

    #[test]
    fn every_value_has_its_attribute_and_comes_back() {
        let value = json!({
            "id": "a", "whole": -3, "part": 2.0, "yes": false, "nothing": null,
            "list": [[1, 2], []], "inner": { "name": "b" },
        });
        let mut native = Native::default();
        let attributes: Value =
            Value::Object(item(&mut native, &Thing::shape(), &value).into_iter().collect());
        let expected = json!({
            "id": { "S": "a" },
            "whole": { "N": "-3" },
            "part": { "N": "2" },
            "yes": { "BOOL": false },
            "nothing": { "NULL": true },
            "list": { "L": [{ "L": [{ "N": "1" }, { "N": "2" }] }, { "L": [] }] },
            "inner": { "M": { "name": { "S": "b" } } },
        });
        assert_eq!(attributes, expected);
        let back = decode_item(&mut native, &Thing::shape(), &attributes);
        assert_eq!(serde_json::from_value::<Thing>(back).unwrap().inner.name, "b");
        assert_eq!(native.problems, Vec::<String>::new());
    }

    #[test]
    fn a_struct_that_holds_itself_is_told() {
        let mut native = Native::default();
        item(&mut native, &Node::shape(), &json!({ "next": null }));
        assert_eq!(
            native.problems,
            [
                "`Node` holds itself, so its attributes cannot be written out; write it as text with `JsonText`"
            ]
        );
    }
}
