//! Pure methods: what Rust's iterators, lists, texts, options, results, numbers and maps do, as JSONata.
//!
//! The macro writes `list.iter().take(2)` as `methods.take(methods.iter(list), two)`: one method here
//! for each name there, and a trait where several types have a method of that name. An iterator is the
//! list of its elements: nothing here has an effect, so nobody can tell. What a method becomes is
//! JSONata with holes ([`Kind::Form`]), which keeps arrays arrays: `$map` and `$filter` are written
//! `$append([], $map(..)[])`, since JSONata unwraps a result of one element and drops an empty one.

mod codes;
mod iterators;
mod json;
mod lists;
mod maps;
mod numbers;
mod options;
mod order;
mod ordering;
mod sets;
mod strings;

pub use iterators::{Collected, Flattened, Inner, Iterable, Mapped, Reversed, Zipped};
pub use lists::{
    Cleared, Container, Emptiable, Ended, Extended, Indexed, Inserted, Joined, Keyed, Measured, Removed,
    Sliced,
};
pub(super) use numbers::divisor;
pub use numbers::{Cast, Checked, Distance, Parsed};
pub use options::{Defaulted, Filtered, Holder, Questioned, ReadBack, Transposed, Written};
pub use order::{Ordered, OrderedItem, by_fields, derived, displayed, rank};
pub use sets::Popped;
pub use strings::{Glyphs, Precise, TextPart, Unsigned};

use serde_json::Value;

use crate::data::Data;

use super::{
    builder::Builder,
    node::{Expr, Kind, Nested, Node, Presence},
};

/// The pure methods, written by a builder.
#[derive(Clone, Copy)]
pub struct Methods<'a>(&'a Builder);

impl Builder {
    /// The pure methods.
    pub fn methods(&self) -> Methods<'_> {
        Methods(self)
    }

    /// JSONata with a hole for each part.
    pub(super) fn form(&self, text: &'static str, parts: &[Node]) -> Node {
        self.edit(|program| program.arena.add(Kind::Form { text, parts: parts.to_vec() }))
    }

    /// A name in a function or a block of JSONata.
    pub(super) fn element<T>(&self, name: &str) -> Expr<T> {
        let node = self.edit(|program| {
            let element = program.element(name);
            program.arena.add(Kind::Element(element))
        });
        Expr::new(node)
    }

    /// The list of what `body` makes of each element of a list.
    pub(crate) fn each_of(&self, list: Node, name: &str, body: impl FnOnce(Node) -> Node) -> Node {
        let element = self.element::<()>(name).node();
        let body = body(element);
        if body == element {
            return list;
        }
        self.form("$append([], $map({0}, function({1}) { {2} })[])", &[list, element, body])
    }

    /// What `rest` makes of a value, which is computed once.
    pub(super) fn once(&self, name: &str, value: Node, rest: impl FnOnce(Node) -> Node) -> Node {
        if self.edit(|program| program.arena.is_plain(value)) {
            return rest(value);
        }
        let (element, node) = self.edit(|program| {
            let element = program.element(name);
            (element, program.arena.add(Kind::Element(element)))
        });
        let rest = rest(node);
        self.edit(|program| program.named(element, value, rest))
    }

    /// What `rest` makes of an argument. Rust computes it in any case, so that one which may fail must not
    /// stand where it is computed only sometimes.
    fn eager(&self, value: Node, rest: impl FnOnce(Node) -> Node) -> Node {
        match self.edit(|program| program.arena.may_fail(value)) {
            true => self.once("value", value, rest),
            false => rest(value),
        }
    }

    /// A text that is known when the state machine is written.
    pub(in super::super) fn known(&self, node: Node) -> Option<Value> {
        self.edit(|program| match program.arena.kind(node) {
            Kind::Literal(value) => Some(value.clone()),
            _ => None,
        })
    }

    /// Whether a value is known and has none of these.
    fn known_text(&self, node: Node, holds: impl FnOnce(&str) -> bool) -> bool {
        matches!(self.known(node), Some(Value::String(text)) if holds(&text))
    }

    /// Whether a value is no `null`, as far as its expression tells.
    fn never_null(&self, node: Node) -> bool {
        self.edit(|program| match program.arena.kind(node) {
            Kind::Literal(value) => !value.is_null(),
            Kind::Field { presence, .. } => *presence == Presence::Certain,
            Kind::Concat(_) | Kind::Binary(..) | Kind::Object(_) | Kind::Array(_) | Kind::Unary(..) => true,
            _ => false,
        })
    }

    fn number(&self, number: i64) -> Node {
        self.edit(|program| program.arena.literal(number))
    }

    fn null(&self) -> Node {
        self.edit(|program| program.arena.literal(Value::Null))
    }
}

/// The first and the last element of a list, if there is one.
pub(crate) const FIRST: &str = "$count({0}) = 0 ? null : {0}[0]";
pub(crate) const LAST: &str = "$count({0}) = 0 ? null : {0}[-1]";

impl Methods<'_> {
    fn form<T>(&self, text: &'static str, parts: &[Node]) -> Expr<T> {
        Expr::new(self.0.form(text, parts))
    }

    /// `Reverse(key)`
    pub fn reversed<T>(&self, key: Expr<T>) -> Expr<std::cmp::Reverse<T>> {
        Expr::new(key.node())
    }

    /// `BTreeMap::new()`
    pub fn empty_map<K, T>(&self) -> Expr<std::collections::BTreeMap<K, T>> {
        self.0.expr(Kind::Object(Vec::new()))
    }

    /// `into`
    pub fn converted<T: Converted<U>, U>(&self, value: Expr<T>) -> Expr<U> {
        Expr::new(T::convert(self.0, value.node()))
    }

    /// Applies a function of the author's to an element of that name.
    fn lambda<T, U>(&self, name: &str, body: impl FnOnce(Expr<T>) -> Expr<U>) -> (Node, Node) {
        let element = self.0.element(name);
        (element.node(), body(element).node())
    }
}

/// A type whose values become those of another with the same JSON.
#[diagnostic::on_unimplemented(
    message = "a state machine does not run the `From` that makes a `{U}` of a `{Self}`",
    label = "their JSON differs, or nobody knows whether it does",
    note = "`.into()` is understood between numbers, from a `char` to text, to an `Option`, and where `#[pure]` stands on the `impl From`; else build the value in place, or in a task"
)]
pub trait Converted<U> {
    /// The other value.
    #[doc(hidden)]
    fn convert(_: &Builder, value: Node) -> Node {
        value
    }
}

#[diagnostic::do_not_recommend]
impl<T> Converted<T> for T {}
#[diagnostic::do_not_recommend]
impl<T> Converted<Option<T>> for T {}
#[diagnostic::do_not_recommend]
impl Converted<String> for char {}

macro_rules! widened {
    ($($from:ty => $($to:ty)+;)*) => {$($(
        #[diagnostic::do_not_recommend]
        impl Converted<$to> for $from {}
    )+)*};
}

macro_rules! of_bool {
    ($($to:ty)+) => {$(
        #[diagnostic::do_not_recommend]
        impl Converted<$to> for bool {
            fn convert(builder: &Builder, value: Node) -> Node {
                <bool as Cast<$to>>::cast(builder, value)
            }
        }
    )+};
}

of_bool! { u8 u16 u32 u64 usize i8 i16 i32 i64 isize }

widened! {
    u8 => u16 u32 u64 usize i16 i32 i64 isize f64;
    u16 => u32 u64 usize i32 i64 f64;
    u32 => u64 i64 f64;
    i8 => i16 i32 i64 isize f64;
    i16 => i32 i64 isize f64;
    i32 => i64 f64;
}

/// The list of one value.
fn one<T: Data>(builder: &Builder, value: Node) -> Node {
    builder.edit(|program| program.arena.add(Kind::Array(vec![(value, nested::<T>())])))
}

/// When a value of the type is an array in JSON, which an array literal would spread.
fn nested<T: Data>() -> Nested {
    super::ops::nested(&T::shape())
}
