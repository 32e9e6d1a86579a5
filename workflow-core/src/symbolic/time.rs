//! Timestamps and spans of time in JSONata: milliseconds and seconds, computed as Rust does.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::{
    data::{Fields, Shape},
    time::{TimeSpan, Timestamp},
};

use super::{
    builder::Builder,
    methods::{Ordered, divisor},
    node::{BinaryOp, Expr, Kind, Nested, Node},
    ops::{Compound, Constant, Difference, Formattable, Product, Quotient, Sum, Summed, Write},
    pure::{Method, name},
};

/// The milliseconds of a timestamp.
pub(super) fn millis_of(builder: &Builder, timestamp: Node) -> Node {
    builder.edit(|program| {
        let arena = &mut program.arena;
        match arena.kind(timestamp) {
            Kind::Literal(Value::String(text)) => {
                if let Ok(known) = text.parse::<Timestamp>() {
                    return arena.literal(known.as_millis());
                }
            }
            // What was just made of milliseconds.
            Kind::Call { function: "fromMillis", arguments } => return arguments[0],
            _ => {}
        }
        arena.add(Kind::Call { function: "toMillis", arguments: vec![timestamp] })
    })
}

fn call(builder: &Builder, function: &'static str, arguments: Vec<Node>) -> Node {
    builder.edit(|program| program.arena.add(Kind::Call { function, arguments }))
}

fn binary(builder: &Builder, op: BinaryOp, left: Node, right: Node) -> Node {
    builder.edit(|program| program.arena.binary(op, left, right))
}

fn number(builder: &Builder, number: impl Into<Value>) -> Node {
    builder.edit(|program| program.arena.literal(number))
}

fn from_millis(builder: &Builder, millis: Node) -> Node {
    call(builder, "fromMillis", vec![millis])
}

/// The whole milliseconds of a span.
fn millis_of_span(builder: &Builder, span: Node) -> Node {
    let known = builder.edit(|program| match program.arena.kind(span) {
        Kind::Literal(seconds) => serde_json::from_value::<TimeSpan>(seconds.clone()).ok(),
        _ => None,
    });
    if let Some(known) = known {
        return number(builder, known.as_millis());
    }
    let thousand = number(builder, 1_000);
    let product = binary(builder, BinaryOp::Multiply, span, thousand);
    call(builder, "round", vec![product])
}

/// A number of seconds to three digits, of which each computation in doubles is near enough.
fn to_millis_exactly(builder: &Builder, seconds: Node) -> Node {
    let digits = number(builder, 3);
    call(builder, "round", vec![seconds, digits])
}

/// Zero, where a number is less.
fn not_negative(builder: &Builder, value: Node) -> Node {
    let none = number(builder, 0);
    let both = builder
        .edit(|program| program.arena.add(Kind::Array(vec![(none, Nested::Never), (value, Nested::Never)])));
    call(builder, "max", vec![both])
}

#[diagnostic::do_not_recommend]
impl Ordered for Timestamp {
    fn less(builder: &Builder, left: Node, right: Node) -> Node {
        let (left, right) = (millis_of(builder, left), millis_of(builder, right));
        binary(builder, BinaryOp::Less, left, right)
    }
    fn less_or_equal(builder: &Builder, left: Node, right: Node) -> Node {
        let (left, right) = (millis_of(builder, left), millis_of(builder, right));
        binary(builder, BinaryOp::LessOrEqual, left, right)
    }
}

#[diagnostic::do_not_recommend]
impl Ordered for TimeSpan {
    const NUMBER: bool = true;
    fn less(builder: &Builder, left: Node, right: Node) -> Node {
        binary(builder, BinaryOp::Less, left, right)
    }
    fn less_or_equal(builder: &Builder, left: Node, right: Node) -> Node {
        binary(builder, BinaryOp::LessOrEqual, left, right)
    }
}

#[diagnostic::do_not_recommend]
impl Formattable for Timestamp {
    const WRITE: Write = Write::AsIs;
    fn text(builder: &Builder, value: Node) -> Node {
        let millis = millis_of(builder, value);
        from_millis(builder, millis)
    }
}

#[diagnostic::do_not_recommend]
impl Sum<TimeSpan, Timestamp> for Timestamp {
    fn sum(builder: &Builder, left: Node, right: Node) -> Node {
        let (left, right) = (millis_of(builder, left), millis_of_span(builder, right));
        let sum = binary(builder, BinaryOp::Add, left, right);
        from_millis(builder, sum)
    }
}

#[diagnostic::do_not_recommend]
impl Difference<TimeSpan, Timestamp> for Timestamp {
    fn difference(builder: &Builder, left: Node, right: Node) -> Node {
        let (left, right) = (millis_of(builder, left), millis_of_span(builder, right));
        let difference = binary(builder, BinaryOp::Subtract, left, right);
        from_millis(builder, difference)
    }
}

#[diagnostic::do_not_recommend]
impl Difference<Timestamp, TimeSpan> for Timestamp {
    fn difference(builder: &Builder, left: Node, right: Node) -> Node {
        let (left, right) = (millis_of(builder, left), millis_of(builder, right));
        let difference = binary(builder, BinaryOp::Subtract, left, right);
        let thousand = number(builder, 1_000);
        let seconds = binary(builder, BinaryOp::Divide, difference, thousand);
        not_negative(builder, seconds)
    }
}

#[diagnostic::do_not_recommend]
impl Sum<TimeSpan, TimeSpan> for TimeSpan {
    fn sum(builder: &Builder, left: Node, right: Node) -> Node {
        let sum = binary(builder, BinaryOp::Add, left, right);
        to_millis_exactly(builder, sum)
    }
}

#[diagnostic::do_not_recommend]
impl Difference<TimeSpan, TimeSpan> for TimeSpan {
    fn difference(builder: &Builder, left: Node, right: Node) -> Node {
        let difference = binary(builder, BinaryOp::Subtract, left, right);
        let difference = to_millis_exactly(builder, difference);
        not_negative(builder, difference)
    }
}

#[diagnostic::do_not_recommend]
impl Product<u32, TimeSpan> for TimeSpan {
    fn product(builder: &Builder, left: Node, right: Node) -> Node {
        let product = binary(builder, BinaryOp::Multiply, left, right);
        to_millis_exactly(builder, product)
    }
}

#[diagnostic::do_not_recommend]
impl Product<TimeSpan, TimeSpan> for u32 {
    fn product(builder: &Builder, left: Node, right: Node) -> Node {
        <TimeSpan as Product<Self, TimeSpan>>::product(builder, right, left)
    }
}

macro_rules! compound {
    ($($operator:literal $ty:ident $operation:ident $method:ident;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Compound<$operator, TimeSpan> for $ty {
            fn compound(builder: &Builder, place: Node, value: Node) -> Node {
                <$ty as $operation<TimeSpan, $ty>>::$method(builder, place, value)
            }
        }
    )*};
}

compound! {
    '+' Timestamp Sum sum;
    '-' Timestamp Difference difference;
    '+' TimeSpan Sum sum;
    '-' TimeSpan Difference difference;
}

/// Only a `Duration` is divided, which is a span here.
#[diagnostic::do_not_recommend]
impl Quotient<u32, TimeSpan> for TimeSpan {
    fn quotient(builder: &Builder, left: Node, right: Node) -> Node {
        let (millis, right) = (millis_of_span(builder, left), divisor(builder, right));
        let quotient = binary(builder, BinaryOp::Divide, millis, right);
        let millis = call(builder, "floor", vec![quotient]);
        let thousand = number(builder, 1_000);
        binary(builder, BinaryOp::Divide, millis, thousand)
    }
}

#[diagnostic::do_not_recommend]
impl Compound<'/', u32> for TimeSpan {
    fn compound(builder: &Builder, place: Node, value: Node) -> Node {
        <Self as Quotient<u32, Self>>::quotient(builder, place, value)
    }
}

#[diagnostic::do_not_recommend]
impl Compound<'*', u32> for TimeSpan {
    fn compound(builder: &Builder, place: Node, value: Node) -> Node {
        <Self as Product<u32, Self>>::product(builder, place, value)
    }
}

#[diagnostic::do_not_recommend]
impl Summed for TimeSpan {
    fn exact(builder: &Builder, sum: Node) -> Node {
        to_millis_exactly(builder, sum)
    }
}

/// In the symbolic reading a [`Duration`] is the span that it turns into.
#[diagnostic::do_not_recommend]
impl Constant for Duration {
    type Owned = TimeSpan;
    fn json(&self) -> impl Serialize {
        TimeSpan::from(*self)
    }
}

macro_rules! methods {
    ($($name:literal: $ty:ty, ($($argument:ty),*) -> $result:ty, $write:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Method<{ name($name) }, ($(Expr<$argument>,)*), $result> for $ty {
            fn expand(builder: &Builder, arguments: ($(Expr<$argument>,)*)) -> Expr<$result> {
                Expr::new($write(builder, arguments))
            }
        }
    )*};
}

fn seconds_from_millis(builder: &Builder, (millis,): (Expr<u64>,)) -> Node {
    let known = builder.edit(|program| match program.arena.kind(millis.node()) {
        Kind::Literal(known) => known.as_u64(),
        _ => None,
    });
    if let Some(known) = known {
        return number(builder, serde_json::to_value(TimeSpan::from_millis(known)).unwrap_or_default());
    }
    let thousand = number(builder, 1_000);
    binary(builder, BinaryOp::Divide, millis.node(), thousand)
}

methods! {
    "since": Timestamp, (Timestamp, Timestamp) -> TimeSpan, |builder: &Builder, (later, earlier): (Expr<_>, Expr<_>)| {
        <Timestamp as Difference<Timestamp, TimeSpan>>::difference(builder, later.node(), earlier.node())
    };
    "as_millis": Timestamp, (Timestamp) -> i64, |builder: &Builder, (this,): (Expr<_>,)| millis_of(builder, this.node());
    "from_millis": Timestamp, (i64) -> Timestamp, |builder: &Builder, (millis,): (Expr<_>,)| from_millis(builder, millis.node());
    "as_millis": TimeSpan, (TimeSpan) -> u64, |builder: &Builder, (this,): (Expr<_>,)| millis_of_span(builder, this.node());
    "as_secs": TimeSpan, (TimeSpan) -> u64, |builder: &Builder, (this,): (Expr<_>,)| call(builder, "floor", vec![this.node()]);
    "from_secs": TimeSpan, (u64) -> TimeSpan, |_: &Builder, (seconds,): (Expr<_>,)| seconds.node();
    "from_millis": TimeSpan, (u64) -> TimeSpan, seconds_from_millis;
    "from_secs": Duration, (u64) -> TimeSpan, |_: &Builder, (seconds,): (Expr<_>,)| seconds.node();
    "from_millis": Duration, (u64) -> TimeSpan, seconds_from_millis;
}

/// Whether values of a shape hold timestamps. Deep inside of a shape that holds itself, nobody looks.
pub(super) fn holds_timestamp(shape: &Shape, depth: u32) -> bool {
    let inside = |shape: &fn() -> Shape| depth < 8 && holds_timestamp(&shape(), depth + 1);
    let fields = |fields: &Fields| match fields {
        Fields::Unit => false,
        Fields::Newtype(shape) => inside(shape),
        Fields::Tuple(shapes) => shapes.iter().any(inside),
        Fields::Named(fields) => fields.iter().any(|field| inside(&field.shape)),
    };
    match shape {
        Shape::Timestamp => true,
        Shape::Option(shape) | Shape::List(shape) | Shape::Set(shape) | Shape::Map(_, shape) => inside(shape),
        Shape::Tuple(shapes) => shapes.iter().any(inside),
        Shape::Struct { fields: held, .. } => fields(held),
        Shape::Enum { variants, .. } => variants.iter().any(|variant| fields(&variant.fields)),
        Shape::Any
        | Shape::Unit
        | Shape::Bool
        | Shape::Integer { .. }
        | Shape::Float
        | Shape::Text
        | Shape::JsonText(_)
        | Shape::Error(_) => false,
    }
}
