//! `BTreeMap<String, _>`: JSON objects, in the order of their keys.

use std::collections::BTreeMap;

use crate::data::Data;

use super::{
    super::{
        builder::Builder,
        node::{Expr, Kind, Nested, Node},
    },
    Methods, nested,
    lists::{Indexed, Inserted, Removed},
};

/// The keys in Rust's order.
fn keys(builder: &Builder, map: Node) -> Node {
    let keys: Expr<Vec<String>> = Expr::new(builder.form("$append([], $keys({0}))", &[map]));
    builder.methods().sort(keys).node()
}

/// The pairs of key and value.
pub(super) fn entries<T: Data>(builder: &Builder, map: Node) -> Node {
    builder.once("map", map, |map| {
        let key = builder.element::<String>("key").node();
        let value = builder.form("$lookup({0}, {1})", &[map, key]);
        let pair = vec![(key, Nested::Never), (value, nested::<T>())];
        let pair = builder.edit(|program| program.arena.add(Kind::Array(pair)));
        let keys = keys(builder, map);
        builder.form("$append([], $map({0}, function({1}) { {2} })[])", &[keys, key, pair])
    })
}

#[diagnostic::do_not_recommend]
impl<T> Indexed<String> for BTreeMap<String, T> {
    type Value = T;
    fn at(builder: &Builder, from: Node, key: Node, fails: bool) -> Node {
        let text = match fails {
            true => "($_v := $lookup({0}, {1}); $exists($_v) ? $_v : $error('the map has no such key'))",
            false => "($_v := $lookup({0}, {1}); $exists($_v) ? $_v : null)",
        };
        builder.form(text, &[from, key])
    }
    fn put(builder: &Builder, into: Node, key: Node, value: Node) -> Node {
        builder.form("$merge([{0}, { {1}: {2} }])", &[into, key, value])
    }
}

#[diagnostic::do_not_recommend]
impl<T> Inserted<String, T> for BTreeMap<String, T> {
    type Old = Option<T>;
    fn old(builder: &Builder, into: Node, key: Node) -> Node {
        Self::at(builder, into, key, false)
    }
    fn insert(builder: &Builder, into: Node, key: Node, value: Node) -> Node {
        Self::put(builder, into, key, value)
    }
}

#[diagnostic::do_not_recommend]
impl<T> Removed<String> for BTreeMap<String, T> {
    type Old = Option<T>;
    fn old(builder: &Builder, from: Node, key: Node) -> Node {
        Self::at(builder, from, key, false)
    }
    fn remove(builder: &Builder, from: Node, key: Node) -> Node {
        builder.form("$merge([{}, $sift({0}, function($_v, $_k) { $_k != {1} })])", &[from, key])
    }
}

impl Methods<'_> {
    /// `contains_key`
    pub fn contains_key<T>(&self, map: Expr<BTreeMap<String, T>>, key: Expr<String>) -> Expr<bool> {
        self.form("$exists($lookup({0}, {1}))", &[map.node(), key.node()])
    }

    /// `retain` of a map
    pub fn retain_entries<T>(
        &self,
        map: Expr<BTreeMap<String, T>>,
        key: &str,
        value: &str,
        body: impl FnOnce(Expr<String>, Expr<T>) -> Expr<bool>,
    ) -> Expr<BTreeMap<String, T>> {
        let (key, value) = (self.0.element(key), self.0.element(value));
        let body = body(key, value);
        self.form(
            "$merge([{}, $sift({0}, function({1}, {2}) { {3} })])",
            &[map.node(), value.node(), key.node(), body.node()],
        )
    }

    /// `keys`
    pub fn keys<T>(&self, map: Expr<BTreeMap<String, T>>) -> Expr<Vec<String>> {
        Expr::new(keys(self.0, map.node()))
    }

    /// `values`
    pub fn values<T>(&self, map: Expr<BTreeMap<String, T>>) -> Expr<Vec<T>> {
        Expr::new(self.0.once("map", map.node(), |map| {
            let keys = keys(self.0, map);
            self.0.form("$append([], $map({0}, function($_k) { $lookup({1}, $_k) })[])", &[keys, map])
        }))
    }
}
