//! Traits of Rust's that a type of the author's implements under `#[pure]`: what is written by `{}`, and what comes
//! before what.
//!
//! `#[derive(Data)]` sees neither what else is derived nor what is written by hand, so it leaves a place for each, in
//! which rustc puts the implementation that there is.

use std::marker::PhantomData;

use crate::data::Data;

use super::{
    builder::Builder,
    methods::Ordered,
    node::{Expr, Node},
};

/// A type whose `impl Display` is under `#[pure]`.
#[diagnostic::on_unimplemented(
    message = "a state machine does not write a `{Self}` as Rust's `{{}}` does",
    label = "its `Display` is not `#[pure]`",
    note = "write `#[pure]` above the `impl Display for {Self}`; an enum without fields does without"
)]
pub trait Shown {
    /// Its text.
    #[doc(hidden)]
    fn shown(builder: &Builder, value: Node) -> Node;
}

/// A type whose `impl Ord` is under `#[pure]`.
pub trait OwnOrd {
    /// An `Ordering`.
    #[doc(hidden)]
    fn ordering(builder: &Builder, left: Node, right: Node) -> Node;
}

/// A type whose `impl PartialOrd` is under `#[pure]`.
pub trait OwnPartialOrd {
    /// An `Option<Ordering>`.
    #[doc(hidden)]
    fn ordering(builder: &Builder, left: Node, right: Node) -> Node;
}

/// Finds the order of a type: that of its [`OwnOrd`], else of its [`OwnPartialOrd`], else none.
#[derive(Debug)]
pub struct OrderOf<T>(PhantomData<fn() -> T>);

impl<T> OrderOf<T> {
    /// The place where rustc looks.
    #[allow(clippy::new_without_default, reason = "written by the macros")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// See [`OrderOf`]: found first.
pub trait ByOrd {
    /// The order of two values.
    fn own(&self, builder: &Builder, left: Node, right: Node) -> Option<Node>;
}

/// See [`OrderOf`]: found next.
pub trait ByPartialOrd {
    /// The order of two values.
    fn own(&self, builder: &Builder, left: Node, right: Node) -> Option<Node>;
}

/// See [`OrderOf`]: found last.
pub trait ByDerive {
    /// No order of their own.
    fn own(&self, _: &Builder, _: Node, _: Node) -> Option<Node> {
        None
    }
}

impl<T: OwnOrd> ByOrd for &&OrderOf<T> {
    fn own(&self, builder: &Builder, left: Node, right: Node) -> Option<Node> {
        Some(T::ordering(builder, left, right))
    }
}

impl<T: OwnPartialOrd> ByPartialOrd for &OrderOf<T> {
    fn own(&self, builder: &Builder, left: Node, right: Node) -> Option<Node> {
        Some(T::ordering(builder, left, right))
    }
}

impl<T> ByDerive for OrderOf<T> {}

/// Finds how the values of a field are ordered, where a state machine knows. A bound would have rustc go round
/// and round in a type that holds itself, and say twice what is wrong with a field.
pub struct FieldOrder<T, U> {
    name: &'static str,
    read: fn(&T) -> &U,
}

impl<T, U> FieldOrder<T, U> {
    /// The place where rustc looks. `read` is never called: it has rustc find the type.
    pub const fn new(name: &'static str, read: fn(&T) -> &U) -> Self {
        Self { name, read }
    }
}

/// See [`FieldOrder`]: found first.
pub trait ByField {
    /// Whether the field of the left value is less than that of the right one, and whether they are equal.
    fn compared(&self, builder: &Builder, left: Node, right: Node) -> (Node, Node);
}

/// See [`FieldOrder`]: found last.
pub trait NoField {
    /// What is wrong.
    fn compared(&self, builder: &Builder, left: Node, right: Node) -> (Node, Node);
}

impl<T: Data, U: Data<Owned: Ordered + Data + Sized>> ByField for &FieldOrder<T, U> {
    fn compared(&self, builder: &Builder, left: Node, right: Node) -> (Node, Node) {
        let field = |value| builder.field(Expr::<T>::of(value), self.name, self.read);
        let (left, right) = (field(left), field(right));
        (builder.lt(left, right).node(), builder.eq(left, right).node())
    }
}

impl<T, U> NoField for FieldOrder<T, U> {
    fn compared(&self, builder: &Builder, _: Node, _: Node) -> (Node, Node) {
        builder.problem(format!(
            "values are ordered by all of their fields, and a state machine cannot order the field `{}`, a `{}`; \
             write an `impl Ord` of its own under `#[pure]`, or compare the fields that count",
            self.name,
            std::any::type_name::<U>()
        ));
        let none = builder.never::<bool>().node();
        (none, none)
    }
}
