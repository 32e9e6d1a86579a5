//! `BTreeSet`: in JSON the list of its elements, each once and in order, as serde writes it.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::{Data, MapKey, Shape};

use super::{
    super::{
        builder::Builder,
        node::{Expr, Kind, Node},
    },
    Cleared, Collected, Container, Defaulted, Emptiable, Extended, Filtered, Iterable, Measured, Methods,
    Ordered, Removed, one,
};

#[diagnostic::do_not_recommend]
impl<T: Data> Data for BTreeSet<T> {
    type Owned = BTreeSet<T::Owned>;
    fn shape() -> Shape {
        Shape::Set(T::shape)
    }
}

/// A list in order, without what is there twice: what serde reads, which a state machine does not.
fn ordered<T: Ordered>(builder: &Builder, list: Node) -> Node {
    let is_ordered = builder.edit(|program| match program.arena.kind(list) {
        Kind::Form { text, .. } => text.starts_with("$sort("),
        Kind::Array(elements) => elements.len() < 2,
        _ => false,
    });
    if is_ordered {
        return list;
    }
    let distinct = builder.form("$distinct({0})", &[list]);
    let methods = builder.methods();
    methods.sort::<T>(Expr::new(distinct)).node()
}

#[diagnostic::do_not_recommend]
impl<T: Ordered> Iterable for BTreeSet<T> {
    type Item = T;
    fn elements(builder: &Builder, of: Node) -> Node {
        ordered::<T>(builder, of)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Ordered> Collected<T> for BTreeSet<T> {
    fn collect(builder: &Builder, list: Node) -> Node {
        ordered::<T>(builder, list)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data> Container<T> for BTreeSet<T> {
    fn contains(builder: &Builder, container: Node, part: Node) -> Node {
        <Vec<T> as Container<T>>::contains(builder, container, part)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Ordered> Measured for BTreeSet<T> {
    fn len(builder: &Builder, value: Node) -> Node {
        let elements = ordered::<T>(builder, value);
        <Vec<T> as Measured>::len(builder, elements)
    }
}

#[diagnostic::do_not_recommend]
impl<T> Emptiable for BTreeSet<T> {
    fn is_empty(builder: &Builder, value: Node) -> Node {
        <Vec<T> as Emptiable>::is_empty(builder, value)
    }
}

#[diagnostic::do_not_recommend]
impl<T> Cleared for BTreeSet<T> {
    fn empty(builder: &Builder) -> Node {
        <Vec<T> as Cleared>::empty(builder)
    }
}

#[diagnostic::do_not_recommend]
impl<T> Defaulted for BTreeSet<T> {
    fn json() -> serde_json::Value {
        <Vec<T> as Defaulted>::json()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Ordered, I: Iterable<Item = T>> Extended<I> for BTreeSet<T> {
    fn extend(builder: &Builder, list: Node, more: Node) -> Node {
        let all = <Vec<T> as Extended<I>>::extend(builder, list, more);
        ordered::<T>(builder, all)
    }
}

#[diagnostic::do_not_recommend]
impl<T> Filtered for BTreeSet<T> {
    type Item = T;
    fn filter(builder: &Builder, filtered: Node, name: &str, body: impl FnOnce(Node) -> Node) -> Node {
        <Vec<T> as Filtered>::filter(builder, filtered, name, body)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data> Removed<T> for BTreeSet<T> {
    type Old = bool;
    fn old(builder: &Builder, from: Node, key: Node) -> Node {
        <Self as Container<T>>::contains(builder, from, key)
    }
    fn remove(builder: &Builder, from: Node, key: Node) -> Node {
        builder.once("removed", key, |key| {
            builder.form("$append([], $filter({0}, function($_v) { $_v != {1} })[])", &[from, key])
        })
    }
}

impl Methods<'_> {
    /// `BTreeSet::new()`
    pub fn empty_set<T>(&self) -> Expr<BTreeSet<T>> {
        Expr::new(<Vec<T> as Cleared>::empty(self.0))
    }

    /// `collect::<BTreeSet<_>>`
    pub fn collect_set<T: Ordered>(&self, list: Expr<Vec<T>>) -> Expr<BTreeSet<T>> {
        self.collect(list)
    }

    /// `insert` of a set: whether it was not there, and what is there now.
    pub fn insert_one<T: Ordered + Data>(
        &self,
        into: Expr<BTreeSet<T>>,
        value: Expr<T>,
    ) -> (Expr<bool>, Expr<BTreeSet<T>>) {
        let builder = self.0;
        let is_new = {
            let there = <BTreeSet<T> as Container<T>>::contains(builder, into.node(), value.node());
            builder.edit(|program| program.arena.not(there))
        };
        let all = builder.form("$append({0}, {1})", &[into.node(), one::<T>(builder, value.node())]);
        (Expr::new(is_new), Expr::new(ordered::<T>(builder, all)))
    }

    /// `union`
    pub fn union<T: Ordered>(&self, left: Expr<BTreeSet<T>>, right: Expr<BTreeSet<T>>) -> Expr<Vec<T>> {
        let all = self.0.form("$append({0}, {1})", &[left.node(), right.node()]);
        Expr::new(ordered::<T>(self.0, all))
    }

    /// The elements of one that another has, or has not.
    fn shared<T: Data>(&self, left: Node, right: Node, has: bool) -> Node {
        let builder = self.0;
        let item = builder.element::<T>("item").node();
        let there = <Vec<T> as Container<T>>::contains(builder, right, item);
        let kept = if has { there } else { builder.edit(|program| program.arena.not(there)) };
        builder.form("$append([], $filter({0}, function({1}) { {2} })[])", &[left, item, kept])
    }

    fn shares_none<T: Data>(&self, left: Node, right: Node, has: bool) -> Expr<bool> {
        let shared = self.shared::<T>(left, right, has);
        self.form("$count({0}) = 0", &[shared])
    }

    /// `intersection`
    pub fn intersection<T: Ordered + Data>(
        &self,
        left: Expr<BTreeSet<T>>,
        right: Expr<BTreeSet<T>>,
    ) -> Expr<Vec<T>> {
        let left = ordered::<T>(self.0, left.node());
        Expr::new(self.shared::<T>(left, right.node(), true))
    }

    /// `difference`
    pub fn difference<T: Ordered + Data>(
        &self,
        left: Expr<BTreeSet<T>>,
        right: Expr<BTreeSet<T>>,
    ) -> Expr<Vec<T>> {
        let left = ordered::<T>(self.0, left.node());
        Expr::new(self.shared::<T>(left, right.node(), false))
    }

    /// `symmetric_difference`
    pub fn symmetric_difference<T: Ordered + Data>(
        &self,
        left: Expr<BTreeSet<T>>,
        right: Expr<BTreeSet<T>>,
    ) -> Expr<Vec<T>> {
        let one = self.shared::<T>(left.node(), right.node(), false);
        let other = self.shared::<T>(right.node(), left.node(), false);
        Expr::new(ordered::<T>(self.0, self.0.form("$append({0}, {1})", &[one, other])))
    }

    /// `is_subset`
    pub fn is_subset<T: Data>(&self, left: Expr<BTreeSet<T>>, right: Expr<BTreeSet<T>>) -> Expr<bool> {
        self.shares_none::<T>(left.node(), right.node(), false)
    }

    /// `is_superset`
    pub fn is_superset<T: Data>(&self, left: Expr<BTreeSet<T>>, right: Expr<BTreeSet<T>>) -> Expr<bool> {
        self.is_subset(right, left)
    }

    /// `is_disjoint`
    pub fn is_disjoint<T: Data>(&self, left: Expr<BTreeSet<T>>, right: Expr<BTreeSet<T>>) -> Expr<bool> {
        self.shares_none::<T>(left.node(), right.node(), true)
    }

    /// `pop_first`: what was taken, and what is left.
    pub fn pop_first<C: Popped>(&self, from: Expr<C>) -> (Expr<Option<C::Item>>, Expr<C>) {
        let (taken, left) = self.pop_front(self.iter(from));
        (taken, Expr::new(C::again(self.0, left.node())))
    }

    /// `pop_last`: what was taken, and what is left.
    pub fn pop_last<C: Popped>(&self, from: Expr<C>) -> (Expr<Option<C::Item>>, Expr<C>) {
        let (taken, left) = self.pop(self.iter(from));
        (taken, Expr::new(C::again(self.0, left.node())))
    }
}

/// What `pop_first` and `pop_last` take from.
pub trait Popped: Iterable {
    /// What has these elements, in order.
    #[doc(hidden)]
    fn again(builder: &Builder, elements: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T: Ordered> Popped for BTreeSet<T> {
    fn again(_: &Builder, elements: Node) -> Node {
        elements
    }
}

#[diagnostic::do_not_recommend]
impl<K: MapKey + Ordered, T: Data> Popped for BTreeMap<K, T> {
    fn again(builder: &Builder, elements: Node) -> Node {
        <Self as Collected<(K, T)>>::collect(builder, elements)
    }
}
