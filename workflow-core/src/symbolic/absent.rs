//! Keys that an object may be without: what `skip_serializing_if` leaves out, and what is flattened into it.

use serde_json::Value;

use super::{
    builder::Builder,
    node::{Arena, BinaryOp, Expr, Kind, Nested, Node, UnaryOp},
    pattern::member,
    pure::{Function, NotPure},
};
use crate::data::{Field, Fields, LeftOut, Shape};

/// Whether a field is written.
pub(super) enum Written {
    Always,
    Never,
    /// Where this holds.
    If(Node),
}

/// What functions of the author's say of fields: whether each is left out, by its name in Rust.
pub(super) type Verdicts = Vec<(&'static str, Node)>;

impl Builder {
    /// Asks the functions under `skip_serializing_if` about the values of fields.
    pub(super) fn verdicts(&self, fields: &Fields, values: &[(&'static str, Node)]) -> Verdicts {
        let Fields::Named(declared) = fields else { return Vec::new() };
        let mut verdicts = Vec::new();
        for field in declared {
            let Some((_, value)) = values.iter().find(|(name, _)| *name == field.rust) else { continue };
            let (name, verdict) = match field.left_out {
                LeftOut::By(name, ask) => (name, ask(self, *value)),
                LeftOut::Unknown(name) => (name, None),
                _ => continue,
            };
            match verdict {
                Some(verdict) => verdicts.push((field.rust, verdict)),
                None => self.problem(format!(
                    "the field `{}` is left out where `{name}` says so, which a state machine cannot ask; write a \
                     function `fn {}(value: &..) -> bool` under `#[pure]`, or leave `skip_serializing_if` out",
                    field.rust,
                    name.rsplit("::").next().unwrap_or(name),
                )),
            }
        }
        verdicts
    }

    /// What a function says of a value; nothing if it is not `#[pure]`.
    pub fn verdict<F: Function<(Expr<T>,), bool> + 'static, T>(&self, value: Expr<T>) -> Option<Node> {
        let pure = std::any::TypeId::of::<F>() != std::any::TypeId::of::<NotPure>();
        pure.then(|| F::expand(self, (value,)).node())
    }
}

/// Whether a field with this value is written: an empty one under `skip_serializing_if` is not.
pub(super) fn written(arena: &mut Arena, field: &Field, value: Node, verdicts: &Verdicts) -> Written {
    let known = |is: bool| if is { Written::Always } else { Written::Never };
    if let LeftOut::By(..) = field.left_out {
        let Some((_, left_out)) = verdicts.iter().find(|(name, _)| *name == field.rust) else {
            return Written::Always;
        };
        return match arena.kind(*left_out) {
            Kind::Literal(Value::Bool(left_out)) => known(!left_out),
            _ => Written::If(arena.not(*left_out)),
        };
    }
    match (field.left_out, (field.shape)(), arena.kind(value).clone()) {
        (LeftOut::IfNone, _, Kind::Literal(value)) => known(!value.is_null()),
        (LeftOut::IfNone, _, Kind::Object(_) | Kind::Array(_) | Kind::Concat(_) | Kind::Error { .. }) => {
            Written::Always
        }
        (LeftOut::IfNone, _, _) => Written::If(arena.is_some(value)),
        (LeftOut::IfEmpty, Shape::List(_) | Shape::Set(_), Kind::Array(elements)) => {
            known(!elements.is_empty())
        }
        (LeftOut::IfEmpty, Shape::List(_) | Shape::Set(_), _) => {
            let count = arena.add(Kind::Call { function: "count", arguments: vec![value] });
            let none = arena.literal(0);
            Written::If(arena.add(Kind::Binary(BinaryOp::Greater, count, none)))
        }
        (LeftOut::IfEmpty, Shape::Text, Kind::Literal(Value::String(text))) => known(!text.is_empty()),
        (LeftOut::IfEmpty, Shape::Text, _) => {
            let empty = arena.literal("");
            let is_empty = arena.add(Kind::Binary(BinaryOp::Equal, value, empty));
            Written::If(arena.add(Kind::Unary(UnaryOp::Not, is_empty)))
        }
        (LeftOut::IfEmpty, Shape::Map(..), Kind::Object(entries)) => known(!entries.is_empty()),
        (LeftOut::IfEmpty, Shape::Map(..), _) => {
            let count = arena.add(Kind::Form { text: "$count($keys({0}))", parts: vec![value] });
            let none = arena.literal(0);
            Written::If(arena.add(Kind::Binary(BinaryOp::Greater, count, none)))
        }
        (LeftOut::IfFalse, _, Kind::Literal(value)) => known(value == Value::Bool(true)),
        (LeftOut::IfFalse, _, _) => Written::If(value),
        _ => Written::Always,
    }
}

/// An object with one entry, or without.
pub(super) fn entry_if(arena: &mut Arena, condition: Node, key: &str, value: Node) -> Node {
    let then = arena.add(Kind::Object(vec![(key.to_owned(), value)]));
    let otherwise = arena.add(Kind::Object(Vec::new()));
    arena.add(Kind::Cond { condition, then, otherwise })
}

/// What `#[serde(flatten)]` puts into the object around it.
pub(super) fn flattened(arena: &mut Arena, value: Node, shape: &Shape) -> Node {
    match shape {
        Shape::Option(_) => {
            let condition = arena.add(Kind::Unary(UnaryOp::IsSome, value));
            let otherwise = arena.add(Kind::Object(Vec::new()));
            arena.add(Kind::Cond { condition, then: value, otherwise })
        }
        _ => value,
    }
}

/// An object and others, in one.
pub(super) fn merged(arena: &mut Arena, entries: Node, others: Vec<Node>) -> Node {
    if others.is_empty() {
        return entries;
    }
    let parts = std::iter::once(entries).chain(others).map(|part| (part, Nested::Never)).collect();
    let parts = arena.add(Kind::Array(parts));
    arena.add(Kind::Call { function: "merge", arguments: vec![parts] })
}

/// An object under whose key stands another value, or none.
pub(super) fn set(arena: &mut Arena, base: Node, field: &Field, value: Node, verdicts: &Verdicts) -> Node {
    let key = || field.json.to_owned();
    match written(arena, field, value, verdicts) {
        Written::Always => arena.update(base, vec![(key(), value)]),
        found => {
            let rest = match arena.kind(base).clone() {
                Kind::Object(entries) => {
                    let entries = entries.into_iter().filter(|(known, _)| *known != field.json).collect();
                    arena.add(Kind::Object(entries))
                }
                _ => without(arena, base, vec![field.json]),
            };
            match found {
                Written::If(condition) => {
                    let entry = entry_if(arena, condition, field.json, value);
                    merged(arena, rest, vec![entry])
                }
                _ => rest,
            }
        }
    }
}

/// A flattened value among the keys of the object around it: its own keys, or all where they are not known.
pub(super) fn own(arena: &mut Arena, shape: &Shape, outer: Node) -> Node {
    if let Some(entries) = written_out(arena, shape, outer) {
        return arena.add(Kind::Object(entries));
    }
    let Some(keys) = keys(shape) else { return outer };
    let keys = arena.literal(keys);
    arena.add(Kind::Form {
        text: "$merge([{}, $sift({0}, function($_v, $_k) { $_k in {1} })])",
        parts: vec![outer, keys],
    })
}

/// The object around a flattened value, with another value in its place.
pub(super) fn set_flattened(arena: &mut Arena, outer: Node, shape: &Shape, value: Node) -> Node {
    if let Some(entries) = written_out(arena, shape, value) {
        return arena.update(outer, entries);
    }
    let Some(keys) = keys(shape) else { return value };
    let rest = without(arena, outer, keys);
    merged(arena, rest, vec![value])
}

/// An object without the entries under these keys. An object of which nothing is left is none to JSONata,
/// hence the `{}`.
fn without(arena: &mut Arena, object: Node, keys: Vec<&str>) -> Node {
    let keys = match keys.as_slice() {
        [key] => arena.literal(*key),
        _ => arena.literal(keys),
    };
    arena.add(Kind::Form {
        text: "$merge([{}, $sift({0}, function($_v, $_k) { $not($_k in {1}) })])",
        parts: vec![object, keys],
    })
}

/// The keys of a struct with named fields, each with the expression that reads it; None where the keys are
/// not known, or may be absent.
pub(super) fn written_out(arena: &mut Arena, shape: &Shape, value: Node) -> Option<Vec<(String, Node)>> {
    let Shape::Struct { fields: fields @ Fields::Named(declared), .. } = shape else { return None };
    let mut entries = Vec::new();
    for field in declared.iter().filter(|field| !field.skip) {
        if field.may_be_absent {
            return None;
        }
        if field.transparent {
            return written_out(arena, &(field.shape)(), value);
        }
        if field.flatten {
            entries.extend(written_out(arena, &(field.shape)(), value)?);
        } else {
            let (_, read) = member(arena, fields, value, field.rust);
            entries.push((field.json.to_owned(), read));
        }
    }
    Some(entries)
}

/// The keys that a struct with named fields may have; None where they are not known.
fn keys(shape: &Shape) -> Option<Vec<&'static str>> {
    let Shape::Struct { fields: Fields::Named(declared), .. } = shape else { return None };
    let mut all = Vec::new();
    for field in declared.iter().filter(|field| !field.skip) {
        if field.transparent || field.flatten {
            all.extend(keys(&(field.shape)())?);
        } else {
            all.push(field.json);
        }
    }
    Some(all)
}
