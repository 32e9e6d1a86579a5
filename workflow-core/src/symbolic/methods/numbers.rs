//! Numbers.

use serde_json::Value;

use crate::data::{Data, Shape};

use super::{
    super::{
        builder::Builder,
        node::{BinaryOp, Expr, Kind, Node},
        ops::{Addable, Number},
    },
    Methods,
};

/// What `as` makes of a value.
#[diagnostic::on_unimplemented(
    message = "a state machine does not know `{Self} as {Target}`",
    label = "`as` is understood between numbers, and from `bool` and `char`",
    note = "numbers are those of up to 64 bits and `f64`; convert anything else in a task"
)]
pub trait Cast<Target> {
    /// The value in the other type.
    #[doc(hidden)]
    fn cast(builder: &Builder, value: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<A: Number, B: Number> Cast<B> for A {
    fn cast(builder: &Builder, value: Node) -> Node {
        if !B::INTEGER || (A::INTEGER && A::LOW >= B::LOW && A::HIGH <= B::HIGH) {
            return value;
        }
        if let Some(Value::Number(number)) = builder.known(value)
            && let Some(number) = number.as_i64()
            && i128::from(number) >= B::LOW
            && i128::from(number) <= B::HIGH
        {
            return value;
        }
        let (low, high) = (bound(builder, B::LOW), bound(builder, B::HIGH));
        if !A::INTEGER {
            // What is too large or too small becomes the largest or the smallest.
            return builder.form(
                "($_n := {0}; $_n >= {2} ? {2} : $_n <= {1} ? {1} : $_n < 0 ? 0 - $floor(-$_n) : $floor($_n))",
                &[value, low, high],
            );
        }
        wrapped::<B>(builder, value)
    }
}

#[diagnostic::do_not_recommend]
impl<B: Number> Cast<B> for bool {
    fn cast(builder: &Builder, value: Node) -> Node {
        let (one, zero) = (builder.number(1), builder.number(0));
        builder.edit(|program| program.arena.add(Kind::Cond { condition: value, then: one, otherwise: zero }))
    }
}

/// An integer as one of a type, which keeps the lowest bits.
fn wrapped<B: Number>(builder: &Builder, value: Node) -> Node {
    let (low, high) = (bound(builder, B::LOW), bound(builder, B::HIGH));
    let values = B::HIGH - B::LOW + 1;
    let span = bound(builder, values);
    if !(0..=1 << 53).contains(&values) {
        // Beyond 2^53 numbers are not exact in any case; nothing else leaves the range.
        return match B::SIGNED {
            true => builder.form("($_n := {0}; $_n > {1} ? $_n - {2} : $_n)", &[value, high, span]),
            false => builder.form("($_n := {0}; $_n < 0 ? $_n + {1} : $_n)", &[value, span]),
        };
    }
    builder.form(
        "($_n := {0} % {3}; $_n < {1} ? $_n + {3} : $_n > {2} ? $_n - {3} : $_n)",
        &[value, low, high, span],
    )
}

impl Builder {
    /// `<<`: what is shifted out is gone.
    pub fn shl<T: Number, U: Number>(&self, left: Expr<T>, right: Expr<U>) -> Expr<T> {
        let product = self.form("{0} * $power(2, {1})", &[left.node(), right.node()]);
        Expr::new(wrapped::<T>(self, product))
    }

    /// `>>`, which keeps the sign.
    pub fn shr<T: Number, U: Number>(&self, left: Expr<T>, right: Expr<U>) -> Expr<T> {
        Expr::new(self.form("$floor({0} / $power(2, {1}))", &[left.node(), right.node()]))
    }
}

/// A limit of a type, as JSON has it.
fn bound(builder: &Builder, limit: i128) -> Node {
    let number = match (i64::try_from(limit), u64::try_from(limit)) {
        (Ok(number), _) => Value::from(number),
        (_, Ok(number)) => Value::from(number),
        _ => Value::from(limit as f64),
    };
    builder.edit(|program| program.arena.literal(number))
}

/// Integers that wrap around as Rust's do.
#[diagnostic::on_unimplemented(
    message = "a state machine does not wrap a `{Self}` around as Rust does",
    label = "not an integer of at most 32 bits",
    note = "its numbers hold integers up to 2^53; compute with `u32`, or use `.checked_add(..)` and its kin"
)]
pub trait Wrapping: Number {}

macro_rules! wrapping {
    ($($ty:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Wrapping for $ty {}
    )*};
}

wrapping! { u8 u16 u32 i8 i16 i32 }

/// Whether a number is one of a type's.
fn in_range<T: Number>(builder: &Builder, number: Node, otherwise: &'static str) -> Node {
    let (low, high) = (bound(builder, T::LOW), bound(builder, T::HIGH));
    builder.form(otherwise, &[number, low, high])
}

/// Integers, whose `checked_` methods give an `Option`.
pub trait Checked: Number + Addable + Sized {
    /// The number, or `None` where it is none of the type.
    #[doc(hidden)]
    fn within(builder: &Builder, number: Node) -> Node {
        in_range::<Self>(builder, number, "($_n := {0}; $_n >= {1} and $_n <= {2} ? $_n : null)")
    }
}

#[diagnostic::do_not_recommend]
impl<T: Number + Addable> Checked for T {}

macro_rules! errors {
    ($($ty:ty),*) => {$(
        // It stays in the workflow: it has no JSON of its own, and no method that a workflow calls.
        #[diagnostic::do_not_recommend]
        impl Data for $ty {
            type Owned = Self;
            fn shape() -> Shape {
                Shape::Any
            }
        }
    )*};
}

errors!(
    std::num::ParseIntError,
    std::num::ParseFloatError,
    std::num::TryFromIntError,
    std::str::ParseBoolError
);

/// What `parse` reads.
#[diagnostic::on_unimplemented(
    message = "a state machine does not read a `{Self}` from text",
    label = "neither a number nor a `bool`"
)]
pub trait Parsed: Sized {
    /// What it gives where the text is no such value.
    type Error;
    /// The value, or an error.
    #[doc(hidden)]
    fn parse(builder: &Builder, text: Node) -> Node;
}

macro_rules! integers {
    ($($ty:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl Parsed for $ty {
            type Error = std::num::ParseIntError;
            fn parse(builder: &Builder, text: Node) -> Node {
                builder.once("text", text, |text| {
                    let number = match <$ty as Number>::SIGNED {
                        true => "$contains({0}, /^[+-]?[0-9]+$/) ? $number($replace({0}, /^[+]/, '')) + 0 : null",
                        false => "$contains({0}, /^[+]?[0-9]+$/) ? $number($replace({0}, /^[+]/, '')) : null",
                    };
                    let number = builder.form(number, &[text]);
                    in_range::<$ty>(
                        builder,
                        number,
                        "($_n := {0}; $_n != null ? ($_n >= {1} and $_n <= {2} ? {'Ok': $_n} : {'Err': null}) : {'Err': null})",
                    )
                })
            }
        }
    )*};
}

integers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

#[diagnostic::do_not_recommend]
impl Parsed for f64 {
    type Error = std::num::ParseFloatError;
    fn parse(builder: &Builder, text: Node) -> Node {
        // Rust reads `.5` and `5.`, `$number` does not.
        builder.form(
            "($_s := {0}; $contains($_s, /^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$/) \
             ? {'Ok': $number($replace($_s, /^([+-]?)([0-9]*)[.]?([0-9]*)/, function($_m) { \
             ($_m.groups[0] = '-' ? '-' : '') & '0' & $_m.groups[1] & '.' & $_m.groups[2] & '0' }, 1))} : {'Err': null})",
            &[text],
        )
    }
}

#[diagnostic::do_not_recommend]
impl Parsed for bool {
    type Error = std::str::ParseBoolError;
    fn parse(builder: &Builder, text: Node) -> Node {
        builder.form(
            "($_s := {0}; $_s = 'true' ? {'Ok': true} : $_s = 'false' ? {'Ok': false} : {'Err': null})",
            &[text],
        )
    }
}

impl Methods<'_> {
    /// `as`
    pub fn cast<Target, T: Cast<Target>>(&self, value: Expr<T>) -> Expr<Target> {
        Expr::new(T::cast(self.0, value.node()))
    }

    /// `u32::try_from(number)`
    pub fn try_cast<Target: Checked, T: Number>(
        &self,
        value: Expr<T>,
    ) -> Expr<Result<Target, std::num::TryFromIntError>> {
        let value = value.node();
        let text = "($_n := {0}; $_n >= {1} and $_n <= {2} ? {'Ok': $_n} : {'Err': null})";
        Expr::new(in_range::<Target>(self.0, value, text))
    }

    /// `parse`
    pub fn parse<T: Parsed>(&self, text: Expr<String>) -> Expr<Result<T, T::Error>> {
        Expr::new(T::parse(self.0, text.node()))
    }

    /// `wrapping_add`
    pub fn wrapping_add<T: Wrapping>(&self, left: Expr<T>, right: Expr<T>) -> Expr<T> {
        let sum = self.0.edit(|program| program.arena.binary(BinaryOp::Add, left.node(), right.node()));
        Expr::new(wrapped::<T>(self.0, sum))
    }

    /// `wrapping_sub`
    pub fn wrapping_sub<T: Wrapping>(&self, left: Expr<T>, right: Expr<T>) -> Expr<T> {
        let difference =
            self.0.edit(|program| program.arena.binary(BinaryOp::Subtract, left.node(), right.node()));
        Expr::new(wrapped::<T>(self.0, difference))
    }

    /// `wrapping_mul`: a product of 32 bits with 32 is not exact, one with 16 is.
    pub fn wrapping_mul<T: Wrapping>(&self, left: Expr<T>, right: Expr<T>) -> Expr<T> {
        let builder = self.0;
        let product = match T::HIGH > i128::from(u16::MAX) {
            false => builder.form("{0} * {1}", &[left.node(), right.node()]),
            true => builder.form(
                "($_x := {0}; $_y := {1}; $_h := $floor($_x / 65536); $_h * $_y % 65536 * 65536 + ($_x - $_h * 65536) * $_y)",
                &[left.node(), right.node()],
            ),
        };
        Expr::new(wrapped::<T>(builder, product))
    }

    /// `abs`
    pub fn abs<T: Number>(&self, number: Expr<T>) -> Expr<T> {
        self.form("$abs({0})", &[number.node()])
    }

    /// `unsigned_abs`
    pub fn unsigned_abs<T: Distance>(&self, number: Expr<T>) -> Expr<T::Distance> {
        self.form("$abs({0})", &[number.node()])
    }

    /// `div_ceil` of unsigned integers
    pub fn div_ceil<T: Number>(&self, left: Expr<T>, right: Expr<T>) -> Expr<T> {
        let right = divisor(self.0, right.node());
        self.form("$ceil({0} / {1})", &[left.node(), right])
    }

    /// `is_multiple_of` of unsigned integers: of zero there is zero alone.
    pub fn is_multiple_of<T: Number>(&self, left: Expr<T>, right: Expr<T>) -> Expr<bool> {
        let text = "({1} = 0 ? {0} = 0 : {0} % {1} = 0)";
        self.form(text, &[left.node(), right.node()])
    }

    /// `abs_diff`
    pub fn abs_diff<T: Distance>(&self, left: Expr<T>, right: Expr<T>) -> Expr<T::Distance> {
        self.form("$abs({0} - {1})", &[left.node(), right.node()])
    }

    /// `signum`
    pub fn signum<T: Number>(&self, number: Expr<T>) -> Expr<T> {
        match T::INTEGER {
            true => self.form("($_n := {0}; $_n > 0 ? 1 : $_n < 0 ? -1 : 0)", &[number.node()]),
            false => self.form("({0} < 0 ? -1 : 1)", &[number.node()]),
        }
    }

    /// `pow`
    pub fn pow<T: Number>(&self, base: Expr<T>, exponent: Expr<u32>) -> Expr<T> {
        self.form("$power({0}, {1})", &[base.node(), exponent.node()])
    }

    /// `floor`
    pub fn floor<T: Number>(&self, number: Expr<T>) -> Expr<T> {
        self.form("$floor({0})", &[number.node()])
    }

    /// `ceil`
    pub fn ceil<T: Number>(&self, number: Expr<T>) -> Expr<T> {
        self.form("$ceil({0})", &[number.node()])
    }

    /// `trunc`
    pub fn trunc<T: Number>(&self, number: Expr<T>) -> Expr<T> {
        self.form("($_n := {0}; $_n < 0 ? 0 - $floor(-$_n) : $floor($_n))", &[number.node()])
    }

    /// `round`: half away from zero, where `$round` takes the even one.
    pub fn round<T: Number>(&self, number: Expr<T>) -> Expr<T> {
        self.form(
            "($_n := {0}; $_a := $abs($_n); $_f := $floor($_a); $_r := $_a - $_f >= 0.5 ? $_f + 1 : $_f; $_n < 0 ? 0 - $_r : $_r)",
            &[number.node()],
        )
    }

    /// `fract`
    pub fn fract<T: Number>(&self, number: Expr<T>) -> Expr<T> {
        self.form("($_n := {0}; $_n < 0 ? $_n - $ceil($_n) : $_n - $floor($_n))", &[number.node()])
    }

    /// `sqrt`
    pub fn sqrt<T: Number>(&self, number: Expr<T>) -> Expr<T> {
        self.form("$sqrt({0})", &[number.node()])
    }

    /// `is_positive` and `is_negative` of an integer
    pub fn is_positive<T: Number>(&self, number: Expr<T>) -> Expr<bool> {
        self.compared(BinaryOp::Greater, number)
    }

    /// `is_negative`
    pub fn is_negative<T: Number>(&self, number: Expr<T>) -> Expr<bool> {
        self.compared(BinaryOp::Less, number)
    }

    fn compared<T>(&self, op: BinaryOp, number: Expr<T>) -> Expr<bool> {
        let zero = self.0.number(0);
        Expr::new(self.0.edit(|program| program.arena.binary(op, number.node(), zero)))
    }

    /// `rem_euclid`
    pub fn rem_euclid<T: Number>(&self, left: Expr<T>, right: Expr<T>) -> Expr<T> {
        let remainder = self.0.rem(left, right);
        self.form("($_n := {0}; $_n < 0 ? $_n + $abs({1}) : $_n)", &[remainder.node(), right.node()])
    }

    /// `div_euclid`
    pub fn div_euclid<T: Number>(&self, left: Expr<T>, right: Expr<T>) -> Expr<T> {
        let zero_checked = divisor(self.0, right.node());
        self.form(
            "($_d := {1}; $_d > 0 ? $floor({0} / $_d) : 0 - $floor({0} / -$_d))",
            &[left.node(), zero_checked],
        )
    }

    /// `checked_add`
    pub fn checked_add<T: Checked>(&self, left: Expr<T>, right: Expr<T>) -> Expr<Option<T>> {
        Expr::new(T::within(self.0, self.0.add(left, right).node()))
    }

    /// `checked_sub`
    pub fn checked_sub<T: Checked>(&self, left: Expr<T>, right: Expr<T>) -> Expr<Option<T>> {
        let (left, right) = (left.node(), right.node());
        let difference = self.0.edit(|program| program.arena.binary(BinaryOp::Subtract, left, right));
        Expr::new(T::within(self.0, difference))
    }

    /// `checked_mul`
    pub fn checked_mul<T: Checked>(&self, left: Expr<T>, right: Expr<T>) -> Expr<Option<T>> {
        Expr::new(T::within(self.0, self.0.mul(left, right).node()))
    }

    /// `checked_div`
    pub fn checked_div<T: Checked>(&self, left: Expr<T>, right: Expr<T>) -> Expr<Option<T>> {
        let quotient = self.form("({0} / {1})", &[left.node(), right.node()]);
        let quotient = self.trunc::<T>(quotient);
        self.form("({1} = 0 ? null : {0})", &[quotient.node(), right.node()])
    }

    /// `checked_rem`
    pub fn checked_rem<T: Checked>(&self, left: Expr<T>, right: Expr<T>) -> Expr<Option<T>> {
        self.form("({1} = 0 ? null : {0} % {1} + 0)", &[left.node(), right.node()])
    }

    fn saturated<T: Checked>(&self, number: Expr<T>) -> Expr<T> {
        Expr::new(in_range::<T>(self.0, number.node(), "$min([$max([{0}, {1}]), {2}])"))
    }

    /// `saturating_add`
    pub fn saturating_add<T: Checked>(&self, left: Expr<T>, right: Expr<T>) -> Expr<T> {
        self.saturated(self.0.add(left, right))
    }

    /// `saturating_sub`
    pub fn saturating_sub<T: Checked>(&self, left: Expr<T>, right: Expr<T>) -> Expr<T> {
        if !T::SIGNED {
            return self.form("$max([{0} - {1}, 0])", &[left.node(), right.node()]);
        }
        self.saturated(self.0.sub(left, right))
    }

    /// `saturating_mul`
    pub fn saturating_mul<T: Checked>(&self, left: Expr<T>, right: Expr<T>) -> Expr<T> {
        self.saturated(self.0.mul(left, right))
    }
}

/// The type of the distance of two numbers.
pub trait Distance {
    /// An unsigned one.
    type Distance;
}

macro_rules! distances {
    ($($ty:ty => $distance:ty),*) => {$(
        impl Distance for $ty {
            type Distance = $distance;
        }
    )*};
}

distances!(u8 => u8, u16 => u16, u32 => u32, u64 => u64, usize => usize);
distances!(i8 => u8, i16 => u16, i32 => u32, i64 => u64, isize => usize);

/// What is divided by, which fails the execution where it is zero, as in Rust.
pub(in super::super) fn divisor(builder: &Builder, divisor: Node) -> Node {
    match builder.known(divisor) {
        Some(Value::Number(number)) if number.as_f64() != Some(0.0) => divisor,
        _ => builder.once("divisor", divisor, |divisor| {
            builder.form("({0} = 0 ? $error('a division by zero') : {0})", &[divisor])
        }),
    }
}
