//! `BTreeMap`: JSON objects, in the order of their keys.

use std::collections::BTreeMap;

use crate::data::{Data, Fields, MapKey, Shape, Tagging};

use super::{
    super::{
        builder::Builder,
        node::{Expr, Kind, Nested, Node},
    },
    Methods,
    lists::{Indexed, Inserted, Removed},
    nested,
    order::Ordered,
};

/// Whether keys are numbers, which an object holds as text; nothing for what is no key.
fn is_number(shape: &Shape) -> Option<bool> {
    match shape {
        Shape::Text => Some(false),
        Shape::Integer { .. } => Some(true),
        Shape::Enum { tagging: Tagging::External, variants, .. } => {
            variants.iter().all(|variant| matches!(variant.fields, Fields::Unit)).then_some(false)
        }
        Shape::Struct { fields: Fields::Newtype(inner), .. } => is_number(&inner()),
        _ => None,
    }
}

/// Whether keys are numbers in Rust.
pub(super) fn has_numbers<K: MapKey>(builder: &Builder) -> bool {
    is_number(&K::shape()).unwrap_or_else(|| {
        builder.problem(format!(
            "serde writes no `{}` as a key of an object; keys are text, whole numbers and enums without fields",
            std::any::type_name::<K>()
        ));
        false
    })
}

/// A key as the object holds it.
fn text_of<K: MapKey>(builder: &Builder, key: Node) -> Node {
    if !has_numbers::<K>(builder) {
        return key;
    }
    match builder.known(key) {
        Some(known) => builder.text(&known.to_string()).node(),
        None => builder.form("$string({0})", &[key]),
    }
}

/// A key of an object as it is in Rust.
fn key_of<K: MapKey>(builder: &Builder, text: Node) -> Node {
    if has_numbers::<K>(builder) { builder.form("$number({0})", &[text]) } else { text }
}

/// The keys in Rust's order.
fn keys<K: MapKey + Ordered>(builder: &Builder, map: Node) -> Node {
    let keys = builder.form("$append([], $keys({0}))", &[map]);
    let keys: Expr<Vec<K>> = Expr::new(builder.each_of(keys, "key", |text| key_of::<K>(builder, text)));
    builder.methods().sort(keys).node()
}

/// The pairs of key and value.
pub(super) fn entries<K: MapKey + Ordered, T: Data>(builder: &Builder, map: Node) -> Node {
    builder.once("map", map, |map| {
        let key = builder.element::<K>("key").node();
        let text = text_of::<K>(builder, key);
        let value = builder.form("$lookup({0}, {1})", &[map, text]);
        let pair = vec![(key, Nested::Never), (value, nested::<T>())];
        let pair = builder.edit(|program| program.arena.add(Kind::Array(pair)));
        let keys = keys::<K>(builder, map);
        builder.form("$append([], $map({0}, function({1}) { {2} })[])", &[keys, key, pair])
    })
}

#[diagnostic::do_not_recommend]
impl<K: MapKey, T> Indexed<K> for BTreeMap<K, T> {
    type Value = T;
    fn at(builder: &Builder, from: Node, key: Node, fails: bool) -> Node {
        let text = match fails {
            true => "($_v := $lookup({0}, {1}); $exists($_v) ? $_v : $error('the map has no such key'))",
            false => "($_v := $lookup({0}, {1}); $exists($_v) ? $_v : null)",
        };
        builder.form(text, &[from, text_of::<K>(builder, key)])
    }
    fn put(builder: &Builder, into: Node, key: Node, value: Node) -> Node {
        let key = text_of::<K>(builder, key);
        builder.form("$merge([{0}, { {1}: {2} }])", &[into, key, value])
    }
}

#[diagnostic::do_not_recommend]
impl<K: MapKey, T> Inserted<K, T> for BTreeMap<K, T> {
    type Old = Option<T>;
    fn old(builder: &Builder, into: Node, key: Node) -> Node {
        Self::at(builder, into, key, false)
    }
    fn insert(builder: &Builder, into: Node, key: Node, value: Node) -> Node {
        Self::put(builder, into, key, value)
    }
}

#[diagnostic::do_not_recommend]
impl<K: MapKey, T> Removed<K> for BTreeMap<K, T> {
    type Old = Option<T>;
    fn old(builder: &Builder, from: Node, key: Node) -> Node {
        Self::at(builder, from, key, false)
    }
    fn remove(builder: &Builder, from: Node, key: Node) -> Node {
        builder.form(
            "$merge([{}, $sift({0}, function($_v, $_k) { $_k != {1} })])",
            &[from, text_of::<K>(builder, key)],
        )
    }
}

impl Methods<'_> {
    /// `contains_key`
    pub fn contains_key<K: MapKey, T>(&self, map: Expr<BTreeMap<K, T>>, key: Expr<K>) -> Expr<bool> {
        self.form("$exists($lookup({0}, {1}))", &[map.node(), text_of::<K>(self.0, key.node())])
    }

    /// `retain` of a map
    pub fn retain_entries<K: MapKey, T>(
        &self,
        map: Expr<BTreeMap<K, T>>,
        key: &str,
        value: &str,
        body: impl FnOnce(Expr<K>, Expr<T>) -> Expr<bool>,
    ) -> Expr<BTreeMap<K, T>> {
        let (key, value) = (self.0.element::<K>(key), self.0.element(value));
        let body = body(Expr::new(key_of::<K>(self.0, key.node())), value);
        self.form(
            "$merge([{}, $sift({0}, function({1}, {2}) { {3} })])",
            &[map.node(), value.node(), key.node(), body.node()],
        )
    }

    /// `keys`
    pub fn keys<K: MapKey + Ordered, T>(&self, map: Expr<BTreeMap<K, T>>) -> Expr<Vec<K>> {
        Expr::new(keys::<K>(self.0, map.node()))
    }

    /// `first_key_value`
    pub fn first_key_value<K: MapKey + Ordered, T: Data>(
        &self,
        map: Expr<BTreeMap<K, T>>,
    ) -> Expr<Option<(K, T)>> {
        let entries = self.iter(map);
        self.first(entries)
    }

    /// `last_key_value`
    pub fn last_key_value<K: MapKey + Ordered, T: Data>(
        &self,
        map: Expr<BTreeMap<K, T>>,
    ) -> Expr<Option<(K, T)>> {
        let entries = self.iter(map);
        self.last(entries)
    }

    /// `values`
    pub fn values<K: MapKey + Ordered, T>(&self, map: Expr<BTreeMap<K, T>>) -> Expr<Vec<T>> {
        Expr::new(self.0.once("map", map.node(), |map| {
            let keys = keys::<K>(self.0, map);
            let text = match has_numbers::<K>(self.0) {
                false => "$append([], $map({0}, function($_k) { $lookup({1}, $_k) })[])",
                true => "$append([], $map({0}, function($_k) { $lookup({1}, $string($_k)) })[])",
            };
            self.0.form(text, &[keys, map])
        }))
    }
}
