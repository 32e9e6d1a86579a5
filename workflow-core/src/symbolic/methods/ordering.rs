//! `Ordering`: what `cmp` gives and `sort_by` asks for. It is the variant's name, as of any enum.

use std::cmp::Ordering;

use crate::data::{Data, Fields, Shape, Tagging, Variant};

use super::{
    super::{
        builder::Builder,
        node::{BinaryOp, Expr, Node},
    },
    Methods,
    iterators::Reversed,
    order::Ordered,
};

#[diagnostic::do_not_recommend]
impl Data for Ordering {
    type Owned = Self;
    fn shape() -> Shape {
        let variant = |name| Variant { rust: name, json: name, fields: Fields::Unit };
        let variants = vec![variant("Less"), variant("Equal"), variant("Greater")];
        Shape::Enum { name: "Ordering", tagging: Tagging::External, variants }
    }
}

#[diagnostic::do_not_recommend]
impl Reversed for Ordering {
    fn reverse(builder: &Builder, ordering: Node) -> Node {
        builder.once("order", ordering, |ordering| {
            builder.form("{0} = 'Less' ? 'Greater' : {0} = 'Greater' ? 'Less' : {0}", &[ordering])
        })
    }
}

pub(super) fn is(builder: &Builder, ordering: Node, name: &str) -> Node {
    let name = builder.text(name).node();
    builder.edit(|program| program.arena.binary(BinaryOp::Equal, ordering, name))
}

impl Methods<'_> {
    /// `Ordering::Less` and its kin, unless an enum of the author's own has that name.
    pub fn ordering<T: Data>(&self, _: T, name: &str) -> Expr<T::Owned> {
        Expr::new(self.0.text(name).node())
    }

    /// `cmp`
    pub fn cmp<T: Ordered>(&self, left: Expr<T>, right: Expr<T>) -> Expr<Ordering> {
        Expr::new(T::compare(self.0, left.node(), right.node()))
    }

    /// `partial_cmp`: a number of JSON is none that has no order.
    pub fn partial_cmp<T: Ordered>(&self, left: Expr<T>, right: Expr<T>) -> Expr<Option<Ordering>> {
        Expr::new(self.cmp(left, right).node())
    }

    /// `partial_cmp(..).unwrap()`
    pub fn of_partial_cmp(&self, ordering: Expr<Option<Ordering>>) -> Expr<Ordering> {
        Expr::new(ordering.node())
    }

    /// `then` of an `Ordering`
    pub fn then_order(&self, first: Expr<Ordering>, second: Expr<Ordering>) -> Expr<Ordering> {
        Expr::new(self.0.once("order", first.node(), |first| {
            self.0.form("{0} = 'Equal' ? {1} : {0}", &[first, second.node()])
        }))
    }

    /// `is_lt` of an `Ordering`
    pub fn is_lt(&self, ordering: Expr<Ordering>) -> Expr<bool> {
        Expr::new(is(self.0, ordering.node(), "Less"))
    }

    /// `is_gt` of an `Ordering`
    pub fn is_gt(&self, ordering: Expr<Ordering>) -> Expr<bool> {
        Expr::new(is(self.0, ordering.node(), "Greater"))
    }

    /// `is_eq` of an `Ordering`
    pub fn is_eq(&self, ordering: Expr<Ordering>) -> Expr<bool> {
        Expr::new(is(self.0, ordering.node(), "Equal"))
    }

    /// `is_le` of an `Ordering`
    pub fn is_le(&self, ordering: Expr<Ordering>) -> Expr<bool> {
        let other = is(self.0, ordering.node(), "Greater");
        Expr::new(self.0.edit(|program| program.arena.not(other)))
    }

    /// `is_ge` of an `Ordering`
    pub fn is_ge(&self, ordering: Expr<Ordering>) -> Expr<bool> {
        let other = is(self.0, ordering.node(), "Less");
        Expr::new(self.0.edit(|program| program.arena.not(other)))
    }

    /// `is_ne` of an `Ordering`
    pub fn is_ne(&self, ordering: Expr<Ordering>) -> Expr<bool> {
        let other = is(self.0, ordering.node(), "Equal");
        Expr::new(self.0.edit(|program| program.arena.not(other)))
    }

    /// `then_with`
    pub fn then_with(
        &self,
        first: Expr<Ordering>,
        second: impl FnOnce() -> Expr<Ordering>,
    ) -> Expr<Ordering> {
        self.then_order(first, second())
    }

    /// `sort_by`
    pub fn sort_by<T>(
        &self,
        list: Expr<Vec<T>>,
        left: &str,
        right: &str,
        compare: impl FnOnce(Expr<T>, Expr<T>) -> Expr<Ordering>,
    ) -> Expr<Vec<T>> {
        let (left, right) = (self.0.element(left), self.0.element(right));
        let swap = is(self.0, compare(left, right).node(), "Greater");
        self.form("$sort({0}, function({1}, {2}) { {3} })", &[list.node(), left.node(), right.node(), swap])
    }

    fn extreme_by<T>(
        &self,
        text: &'static str,
        list: Expr<Vec<T>>,
        names: [&str; 2],
        compare: impl FnOnce(Expr<T>, Expr<T>) -> Expr<Ordering>,
    ) -> Expr<Option<T>> {
        let (best, item) = (self.0.element(names[0]), self.0.element(names[1]));
        let greater = is(self.0, compare(best, item).node(), "Greater");
        Expr::new(
            self.0.once("list", list.node(), |list| {
                self.0.form(text, &[list, best.node(), item.node(), greater])
            }),
        )
    }

    /// `max_by`: the last of equal ones.
    pub fn max_by<T>(
        &self,
        list: Expr<Vec<T>>,
        best: &str,
        item: &str,
        compare: impl FnOnce(Expr<T>, Expr<T>) -> Expr<Ordering>,
    ) -> Expr<Option<T>> {
        let text = "$count({0}) = 0 ? null : $reduce({0}, function({1}, {2}) { {3} ? {1} : {2} })";
        self.extreme_by(text, list, [best, item], compare)
    }

    /// `min_by`: the first of equal ones.
    pub fn min_by<T>(
        &self,
        list: Expr<Vec<T>>,
        best: &str,
        item: &str,
        compare: impl FnOnce(Expr<T>, Expr<T>) -> Expr<Ordering>,
    ) -> Expr<Option<T>> {
        let text = "$count({0}) = 0 ? null : $reduce({0}, function({1}, {2}) { {3} ? {2} : {1} })";
        self.extreme_by(text, list, [best, item], compare)
    }
}
