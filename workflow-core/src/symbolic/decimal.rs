//! Decimals in JSONata: whole numbers of their smallest unit.

use crate::decimal::Decimal;

use super::{
    builder::Builder,
    methods::Ordered,
    node::{BinaryOp, Expr, Kind, Node, UnaryOp},
    ops::{Addable, Formattable, Number, Product, Write},
    pure::{Method, name},
};

#[diagnostic::do_not_recommend]
impl<const SCALE: u32> Ordered for Decimal<SCALE> {
    const NUMBER: bool = true;
    fn less(builder: &Builder, left: Node, right: Node) -> Node {
        builder.edit(|program| program.arena.binary(BinaryOp::Less, left, right))
    }
    fn less_or_equal(builder: &Builder, left: Node, right: Node) -> Node {
        builder.edit(|program| program.arena.binary(BinaryOp::LessOrEqual, left, right))
    }
}

#[diagnostic::do_not_recommend]
impl<const SCALE: u32> Addable for Decimal<SCALE> {
    const TEXT: bool = false;
}

#[diagnostic::do_not_recommend]
impl<const SCALE: u32> Number for Decimal<SCALE> {
    const INTEGER: bool = true;
    const SIGNED: bool = true;
    const LOW: i128 = Self::MIN.units() as i128;
    const HIGH: i128 = Self::MAX.units() as i128;
}

#[diagnostic::do_not_recommend]
impl<const SCALE: u32> Product<i64, Decimal<SCALE>> for Decimal<SCALE> {
    fn product(builder: &Builder, left: Node, right: Node) -> Node {
        builder.edit(|program| program.arena.binary(BinaryOp::Multiply, left, right))
    }
}

#[diagnostic::do_not_recommend]
impl<const SCALE: u32> Formattable for Decimal<SCALE> {
    const WRITE: Write = Write::Wide;

    /// `(units < 0 ? '-' : '') & $floor($abs(units) / 100) & '.' & $pad($abs(units) % 100, -2, '0')`
    fn text(builder: &Builder, units: Node) -> Node {
        if SCALE == 0 {
            return builder.edit(|program| program.arena.add(Kind::Unary(UnaryOp::TextOfInteger, units)));
        }
        builder.edit(|program| {
            let arena = &mut program.arena;
            let digits = |arena: &mut super::node::Arena, number| {
                arena.add(Kind::Unary(UnaryOp::TextOfInteger, number))
            };
            let (none, unit) = (arena.literal(0), arena.literal(10_i64.pow(SCALE)));
            let negative = arena.binary(BinaryOp::Less, units, none);
            let (minus, nothing) = (arena.literal("-"), arena.literal(""));
            let sign = arena.cond(negative, minus, nothing);
            let size = arena.add(Kind::Call { function: "abs", arguments: vec![units] });
            let whole = arena.binary(BinaryOp::Divide, size, unit);
            let whole = arena.add(Kind::Unary(UnaryOp::Truncate { signed: false }, whole));
            let whole = digits(arena, whole);
            let part = arena.binary(BinaryOp::Remainder, size, unit);
            let part = digits(arena, part);
            let (width, zero) = (arena.literal(-i64::from(SCALE)), arena.literal("0"));
            let part = arena.add(Kind::Call { function: "pad", arguments: vec![part, width, zero] });
            let point = arena.literal(".");
            arena.add(Kind::Concat(vec![sign, whole, point, part]))
        })
    }
}

#[diagnostic::do_not_recommend]
impl<const SCALE: u32> Method<{ name("from_units") }, (Expr<i64>,), Self> for Decimal<SCALE> {
    fn expand(_: &Builder, (units,): (Expr<i64>,)) -> Expr<Self> {
        Expr::new(units.node())
    }
}

#[diagnostic::do_not_recommend]
impl<const SCALE: u32> Method<{ name("units") }, (Expr<Self>,), i64> for Decimal<SCALE> {
    fn expand(_: &Builder, (this,): (Expr<Self>,)) -> Expr<i64> {
        Expr::new(this.node())
    }
}
