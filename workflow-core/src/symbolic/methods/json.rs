//! `serde_json::Value`: JSON of any form, read by its keys and places.

use serde_json::Value;

use crate::data::Data;

use super::{
    super::pure::{Method, name},
    super::{
        builder::Builder,
        node::{Expr, Kind, Node, Presence},
    },
    Converted, Methods,
    lists::Indexed,
};

/// The object that a value is; for any other an empty one.
fn object(builder: &Builder, of: Node) -> Node {
    builder.once("json", of, |of| builder.form("$type({0}) = 'object' ? {0} : {}", &[of]))
}

#[diagnostic::do_not_recommend]
impl Indexed<String> for Value {
    type Value = Value;
    fn at(builder: &Builder, from: Node, key: Node, fails: bool) -> Node {
        let known = match builder.known(key) {
            Some(Value::String(known)) => Some(known),
            _ => None,
        };
        let object = object(builder, from);
        match (known, fails) {
            // A key that is there with `null` is `Some`.
            (Some(key), false) => builder.once("json", object, |object| {
                builder.edit(|program| program.arena.field(object, key, Presence::Absent))
            }),
            (None, false) => {
                builder.problem(
                    "`.get(key)` tells a key of a `Value` that is missing from one that holds `null`, which a state \
                     machine does where the key is a text literal; write `value[key]`, `Value::Null` for both"
                        .to_owned(),
                );
                builder.null()
            }
            (_, true) => {
                builder.form("($_v := $lookup({0}, {1}); $exists($_v) ? $_v : null)", &[object, key])
            }
        }
    }
    fn put(builder: &Builder, into: Node, key: Node, value: Node) -> Node {
        builder.once("json", into, |into| {
            builder.form(
                "$type({0}) = 'object' ? $merge([{0}, { {1}: {2} }]) : {0} = null ? { {1}: {2} } \
                 : $error('this is no object')",
                &[into, key, value],
            )
        })
    }
}

#[diagnostic::do_not_recommend]
impl Indexed<usize> for Value {
    type Value = Value;
    fn at(builder: &Builder, from: Node, key: Node, fails: bool) -> Node {
        if !fails {
            builder.problem(
                "`.get(place)` tells a place of a `Value` that is missing from one that holds `null`, which a state \
                 machine cannot; write `value[place]`, `Value::Null` for both"
                    .to_owned(),
            );
        }
        builder.once("json", from, |from| {
            builder.form(
                "($_i := {1}; $type({0}) = 'array' ? ($_i >= 0 and $_i < $count({0}) ? {0}[$_i] : null) : null)",
                &[from, key],
            )
        })
    }
    fn put(builder: &Builder, into: Node, key: Node, value: Node) -> Node {
        builder.once("json", into, |into| {
            let list = builder.form("$type({0}) = 'array' ? {0} : $error('this is no array')", &[into]);
            <Vec<Value> as Indexed<usize>>::put(builder, list, key, value)
        })
    }
}

macro_rules! methods {
    ($($name:literal -> $result:ty, $text:literal;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Method<{ name($name) }, (Expr<Value>,), $result> for Value {
            fn expand(builder: &Builder, (value,): (Expr<Value>,)) -> Expr<$result> {
                Expr::new(builder.once("json", value.node(), |value| builder.form($text, &[value])))
            }
        }
    )*};
}

methods! {
    "as_i64" -> Option<i64>, "$type({0}) = 'number' ? ($floor({0}) = {0} ? {0} : null) : null";
    "as_u64" -> Option<u64>, "$type({0}) = 'number' ? ({0} >= 0 and $floor({0}) = {0} ? {0} : null) : null";
    "as_f64" -> Option<f64>, "$type({0}) = 'number' ? {0} : null";
    "as_bool" -> Option<bool>, "$type({0}) = 'boolean' ? {0} : null";
    "as_array" -> Option<Vec<Value>>, "$type({0}) = 'array' ? {0} : null";
    "is_null" -> bool, "{0} = null";
    "is_boolean" -> bool, "$type({0}) = 'boolean'";
    "is_number" -> bool, "$type({0}) = 'number'";
    "is_string" -> bool, "$type({0}) = 'string'";
    "is_array" -> bool, "$type({0}) = 'array'";
    "is_object" -> bool, "$type({0}) = 'object'";
}

impl Methods<'_> {
    /// A value inside of `json!`
    pub fn any_json<T: Data>(&self, value: Expr<T>) -> Expr<Value> {
        Expr::new(value.node())
    }

    /// `json!([..])`
    pub fn json_list(&self, elements: &[Expr<Value>]) -> Expr<Value> {
        Expr::new(self.0.array(elements).node())
    }

    /// `json!({..})`
    pub fn json_object(&self, entries: &[(Expr<String>, Expr<Value>)]) -> Expr<Value> {
        let known = entries.iter().map(|(key, value)| match self.0.known(key.node()) {
            Some(Value::String(key)) => Some((key, value.node())),
            _ => None,
        });
        if let Some(known) = known.collect::<Option<Vec<_>>>() {
            return self.0.expr(Kind::Object(known));
        }
        let empty = self.0.edit(|program| program.arena.add(Kind::Object(Vec::new())));
        Expr::new(entries.iter().fold(empty, |all, (key, value)| {
            self.0.form("$merge([{0}, { {1}: {2} }])", &[all, key.node(), value.node()])
        }))
    }
}

macro_rules! into_json {
    ($($ty:ty)+) => {$(
        #[diagnostic::do_not_recommend]
        impl Converted<Value> for $ty {}
    )+};
}

into_json! { bool u8 u16 u32 u64 usize i8 i16 i32 i64 isize f64 String }

#[diagnostic::do_not_recommend]
impl<T: Converted<Value>> Converted<Value> for Vec<T> {}

macro_rules! from {
    ($($ty:ty)+) => {$(
        #[diagnostic::do_not_recommend]
        impl Method<{ name("from") }, (Expr<$ty>,), Value> for Value {
            fn expand(_: &Builder, (value,): (Expr<$ty>,)) -> Expr<Value> {
                Expr::new(value.node())
            }
        }
    )+};
}

from! { bool u32 u64 usize i32 i64 f64 String }

#[diagnostic::do_not_recommend]
impl<T: Converted<Value>> Method<{ name("from") }, (Expr<Vec<T>>,), Value> for Value {
    fn expand(_: &Builder, (list,): (Expr<Vec<T>>,)) -> Expr<Value> {
        Expr::new(list.node())
    }
}
