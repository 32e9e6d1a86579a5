//! `Option` and `Result`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    data::{Data, Shape},
    error::Propagates,
};

use super::{
    super::{
        builder::Builder,
        graph::Note,
        node::{Expr, Kind, Node, Presence, UnaryOp},
        pattern::Test,
        scope::Scope,
    },
    Methods,
};

/// A type that may hold a value: `Option` and `Result`.
#[diagnostic::on_unimplemented(
    message = "a state machine takes no value out of a `{Self}`",
    label = "neither an `Option` nor a `Result`"
)]
pub trait Holder {
    /// The value that it may hold.
    type Value;
    /// The same with another value.
    type With<U>;
    /// Whether it holds one, and the value.
    #[doc(hidden)]
    fn held(builder: &Builder, holder: Node) -> (Node, Node);
    /// What the holder itself is called where it has a name; else it is called as its value.
    #[doc(hidden)]
    const NAME: Option<&'static str>;
    /// What its expression tells by itself: whether it holds a value, that, and what it is otherwise.
    #[doc(hidden)]
    fn split(builder: &Builder, holder: Node) -> Option<(Node, Node, Node)>;
    /// What is made of it: one expression for its value, another where it holds none.
    #[doc(hidden)]
    fn either(
        builder: &Builder,
        holder: Node,
        name: &str,
        then: impl FnOnce(Node) -> Node,
        otherwise: impl FnOnce(&Builder, Node) -> Node,
    ) -> Node {
        // What has a name inside keeps it around the whole.
        if let Kind::Named { element, value, body } =
            builder.edit(|program| program.arena.kind(holder).clone())
        {
            let whole = Self::either(builder, body, name, then, otherwise);
            return builder.edit(|program| program.named(element, value, whole));
        }
        let chosen = |condition, then, otherwise| {
            builder.edit(|program| program.arena.add(Kind::Cond { condition, then, otherwise }))
        };
        if let Some((condition, held, empty)) = Self::split(builder, holder) {
            return chosen(condition, builder.once(name, held, then), otherwise(builder, empty));
        }
        builder.once(Self::NAME.unwrap_or(name), holder, |holder| {
            let (condition, value) = Self::held(builder, holder);
            chosen(condition, then(value), otherwise(builder, holder))
        })
    }
    /// A holder of a value.
    #[doc(hidden)]
    fn holding(builder: &Builder, value: Node) -> Node;
    /// The holder itself, where it holds no value.
    #[doc(hidden)]
    fn empty(builder: &Builder, holder: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T: Data> Holder for Option<T> {
    type Value = T;
    type With<U> = Option<U>;
    const NAME: Option<&'static str> = None;
    fn held(builder: &Builder, holder: Node) -> (Node, Node) {
        check_depth::<T>(builder);
        builder.edit(|program| (program.arena.is_some(holder), program.arena.present(holder)))
    }
    fn split(builder: &Builder, holder: Node) -> Option<(Node, Node, Node)> {
        let null = builder.null();
        match builder.edit(|program| program.arena.kind(holder).clone()) {
            // `a ? b : null` holds `b`, if `b` is never `null`.
            Kind::Cond { condition, then, otherwise } if otherwise == null && builder.never_null(then) => {
                Some((condition, then, null))
            }
            // Once it had a name, a key that holds `null` would be one that is missing.
            Kind::Field { presence: Presence::Absent, .. } => {
                let found =
                    builder.edit(|program| (program.arena.is_some(holder), program.arena.present(holder)));
                Some((found.0, found.1, null))
            }
            _ => None,
        }
    }
    fn holding(_: &Builder, value: Node) -> Node {
        value
    }
    fn empty(builder: &Builder, _: Node) -> Node {
        builder.null()
    }
}

/// What `transpose` turns inside out.
#[diagnostic::on_unimplemented(
    message = "a state machine transposes no `{Self}`",
    label = "neither an `Option` of a `Result` nor a `Result` of an `Option`"
)]
pub trait Transposed {
    /// The other way round.
    type Other;
    /// The same, the other way round.
    #[doc(hidden)]
    fn transpose(builder: &Builder, value: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T: Data, E> Transposed for Option<Result<T, E>>
where
    Result<T, E>: Data,
{
    type Other = Result<Option<T>, E>;
    fn transpose(builder: &Builder, value: Node) -> Node {
        let none = builder.ok_value::<Option<T>, E>(builder.none()).node();
        Self::either(builder, value, "result", |result| result, |_, _| none)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data, E> Transposed for Result<Option<T>, E> {
    type Other = Option<Result<T, E>>;
    fn transpose(builder: &Builder, value: Node) -> Node {
        let then = |option| {
            let some = |value| builder.ok_value::<T, E>(Expr::new(value)).node();
            Option::<T>::either(builder, option, "value", some, |builder, _| builder.null())
        };
        Self::either(builder, value, "result", then, |_, error| error)
    }
}

/// `None` and `Some(None)` are both `null` in JSON.
fn check_depth<T: Data>(builder: &Builder) {
    if matches!(T::shape(), Shape::Option(_)) {
        builder.problem(
            "an `Option` inside an `Option` is asked for its value, and JSON's `null` stands for `None` and for \
             `Some(None)`; use `.flatten()`, or an enum of your own"
                .to_owned(),
        );
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> Holder for Result<T, E> {
    type Value = T;
    type With<U> = Result<U, E>;
    const NAME: Option<&'static str> = Some("result");
    fn held(builder: &Builder, holder: Node) -> (Node, Node) {
        if let Some((condition, value, _)) = Self::split(builder, holder) {
            return (condition, value);
        }
        // The value may be `null`, so the test is for an error.
        builder.edit(|program| {
            let arena = &mut program.arena;
            let error = arena.field(holder, "Err".to_owned(), Presence::Certain);
            let is_err = arena.add(Kind::Unary(UnaryOp::Exists, error));
            (arena.not(is_err), arena.field(holder, "Ok".to_owned(), Presence::Certain))
        })
    }
    fn split(builder: &Builder, holder: Node) -> Option<(Node, Node, Node)> {
        builder.edit(|program| {
            let arena = &mut program.arena;
            match *arena.kind(holder) {
                Kind::Cond { condition, then, otherwise }
                    if is_variant(arena, then, "Ok") && is_variant(arena, otherwise, "Err") =>
                {
                    Some((condition, arena.field(then, "Ok".to_owned(), Presence::Certain), otherwise))
                }
                _ => None,
            }
        })
    }
    fn holding(builder: &Builder, value: Node) -> Node {
        builder.ok_value::<T, E>(Expr::new(value)).node()
    }
    fn empty(_: &Builder, holder: Node) -> Node {
        holder
    }
}

/// Whether a node is written as `{'Ok': ..}` or `{'Err': ..}`.
fn is_variant(arena: &super::super::node::Arena, node: Node, name: &str) -> bool {
    matches!(arena.kind(node), Kind::Object(entries) if entries.len() == 1 && entries[0].0 == name)
}

fn error_of(builder: &Builder, result: Node) -> Node {
    builder.edit(|program| program.arena.field(result, "Err".to_owned(), Presence::Certain))
}

/// What `?` is put behind in a workflow or an `async` block.
#[diagnostic::on_unimplemented(
    message = "`?` cannot leave here with what a `{Self}` holds no value for",
    note = "an `Option` leaves what gives an `Option`, a `Result` what gives a `Result`; turn the one into the other with `.ok_or(..)` or `.ok()`"
)]
pub trait Questioned<T, E> {
    /// What it gives where it does not leave.
    type Value;
    /// Leaves, or goes on with the value.
    #[doc(hidden)]
    fn question(self, builder: &Builder, scope: Scope<T, E>) -> Expr<Self::Value>;
}

impl<T, E: Propagates<E2>, T2, E2> Questioned<T, E> for Expr<Result<T2, E2>> {
    type Value = T2;
    fn question(self, builder: &Builder, scope: Scope<T, E>) -> Expr<T2> {
        Expr::new(builder.passed(scope, self.node()))
    }
}

impl<U, E, T: Data> Questioned<Option<U>, E> for Expr<Option<T>> {
    type Value = T;
    fn question(self, builder: &Builder, scope: Scope<Option<U>, E>) -> Expr<T> {
        let (is_some, value) = Option::<T>::held(builder, self.node());
        let note = Note { about: Some("option"), ..Note::default() };
        builder.leave_unless(is_some, Expr::new(value), note, || {
            builder.ok(scope, builder.none(), Note::default());
        })
    }
}

impl Builder {
    /// `value?` in a workflow or an `async` block.
    pub fn question<T, E, Q: Questioned<T, E>>(&self, scope: Scope<T, E>, value: Q) -> Expr<Q::Value> {
        value.question(self, scope)
    }

    /// A `Result` that is the scope's own: tells its type.
    pub fn result_of<T, E>(&self, _: Scope<T, E>, result: Expr<Result<T, E>>) -> Expr<Result<T, E>> {
        result
    }

    fn leave_unless<T>(&self, test: Node, value: Expr<T>, note: Note, leave: impl FnOnce()) -> Expr<T> {
        let mut join = self.choice::<T>(note);
        self.when(&mut join, Test(Some(test)));
        self.arm(&mut join, value);
        self.otherwise(&mut join);
        leave();
        self.arm(&mut join, self.never());
        self.join(join)
    }
}

/// What `filter` goes over.
pub trait Filtered {
    /// What it holds.
    type Item;
    /// The same with what passes the test.
    #[doc(hidden)]
    fn filter(builder: &Builder, filtered: Node, name: &str, body: impl FnOnce(Node) -> Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T> Filtered for Vec<T> {
    type Item = T;
    fn filter(builder: &Builder, filtered: Node, name: &str, body: impl FnOnce(Node) -> Node) -> Node {
        let element = builder.element::<T>(name).node();
        let body = body(element);
        builder.form("$append([], $filter({0}, function({1}) { {2} })[])", &[filtered, element, body])
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data> Filtered for Option<T> {
    type Item = T;
    fn filter(builder: &Builder, filtered: Node, name: &str, body: impl FnOnce(Node) -> Node) -> Node {
        let null = builder.null();
        Self::either(
            builder,
            filtered,
            name,
            |value| {
                let condition = body(value);
                builder
                    .edit(|program| program.arena.add(Kind::Cond { condition, then: value, otherwise: null }))
            },
            |_, _| null,
        )
    }
}

/// A type that serde writes.
#[doc(hidden)]
pub trait Written {
    /// The value as JSON.
    fn written(&self) -> Value;
}

impl<T: serde::Serialize> Written for T {
    fn written(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// A type that serde reads.
#[doc(hidden)]
pub trait ReadBack: Sized {
    /// The value of JSON, if it is one.
    fn read_back(json: &Value) -> Option<Self>;
}

impl<T: serde::de::DeserializeOwned> ReadBack for T {
    fn read_back(json: &Value) -> Option<Self> {
        serde_json::from_value(json.clone()).ok()
    }
}

/// A type with a default that JSON knows. That of a type of one's own is found when the state machine is
/// written, as a constant is.
#[diagnostic::on_unimplemented(
    message = "a state machine does not know the default of a `{Self}`",
    label = "it has no default that is written as JSON",
    note = "write the value out: `.unwrap_or(..)`"
)]
pub trait Defaulted {
    /// The default.
    #[doc(hidden)]
    fn json() -> Value;
}

macro_rules! defaults {
    ($($ty:ty => $json:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Defaulted for $ty {
            fn json() -> Value {
                $json
            }
        }
    )*};
}

defaults! {
    u8 => 0.into(); u16 => 0.into(); u32 => 0.into(); u64 => 0.into(); usize => 0.into();
    i8 => 0.into(); i16 => 0.into(); i32 => 0.into(); i64 => 0.into(); isize => 0.into();
    f32 => 0.into(); f64 => 0.into(); bool => false.into(); String => "".into(); () => Value::Null;
}

#[diagnostic::do_not_recommend]
impl<T> Defaulted for Vec<T> {
    fn json() -> Value {
        Value::Array(Vec::new())
    }
}

#[diagnostic::do_not_recommend]
impl<T> Defaulted for Option<T> {
    fn json() -> Value {
        Value::Null
    }
}

#[diagnostic::do_not_recommend]
impl<K, T> Defaulted for BTreeMap<K, T> {
    fn json() -> Value {
        Value::Object(serde_json::Map::new())
    }
}

macro_rules! tuples {
    ($(($($ty:ident),+))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($ty: Defaulted),+> Defaulted for ($($ty,)+) {
            fn json() -> Value {
                Value::Array(vec![$($ty::json()),+])
            }
        }
    )*};
}

tuples! { (A) (A, B) (A, B, C) (A, B, C, D) }

impl Methods<'_> {
    /// `T::default()`
    pub fn default<T: Defaulted>(&self) -> Expr<T> {
        self.0.expr(Kind::Literal(T::json()))
    }

    /// `unwrap_or`
    pub fn unwrap_or<H: Holder>(&self, holder: Expr<H>, default: Expr<H::Value>) -> Expr<H::Value> {
        Expr::new(self.0.eager(default.node(), |default| {
            H::either(self.0, holder.node(), "value", |value| value, |_, _| default)
        }))
    }

    /// `unwrap_or_default`
    pub fn unwrap_or_default<H: Holder<Value: Defaulted>>(&self, holder: Expr<H>) -> Expr<H::Value> {
        let default = self.default();
        self.unwrap_or(holder, default)
    }

    /// `unwrap_or_else` on an `Option`
    pub fn unwrap_or_else<T: Data>(
        &self,
        option: Expr<Option<T>>,
        other: impl FnOnce() -> Expr<T>,
    ) -> Expr<T> {
        let other = other();
        Expr::new(Option::<T>::either(self.0, option.node(), "value", |value| value, |_, _| other.node()))
    }

    /// `unwrap_or_else` on a `Result`
    pub fn unwrap_or_else_of<T, E>(
        &self,
        result: Expr<Result<T, E>>,
        _: &str,
        other: impl FnOnce(Expr<E>) -> Expr<T>,
    ) -> Expr<T> {
        let otherwise = |builder: &Builder, error| other(Expr::new(error_of(builder, error))).node();
        Expr::new(Result::<T, E>::either(self.0, result.node(), "value", |value| value, otherwise))
    }

    /// `map_or`
    pub fn map_or<H: Holder, U>(
        &self,
        holder: Expr<H>,
        default: Expr<U>,
        name: &str,
        body: impl FnOnce(Expr<H::Value>) -> Expr<U>,
    ) -> Expr<U> {
        let then = |value| body(Expr::new(value)).node();
        Expr::new(
            self.0.eager(default.node(), |default| {
                H::either(self.0, holder.node(), name, then, |_, _| default)
            }),
        )
    }

    /// `map_or_else` on an `Option`
    pub fn map_or_else<T: Data, U>(
        &self,
        option: Expr<Option<T>>,
        default: impl FnOnce() -> Expr<U>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<U>,
    ) -> Expr<U> {
        let (then, default) = (|value| body(Expr::new(value)).node(), default());
        Expr::new(Option::<T>::either(self.0, option.node(), name, then, |_, _| default.node()))
    }

    /// `and_then`
    pub fn and_then<H: Holder, U>(
        &self,
        holder: Expr<H>,
        name: &str,
        body: impl FnOnce(Expr<H::Value>) -> Expr<H::With<U>>,
    ) -> Expr<H::With<U>> {
        let then = |value| body(Expr::new(value)).node();
        Expr::new(H::either(self.0, holder.node(), name, then, |builder, holder| H::empty(builder, holder)))
    }

    /// `or`
    pub fn or<T: Data>(&self, option: Expr<Option<T>>, other: Expr<Option<T>>) -> Expr<Option<T>> {
        Expr::new(self.0.eager(other.node(), |other| {
            Option::<T>::either(self.0, option.node(), "value", |value| value, |_, _| other)
        }))
    }

    /// `or_else` on an `Option`
    pub fn or_else<T: Data>(
        &self,
        option: Expr<Option<T>>,
        other: impl FnOnce() -> Expr<Option<T>>,
    ) -> Expr<Option<T>> {
        let other = other();
        Expr::new(Option::<T>::either(self.0, option.node(), "value", |value| value, |_, _| other.node()))
    }

    /// `and`
    pub fn and<T: Data, U>(&self, option: Expr<Option<T>>, other: Expr<Option<U>>) -> Expr<Option<U>> {
        Expr::new(self.0.eager(other.node(), |other| {
            Option::<T>::either(self.0, option.node(), "value", |_| other, |builder, _| builder.null())
        }))
    }

    /// `filter`
    pub fn filter<F: Filtered>(
        &self,
        filtered: Expr<F>,
        name: &str,
        body: impl FnOnce(Expr<F::Item>) -> Expr<bool>,
    ) -> Expr<F> {
        Expr::new(F::filter(self.0, filtered.node(), name, |item| body(Expr::new(item)).node()))
    }

    /// `then_some` of a `bool`
    pub fn then_some<T>(&self, condition: Expr<bool>, value: Expr<T>) -> Expr<Option<T>> {
        let none = self.0.none::<T>();
        Expr::new(self.0.eager(value.node(), |value| self.0.cond(condition, Expr::new(value), none).node()))
    }

    /// `then` of a `bool`
    pub fn then<T>(&self, condition: Expr<bool>, value: impl FnOnce() -> Expr<T>) -> Expr<Option<T>> {
        let (some, none) = (self.0.some(value()), self.0.none());
        self.0.cond(condition, some, none)
    }

    /// `is_some_and` and `is_ok_and`
    pub fn holds_and<H: Holder>(
        &self,
        holder: Expr<H>,
        name: &str,
        body: impl FnOnce(Expr<H::Value>) -> Expr<bool>,
    ) -> Expr<bool> {
        let default = self.0.expr(Kind::Literal(Value::Bool(false)));
        self.map_or(holder, default, name, body)
    }

    /// `is_none_or`
    pub fn is_none_or<T: Data>(
        &self,
        option: Expr<Option<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<bool>,
    ) -> Expr<bool> {
        let default = self.0.expr(Kind::Literal(Value::Bool(true)));
        self.map_or(option, default, name, body)
    }

    /// `ok_or`
    pub fn ok_or<T: Data, E>(&self, option: Expr<Option<T>>, error: Expr<E>) -> Expr<Result<T, E>> {
        let then = |value| self.0.ok_value::<T, E>(Expr::new(value)).node();
        let otherwise = |builder: &Builder, _| builder.err_value::<T, E>(error).node();
        Expr::new(Option::<T>::either(self.0, option.node(), "value", then, otherwise))
    }

    /// `ok_or_else`
    pub fn ok_or_else<T: Data, E>(
        &self,
        option: Expr<Option<T>>,
        error: impl FnOnce() -> Expr<E>,
    ) -> Expr<Result<T, E>> {
        self.ok_or(option, error())
    }

    /// `map_err`
    pub fn map_err<T, E, F>(
        &self,
        result: Expr<Result<T, E>>,
        _: &str,
        body: impl FnOnce(Expr<E>) -> Expr<F>,
    ) -> Expr<Result<T, F>> {
        let then = |value| self.0.ok_value::<T, F>(Expr::new(value)).node();
        let otherwise = |builder: &Builder, error| {
            let error = body(Expr::new(error_of(builder, error)));
            builder.err_value::<T, F>(error).node()
        };
        Expr::new(Result::<T, E>::either(self.0, result.node(), "value", then, otherwise))
    }

    /// `ok`
    pub fn ok<T: Data, E>(&self, result: Expr<Result<T, E>>) -> Expr<Option<T>> {
        let otherwise = |builder: &Builder, _| builder.null();
        Expr::new(Result::<T, E>::either(self.0, result.node(), "value", |value| value, otherwise))
    }

    /// `err`
    pub fn err<T, E>(&self, result: Expr<Result<T, E>>) -> Expr<Option<E>> {
        let then = |_| self.0.null();
        Expr::new(Result::<T, E>::either(self.0, result.node(), "value", then, error_of))
    }

    /// `transpose`
    pub fn transpose<T: Transposed>(&self, value: Expr<T>) -> Expr<T::Other> {
        Expr::new(T::transpose(self.0, value.node()))
    }

    /// `xor`
    pub fn xor<T: Data>(&self, option: Expr<Option<T>>, other: Expr<Option<T>>) -> Expr<Option<T>> {
        Expr::new(self.0.eager(other.node(), |other| {
            self.0.once("other", other, |other| {
                let then =
                    |value| Option::<T>::either(self.0, other, "other", |_| self.0.null(), |_, _| value);
                Option::<T>::either(self.0, option.node(), "value", then, |_, _| other)
            })
        }))
    }

    /// `is_some`
    pub fn is_some<T: Data>(&self, option: Expr<Option<T>>) -> Expr<bool> {
        Expr::new(Option::<T>::held(self.0, option.node()).0)
    }

    /// `is_none`
    pub fn is_none<T: Data>(&self, option: Expr<Option<T>>) -> Expr<bool> {
        self.0.not(self.is_some(option))
    }

    /// `is_ok`
    pub fn is_ok<T, E>(&self, result: Expr<Result<T, E>>) -> Expr<bool> {
        Expr::new(Result::<T, E>::held(self.0, result.node()).0)
    }

    /// `is_err`
    pub fn is_err<T, E>(&self, result: Expr<Result<T, E>>) -> Expr<bool> {
        self.0.not(self.is_ok(result))
    }
}
