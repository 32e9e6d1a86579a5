//! Which variant of an untagged enum a value is: serde reads it as each in turn, and the first that fits counts.
//!
//! Where the variants are of different JSON types, `$type` tells. Else it is asked whether the value fits the shape
//! of a variant, and of none before.

use serde_json::Value;

use crate::data::{Field, Fields, Shape, Tagging, Variant};

use super::{
    node::{Arena, BinaryOp, Kind, Node, Presence, UnaryOp},
    pattern::member,
};

/// How deep a shape is looked into.
const DEEPEST: usize = 6;

const NULL: u8 = 1;
const BOOLEAN: u8 = 2;
const NUMBER: u8 = 4;
const STRING: u8 = 8;
const ARRAY: u8 = 16;
const OBJECT: u8 = 32;

/// The JSON types that values of a shape may have, where it is looked into so many times more.
fn types(shape: &Shape, left: usize) -> Option<u8> {
    Some(match shape {
        Shape::Unit => NULL,
        Shape::Bool => BOOLEAN,
        Shape::Integer { .. } | Shape::Float => NUMBER,
        Shape::Text | Shape::Timestamp => STRING,
        Shape::Option(inner) => NULL | types(&inner(), left)?,
        Shape::List(_) | Shape::Set(_) | Shape::Tuple(_) => ARRAY,
        Shape::Map(..) => OBJECT,
        Shape::Struct { fields, .. } => types_of(fields, left)?,
        Shape::Enum { tagging: Tagging::External, variants, .. } => variants
            .iter()
            .map(|variant| if is_unit(variant) { STRING } else { OBJECT })
            .fold(0, |all, one| all | one),
        Shape::Enum { tagging: Tagging::Internal { .. } | Tagging::Adjacent { .. }, .. } => OBJECT,
        Shape::Enum { tagging: Tagging::Untagged, variants, .. } => {
            let each = variants.iter().map(|variant| types_of(&variant.fields, left));
            each.collect::<Option<Vec<u8>>>()?.into_iter().fold(0, |all, one| all | one)
        }
        _ => return None,
    })
}

fn types_of(fields: &Fields, left: usize) -> Option<u8> {
    match fields {
        Fields::Unit => Some(NULL),
        Fields::Newtype(shape) => types(&shape(), left.checked_sub(1)?),
        Fields::Tuple(_) => Some(ARRAY),
        Fields::Named(fields) => match fields.iter().find(|field| field.transparent) {
            Some(field) => types(&(field.shape)(), left.checked_sub(1)?),
            None => Some(OBJECT),
        },
    }
}

fn is_unit(variant: &Variant) -> bool {
    matches!(variant.fields, Fields::Unit)
}

/// Whether a variant is a number, whole or not.
fn is_number(variant: &Variant, whole: bool) -> bool {
    match &variant.fields {
        Fields::Newtype(shape) if whole => matches!(shape(), Shape::Integer { .. }),
        Fields::Newtype(shape) => matches!(shape(), Shape::Float),
        _ => false,
    }
}

/// The test for a variant of an untagged enum. Nothing where it cannot be told from the others.
pub(super) fn is_variant(
    arena: &mut Arena,
    variants: &[Variant],
    variant: &Variant,
    value: Node,
) -> Option<Node> {
    // To serde `1.0` is no whole number, to JSONata the same as `1`.
    let mut from_whole = variants.iter().skip_while(|variant| !is_number(variant, true));
    let counts = is_number(variant, true) || is_number(variant, false);
    if counts && from_whole.any(|variant| is_number(variant, false)) {
        return None;
    }
    let own = types_of(&variant.fields, DEEPEST)?;
    let others = variants.iter().filter(|other| other.rust != variant.rust);
    let others = others.map(|other| types_of(&other.fields, DEEPEST)).collect::<Option<Vec<u8>>>()?;
    if others.iter().all(|other| other & own == 0) {
        return Some(is_of(arena, own, value));
    }
    let mut test = fits_fields(arena, &variant.fields, value, DEEPEST)?;
    for earlier in variants.iter().take_while(|earlier| earlier.rust != variant.rust) {
        if types_of(&earlier.fields, DEEPEST)? & own != 0 {
            let fits = fits_fields(arena, &earlier.fields, value, DEEPEST)?;
            let otherwise = arena.not(fits);
            test = arena.binary(BinaryOp::And, test, otherwise);
        }
    }
    Some(test)
}

/// Whether a value is of one of these JSON types.
fn is_of(arena: &mut Arena, types: u8, value: Node) -> Node {
    const NAMES: [(u8, &str); 6] = [
        (NULL, "null"),
        (BOOLEAN, "boolean"),
        (NUMBER, "number"),
        (STRING, "string"),
        (ARRAY, "array"),
        (OBJECT, "object"),
    ];
    let names: Vec<Value> =
        NAMES.iter().filter(|(bit, _)| types & bit != 0).map(|(_, name)| Value::from(*name)).collect();
    let of = arena.add(Kind::Call { function: "type", arguments: vec![value] });
    match names.as_slice() {
        [name] => {
            let name = arena.literal(name.clone());
            arena.binary(BinaryOp::Equal, of, name)
        }
        _ => {
            let names = arena.literal(Value::Array(names));
            arena.binary(BinaryOp::In, of, names)
        }
    }
}

/// Whether serde reads a value as one of this shape.
fn fits(arena: &mut Arena, shape: &Shape, value: Node, left: usize) -> Option<Node> {
    let left = left.checked_sub(1)?;
    let of = |arena: &mut Arena, types| is_of(arena, types, value);
    Some(match shape {
        Shape::Unit | Shape::Bool | Shape::Float | Shape::Text => of(arena, types(shape, left)?),
        Shape::Integer { bits, signed } => {
            let number = of(arena, NUMBER);
            let (low, high) = match (signed, bits) {
                (true, 64) => (None, None),
                (true, bits) => (Some(-(1_i64 << (bits - 1))), Some((1_i64 << (bits - 1)) - 1)),
                (false, 64) => (Some(0), None),
                (false, bits) => (Some(0), Some((1_i64 << bits) - 1)),
            };
            let floor = arena.add(Kind::Call { function: "floor", arguments: vec![value] });
            let whole = arena.binary(BinaryOp::Equal, floor, value);
            let mut test = arena.binary(BinaryOp::And, number, whole);
            for (limit, op) in [(low, BinaryOp::GreaterOrEqual), (high, BinaryOp::LessOrEqual)] {
                if let Some(limit) = limit {
                    let limit = arena.literal(limit);
                    let within = arena.binary(op, value, limit);
                    test = arena.binary(BinaryOp::And, test, within);
                }
            }
            test
        }
        Shape::Option(inner) => {
            let null = of(arena, NULL);
            let inner = fits(arena, &inner(), value, left)?;
            arena.binary(BinaryOp::Or, null, inner)
        }
        Shape::Struct { fields, .. } => fits_fields(arena, fields, value, left)?,
        Shape::Enum { tagging: Tagging::External, variants, .. } if variants.iter().all(is_unit) => {
            let names = variants.iter().map(|variant| Value::from(variant.json)).collect();
            let names = arena.literal(Value::Array(names));
            let text = of(arena, STRING);
            let known = arena.binary(BinaryOp::In, value, names);
            arena.binary(BinaryOp::And, text, known)
        }
        _ => return None,
    })
}

fn fits_fields(arena: &mut Arena, fields: &Fields, value: Node, left: usize) -> Option<Node> {
    match fields {
        Fields::Unit => Some(is_of(arena, NULL, value)),
        Fields::Newtype(shape) => fits(arena, &shape(), value, left),
        Fields::Tuple(_) => None,
        Fields::Named(declared) => {
            let mut test = is_of(arena, OBJECT, value);
            for field in declared.iter().filter(|field| !field.skip) {
                if field.flatten || field.transparent {
                    return None;
                }
                let inside = fits_field(arena, fields, field, value, left)?;
                test = arena.binary(BinaryOp::And, test, inside);
            }
            Some(test)
        }
    }
}

fn fits_field(arena: &mut Arena, fields: &Fields, field: &Field, value: Node, left: usize) -> Option<Node> {
    let (shape, _) = member(arena, fields, value, field.rust);
    let held = arena.field(value, field.json.to_owned(), Presence::Certain);
    let there = arena.add(Kind::Unary(UnaryOp::Exists, held));
    let inside = match shape {
        // What a list holds is looked at nowhere: none of two variants may differ in that alone.
        Shape::List(_) | Shape::Set(_) | Shape::Tuple(_) | Shape::Map(..) => return None,
        shape => fits(arena, &shape, held, left)?,
    };
    let optional = matches!((field.shape)(), Shape::Option(_)) || field.has_default;
    Some(match optional {
        true => {
            let absent = arena.not(there);
            arena.binary(BinaryOp::Or, absent, inside)
        }
        false => arena.binary(BinaryOp::And, there, inside),
    })
}
