//! Traits of Rust's that a type of the author's implements under `#[pure]`: what is written by `{}`, and what comes
//! before what.
//!
//! `#[derive(Data)]` sees neither what else is derived nor what is written by hand, so it leaves a place for each, in
//! which rustc puts the implementation that there is.

use std::marker::PhantomData;

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
/// and round in a type that holds itself.
#[derive(Debug)]
pub struct FieldOrder<T> {
    name: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T> FieldOrder<T> {
    /// The place where rustc looks.
    pub const fn new(_: Expr<T>, name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }
}

/// See [`FieldOrder`]: found first.
pub trait ByField<T> {
    /// `left < right`
    fn less(&self, builder: &Builder, left: Expr<T>, right: Expr<T>) -> Node;
}

/// See [`FieldOrder`]: found last.
pub trait NoField<T> {
    /// What is wrong.
    fn less(&self, builder: &Builder, left: Expr<T>, right: Expr<T>) -> Node;
}

impl<T: Ordered> ByField<T> for &FieldOrder<T> {
    fn less(&self, builder: &Builder, left: Expr<T>, right: Expr<T>) -> Node {
        builder.lt(left, right).node()
    }
}

impl<T> NoField<T> for FieldOrder<T> {
    fn less(&self, builder: &Builder, _: Expr<T>, _: Expr<T>) -> Node {
        builder.problem(format!(
            "values are ordered by all of their fields, and a state machine cannot order the field `{}`, a `{}`; \
             write an `impl Ord` of its own under `#[pure]`, or compare the fields that count",
            self.name,
            std::any::type_name::<T>()
        ));
        builder.never::<bool>().node()
    }
}
