//! Lists: what Rust's iterators do, as functions of JSONata.
//!
//! An iterator is the list of its elements: nothing here has an effect, so nobody can tell.

use super::{
    builder::Builder,
    node::{BinaryOp, EachKind, Expr, Kind, Node},
    ops::{Holder, Number, Ordered},
};

/// What `contains` looks into.
#[diagnostic::on_unimplemented(
    message = "a state machine does not look for a `{U}` in a `{Self}` as Rust does",
    note = "text is found in text, and text and numbers in lists of them; use `.iter().any(|item| ..)`"
)]
pub trait Container<U> {
    /// Whether it contains the part.
    #[doc(hidden)]
    fn contains(builder: &Builder, container: Node, part: Node) -> Node;
}

impl<T: Ordered> Container<T> for Vec<T> {
    fn contains(builder: &Builder, container: Node, part: Node) -> Node {
        let key = T::key(builder, part);
        if key == part {
            return builder.edit(|program| program.arena.add(Kind::Binary(BinaryOp::In, part, container)));
        }
        let keys = builder.each(EachKind::Map, container, "item", |item| T::key(builder, item));
        builder.edit(|program| program.arena.add(Kind::Binary(BinaryOp::In, key, keys)))
    }
}

impl Container<String> for String {
    fn contains(builder: &Builder, container: Node, part: Node) -> Node {
        let arguments = vec![container, part];
        builder.edit(|program| program.arena.add(Kind::Call { function: "contains", arguments }))
    }
}

/// What `map` goes over.
pub trait Mapped {
    /// What it holds.
    type Item;
    /// The same with other values.
    type Of<U>;
    /// Each value through a function.
    #[doc(hidden)]
    fn map(builder: &Builder, mapped: Node, name: &str, body: impl FnOnce(Node) -> Node) -> Node;
}

impl<T> Mapped for Vec<T> {
    type Item = T;
    type Of<U> = Vec<U>;
    fn map(builder: &Builder, mapped: Node, name: &str, body: impl FnOnce(Node) -> Node) -> Node {
        builder.each(EachKind::Map, mapped, name, body)
    }
}

impl<T> Mapped for Option<T> {
    type Item = T;
    type Of<U> = Option<U>;
    fn map(builder: &Builder, mapped: Node, _: &str, body: impl FnOnce(Node) -> Node) -> Node {
        let (condition, present) = Self::held(builder, mapped);
        let then = body(present);
        let otherwise = builder.unit().node();
        builder.edit(|program| program.arena.add(Kind::Cond { condition, then, otherwise }))
    }
}

/// A type whose values `sum` adds.
#[diagnostic::on_unimplemented(
    message = "a state machine does not add values of type `{Self}`",
    label = "not a number",
    note = "add numbers, `TimeSpan`s or `Decimal`s; or add in a task"
)]
pub trait Summed {
    /// The sum as Rust would have it.
    #[doc(hidden)]
    fn exact(_: &Builder, sum: Node) -> Node {
        sum
    }
}

#[diagnostic::do_not_recommend]
impl<T: Number> Summed for T {}

impl Builder {
    /// `map` on a list or an `Option`
    pub fn map<M: Mapped, U>(
        &self,
        mapped: Expr<M>,
        name: &str,
        body: impl FnOnce(Expr<M::Item>) -> Expr<U>,
    ) -> Expr<M::Of<U>> {
        Expr::new(M::map(self, mapped.node(), name, |item| body(Expr::new(item)).node()))
    }

    /// `filter`
    pub fn filter<T>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<bool>,
    ) -> Expr<Vec<T>> {
        Expr::new(self.each(EachKind::Filter, list.node(), name, |element| body(Expr::new(element)).node()))
    }

    /// `any`
    pub fn any<T>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<bool>,
    ) -> Expr<bool> {
        let found = self.filter(list, name, body);
        let (count, none) = (self.count(found), self.literal(0));
        self.gt(count, none)
    }

    /// `all`
    pub fn all<T>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<bool>,
    ) -> Expr<bool> {
        let failing = self.filter(list, name, |element| self.not(body(element)));
        let (count, none) = (self.count(failing), self.literal(0));
        self.eq(count, none)
    }

    /// `find`
    pub fn find<T>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<bool>,
    ) -> Expr<Option<T>> {
        let found = self.filter(list, name, body);
        self.first(found)
    }

    /// `sum`
    pub fn sum<T: Summed>(&self, list: Expr<Vec<T>>) -> Expr<T> {
        let sum = self
            .edit(|program| program.arena.add(Kind::Call { function: "sum", arguments: vec![list.node()] }));
        Expr::new(T::exact(self, sum))
    }

    /// `rev`
    pub fn rev<T>(&self, list: Expr<Vec<T>>) -> Expr<Vec<T>> {
        self.expr(Kind::Call { function: "reverse", arguments: vec![list.node()] })
    }

    /// `first` of a list, `next` of what iterates over it.
    pub fn first<T>(&self, list: Expr<Vec<T>>) -> Expr<Option<T>> {
        self.expr(Kind::End { list: list.node(), last: false })
    }

    /// `last`
    pub fn last<T>(&self, list: Expr<Vec<T>>) -> Expr<Option<T>> {
        self.expr(Kind::End { list: list.node(), last: true })
    }

    /// `contains`
    pub fn contains<C: Container<U>, U>(&self, container: Expr<C>, part: Expr<U>) -> Expr<bool> {
        Expr::new(C::contains(self, container.node(), part.node()))
    }

    pub(crate) fn each(
        &self,
        kind: EachKind,
        list: Node,
        name: &str,
        body: impl FnOnce(Node) -> Node,
    ) -> Node {
        let (element, node) = self.edit(|program| {
            let element = program.element(name);
            (element, program.arena.add(Kind::Element(element)))
        });
        let body = body(node);
        self.edit(|program| program.arena.add(Kind::Each { kind, list, element, body }))
    }
}
