//! Operators and literals, typed by rustc.
//!
//! The native reading has proved that the author's operators exist; the traits here only choose
//! the JSONata that has Rust's meaning for a type.

use serde::Serialize;
use serde_json::Value;

use crate::{
    data::{Data, Field, Fields, Shape, Tagging},
    services::JsonText,
};

use super::{
    builder::Builder,
    methods::divisor,
    node::{BinaryOp, Expr, Kind, Nested, Node, Presence, UnaryOp},
    pattern::member,
    tuple::{ExprTuple, FieldTuple},
};

/// A type of constants that a workflow may read.
#[diagnostic::on_unimplemented(
    message = "a workflow cannot read this `{Self}`: its JSON form is not known",
    label = "not `Data`",
    note = "if it is your own and plain data, write `#[derive(Serialize, Deserialize, Data)]` on it",
    note = "what is shared, locked or built when it is first used belongs to this process: use it in a task, which may take it as a `State`"
)]
pub trait Constant {
    /// The type of the expression.
    type Owned;
    /// What is written as JSON.
    fn json(&self) -> impl Serialize;
}

#[diagnostic::do_not_recommend]
impl<T: Data + Serialize> Constant for T {
    type Owned = T::Owned;
    fn json(&self) -> impl Serialize {
        self
    }
}

/// A type whose values `sum` adds.
#[diagnostic::on_unimplemented(
    message = "a state machine does not add values of type `{Self}`",
    label = "not a number that it knows",
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

/// A type of numbers.
#[diagnostic::on_unimplemented(
    message = "a state machine does not compute with a `{Self}`",
    label = "not a number that it knows",
    note = "numbers are `f64` there, which hold integers of up to 64 bits as far as 2^53; write `f64` for `f32`"
)]
pub trait Number {
    /// Whether `/` truncates.
    const INTEGER: bool;
    /// Whether values may be negative.
    const SIGNED: bool;
    /// The smallest integer.
    #[doc(hidden)]
    const LOW: i128;
    /// The largest integer.
    #[doc(hidden)]
    const HIGH: i128;
}

macro_rules! numbers {
    ($($ty:ty: $integer:literal, $low:expr, $high:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Number for $ty {
            const INTEGER: bool = $integer;
            const SIGNED: bool = $low < 0;
            const LOW: i128 = $low as i128;
            const HIGH: i128 = $high as i128;
        }
        #[diagnostic::do_not_recommend]
        impl Addable for $ty {
            const TEXT: bool = false;
        }
    )*};
}

numbers! {
    u8: true, 0, u8::MAX; u16: true, 0, u16::MAX; u32: true, 0, u32::MAX; u64: true, 0, u64::MAX;
    usize: true, 0, usize::MAX;
    i8: true, i8::MIN, i8::MAX; i16: true, i16::MIN, i16::MAX; i32: true, i32::MIN, i32::MAX;
    i64: true, i64::MIN, i64::MAX; isize: true, isize::MIN, isize::MAX;
    f64: false, i64::MIN, i64::MAX;
}

/// A type whose values `+` joins: numbers and text.
pub trait Addable {
    /// Whether `+` joins text.
    const TEXT: bool;
}

impl Addable for String {
    const TEXT: bool = true;
}

/// The traits of the operators between two values, which are refused in the same words.
macro_rules! binary {
    ($($(#[$meta:meta])* $operator:ident $method:ident)*) => {$(
        $(#[$meta])*
        #[diagnostic::on_unimplemented(
            message = "a state machine does not compute with a `{Self}` and a `{Right}`",
            label = "not numbers that it knows",
            note = "numbers are `f64` there, which hold integers of up to 64 bits as far as 2^53; write `f64` for `f32`",
            note = "for a type of your own write `#[pure]` above its `impl` of the operator"
        )]
        pub trait $operator<Right, T> {
            /// What the operator gives.
            #[doc(hidden)]
            fn $method(builder: &Builder, left: Node, right: Node) -> Node;
        }
    )*};
}

binary! {
    /// What `+` joins with a `Right` to a `T`.
    Sum sum
    /// What `-` takes a `Right` from, which leaves a `T`.
    Difference difference
    /// What `*` multiplies with a `Right` to a `T`.
    Product product
    /// What `/` divides by a `Right` to a `T`.
    Quotient quotient
    /// What `%` divides by a `Right`, which leaves a `T`.
    Remainder remainder
}

impl<T: Addable> Sum<T, T> for T {
    fn sum(builder: &Builder, left: Node, right: Node) -> Node {
        builder.edit(|program| {
            if T::TEXT {
                program.arena.add(Kind::Concat(vec![left, right]))
            } else {
                program.arena.binary(BinaryOp::Add, left, right)
            }
        })
    }
}

impl<T: Number> Difference<T, T> for T {
    fn difference(builder: &Builder, left: Node, right: Node) -> Node {
        let difference = builder.edit(|program| program.arena.binary(BinaryOp::Subtract, left, right));
        if T::SIGNED || !T::INTEGER || builder.known(difference).is_some() {
            return difference;
        }
        // An unsigned type has no number for it, and JSON has.
        builder.form("($_d := {0}; $_d < 0 ? $error('a difference below zero') : $_d)", &[difference])
    }
}

impl<T: Number> Product<T, T> for T {
    fn product(builder: &Builder, left: Node, right: Node) -> Node {
        builder.edit(|program| program.arena.binary(BinaryOp::Multiply, left, right))
    }
}

impl<T: Number> Quotient<T, T> for T {
    fn quotient(builder: &Builder, left: Node, right: Node) -> Node {
        if !T::INTEGER {
            return builder.edit(|program| program.arena.binary(BinaryOp::Divide, left, right));
        }
        let right = divisor(builder, right);
        builder.edit(|program| {
            let quotient = program.arena.binary(BinaryOp::Divide, left, right);
            program.arena.add(Kind::Unary(UnaryOp::Truncate { signed: T::SIGNED }, quotient))
        })
    }
}

impl<T: Number> Remainder<T, T> for T {
    fn remainder(builder: &Builder, left: Node, right: Node) -> Node {
        let right = if T::INTEGER { divisor(builder, right) } else { right };
        builder.edit(|program| program.arena.binary(BinaryOp::Remainder, left, right))
    }
}

/// What `-` before it turns into a `T`.
#[diagnostic::on_unimplemented(
    message = "a state machine does not compute with a `{Self}`",
    label = "not numbers that it knows",
    note = "numbers are `f64` there, which hold integers of up to 64 bits as far as 2^53; write `f64` for `f32`",
    note = "for a type of your own write `#[pure]` above its `impl` of the operator"
)]
pub trait Negated<T> {
    /// The other sign.
    #[doc(hidden)]
    fn negated(builder: &Builder, value: Node) -> Node;
}

impl<T: Number> Negated<T> for T {
    fn negated(builder: &Builder, value: Node) -> Node {
        builder.edit(|program| {
            let negated = match program.arena.kind(value) {
                Kind::Literal(Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
                    (Some(number), _) => Some(Value::from(-number)),
                    (None, Some(number)) => Some(Value::from(-number)),
                    (None, None) => None,
                },
                _ => None,
            };
            match negated {
                Some(value) => program.arena.literal(value),
                None => program.arena.add(Kind::Unary(UnaryOp::Negate, value)),
            }
        })
    }
}

/// What `+=` and its kin set: `OPERATOR` is the sign before the `=`.
#[diagnostic::on_unimplemented(
    message = "a state machine does not compute with a `{Self}` and a `{Right}`",
    label = "not numbers that it knows",
    note = "numbers are `f64` there, which hold integers of up to 64 bits as far as 2^53; write `f64` for `f32`",
    note = "for a type of your own write `#[pure]` above its `impl` of the operator"
)]
pub trait Compound<const OPERATOR: char, Right> {
    /// The new value.
    #[doc(hidden)]
    fn compound(builder: &Builder, place: Node, value: Node) -> Node;
}

impl<T: Addable> Compound<'+', T> for T {
    fn compound(builder: &Builder, place: Node, value: Node) -> Node {
        T::sum(builder, place, value)
    }
}

macro_rules! compound {
    ($($operator:literal $method:ident)*) => {$(
        impl<T: Number> Compound<$operator, T> for T {
            fn compound(builder: &Builder, place: Node, value: Node) -> Node {
                T::$method(builder, place, value)
            }
        }
    )*};
}

compound! { '-' difference '*' product '/' quotient '%' remainder }

/// Types whose values `==` compares.
pub trait Equal<Other> {
    /// What JSONata compares.
    #[doc(hidden)]
    fn keys(_: &Builder, left: Node, right: Node) -> (Node, Node) {
        (left, right)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data> Equal<T> for T {
    fn keys(builder: &Builder, left: Node, right: Node) -> (Node, Node) {
        let shape = T::shape();
        if matches!(shape, Shape::Timestamp) {
            return (super::time::millis_of(builder, left), super::time::millis_of(builder, right));
        }
        if super::time::holds_timestamp(&shape, 0) {
            builder.problem(format!(
                "`==` on a `{}` compares the text of the timestamps in it, and one point in time may be written in \
                 several ways; compare the fields that count",
                std::any::type_name::<T>()
            ));
        }
        (left, right)
    }
}

impl Equal<String> for Value {}
impl Equal<bool> for Value {}
impl Equal<i64> for Value {}
impl Equal<u64> for Value {}

/// A type that `{}` writes in JSONata as in Rust.
#[diagnostic::on_unimplemented(
    message = "a state machine does not write a `{Self}` as Rust's `{{}}` does",
    label = "cannot be formatted in a workflow",
    note = "text, whole numbers, booleans and `Decimal<2>` can; keep money in whole minor units or as a `Decimal<2>`, give a float a precision such as `.2` after its colon, or format in a task"
)]
pub trait Formattable {
    /// How its text is made, if it is no text already.
    #[doc(hidden)]
    const WRITE: Write;
    /// Its text.
    #[doc(hidden)]
    fn text(builder: &Builder, value: Node) -> Node {
        match Self::WRITE {
            Write::AsIs => value,
            Write::Plain => builder.edit(|program| program.arena.add(Kind::Unary(UnaryOp::Text, value))),
            Write::Wide => {
                builder.edit(|program| program.arena.add(Kind::Unary(UnaryOp::TextOfInteger, value)))
            }
        }
    }
}

/// How the text of a value is made.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// It is text.
    AsIs,
    /// JSONata's `$string`.
    Plain,
    /// A whole number that may have more digits than `$string` keeps.
    Wide,
}

macro_rules! formattable {
    ($($write:ident: $($ty:ty),*;)*) => {$($(
        #[diagnostic::do_not_recommend]
        impl Formattable for $ty {
            const WRITE: Write = Write::$write;
        }
    )*)*};
}

formattable! {
    AsIs: String, char;
    Plain: bool, u8, u16, u32, i8, i16, i32;
    Wide: u64, usize, i64, isize;
}

/// A type with `as_str`.
pub trait AsText {
    /// What `as_str` gives.
    type Text;
    /// Whether a value may be no text.
    const PARTIAL: bool;
}

impl AsText for String {
    type Text = String;
    const PARTIAL: bool = false;
}

impl AsText for Value {
    type Text = Option<String>;
    const PARTIAL: bool = true;
}

impl Builder {
    /// A literal of a type that its context decides.
    pub fn literal<T: Data<Owned = T> + Serialize>(&self, value: T) -> Expr<T> {
        self.written(&value)
    }

    /// A string literal.
    pub fn text(&self, text: &str) -> Expr<String> {
        self.expr(Kind::Literal(text.into()))
    }

    /// A constant, evaluated in Rust and written by serde.
    pub fn constant<T: Constant>(&self, value: &T) -> Expr<T::Owned> {
        self.written(&value.json())
    }

    fn written<T: Serialize, U>(&self, value: &T) -> Expr<U> {
        let value = serde_json::to_value(value).unwrap_or_else(|error| {
            self.problem(format!("a constant cannot be written as JSON: {error}"));
            Value::Null
        });
        if inexact(&value) {
            self.problem(format!(
                "the number {value} is outside ±2^53, where Step Functions' numbers are no longer exact; write it as text, or, where it only stands for \
                 no limit, a smaller one such as `u32::MAX`"
            ));
        }
        self.expr(Kind::Literal(value))
    }

    /// `()`
    pub fn unit(&self) -> Expr<()> {
        self.expr(Kind::Literal(Value::Null))
    }

    /// What an expression that never ends stands for.
    pub fn never<T>(&self) -> Expr<T> {
        self.expr(Kind::Literal(Value::Null))
    }

    /// A field of a struct or a tuple. The closure is never called: it has rustc check the field
    /// and find its type.
    pub fn field<T: Data, U: Data>(
        &self,
        base: Expr<T>,
        name: &'static str,
        _: fn(&T) -> &U,
    ) -> Expr<U::Owned> {
        let node = self.edit(|program| match T::shape() {
            Shape::Struct { fields, .. } => {
                let (declared, node) = member(&mut program.arena, &fields, base.node(), name);
                match (declared, U::shape(), program.arena.kind(node).clone()) {
                    // An `Option` with a `deserialize_with` of its own.
                    (Shape::Any, Shape::Option(_), Kind::Field { base, key, .. }) => {
                        program.arena.field(base, key, Presence::Absent)
                    }
                    _ => node,
                }
            }
            Shape::JsonText(_) => {
                program.arena.add(Kind::Call { function: "parse", arguments: vec![base.node()] })
            }
            Shape::Tuple(_) => program.arena.index(base.node(), name.parse().unwrap_or(0)),
            _ => program.arena.field(base.node(), name.to_owned(), Presence::Certain),
        });
        Expr::new(node)
    }

    /// A value built by a struct literal, a variant or a tuple struct. `variant` is the last
    /// segment of its path. The closure is never called: rustc finds the fields' types in it.
    pub fn construct<T: Data, P: FieldTuple>(
        &self,
        variant: &'static str,
        names: &[&'static str],
        _: fn(P) -> T,
        values: P::Exprs,
    ) -> Expr<T::Owned> {
        let fields: Vec<(&'static str, Node)> = names.iter().copied().zip(values.nodes()).collect();
        let fields = fields.as_slice();
        if let Shape::Error(variants) = T::shape() {
            return Expr::new(super::errors::literal(self, &variants(), variant, fields));
        }
        let verdicts = match T::shape() {
            Shape::Struct { fields: declared, .. } => self.verdicts(&declared, fields),
            Shape::Enum { variants, .. } => {
                let found = variants.iter().find(|known| known.rust == variant);
                found.map(|found| self.verdicts(&found.fields, fields)).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        let built = self.edit(|program| {
            let arena = &mut program.arena;
            match T::shape() {
                Shape::Struct { fields: declared, .. } => content(arena, &declared, fields, &verdicts),
                Shape::Enum { name, tagging, variants } => {
                    let Some(found) = variants.iter().find(|known| known.rust == variant) else {
                        program.problems.push(format!("`{name}` has no variant `{variant}`"));
                        return arena.literal(Value::Null);
                    };
                    let inner = content(arena, &found.fields, fields, &verdicts);
                    let tag_text = arena.literal(found.json);
                    match tagging {
                        Tagging::External if matches!(found.fields, Fields::Unit) => tag_text,
                        Tagging::External => arena.add(Kind::Object(vec![(found.json.to_owned(), inner)])),
                        Tagging::Untagged => inner,
                        Tagging::Adjacent { tag, content } => {
                            let mut entries = vec![(tag.to_owned(), tag_text)];
                            if !matches!(found.fields, Fields::Unit) {
                                entries.push((content.to_owned(), inner));
                            }
                            arena.add(Kind::Object(entries))
                        }
                        Tagging::Internal { tag } => {
                            let mut entries = vec![(tag.to_owned(), tag_text)];
                            match arena.kind(inner).clone() {
                                Kind::Object(fields) => entries.extend(fields),
                                Kind::Literal(_) if matches!(found.fields, Fields::Unit) => {}
                                _ if let Fields::Newtype(shape) = &found.fields
                                    && let Some(inner) =
                                        super::absent::written_out(arena, &shape(), inner) =>
                                {
                                    entries.extend(inner);
                                }
                                _ => {
                                    let tag = arena.add(Kind::Object(entries));
                                    return super::absent::merged(arena, tag, vec![inner]);
                                }
                            }
                            arena.add(Kind::Object(entries))
                        }
                    }
                }
                // A variant of `serde_json::Value`.
                Shape::Any if super::pattern::kind_of_json(variant).is_some() => {
                    fields.first().map_or_else(|| arena.literal(Value::Null), |(_, value)| *value)
                }
                _ => {
                    program.problems.push(format!(
                        "a state machine does not build a `{variant}`, whose JSON is what functions of serde's attributes \
                         make of it (`into`, `try_from`, `with`); write `#[serde(transparent)]` where it is the value inside, \
                         or build it in a task"
                    ));
                    arena.literal(Value::Null)
                }
            }
        });
        Expr::new(built)
    }

    /// `JsonText(value)`
    pub fn json_text<T>(&self, value: Expr<T>) -> Expr<JsonText<T>> {
        self.expr(Kind::Call { function: "string", arguments: vec![value.node()] })
    }

    /// `Some(value)`
    pub fn some<T>(&self, value: Expr<T>) -> Expr<Option<T>> {
        Expr::new(value.node())
    }

    /// `None`
    pub fn none<T>(&self) -> Expr<Option<T>> {
        self.expr(Kind::Literal(Value::Null))
    }

    /// An array of values of one type.
    pub fn array<T: Data>(&self, elements: &[Expr<T>]) -> Expr<Vec<T>> {
        let nested = nested(&T::shape());
        self.expr(Kind::Array(elements.iter().map(|element| (element.node(), nested)).collect()))
    }

    /// A tuple.
    pub fn tuple<X: ExprTuple<Value: Data>>(&self, elements: X) -> Expr<X::Value> {
        let shapes = match X::Value::shape() {
            Shape::Tuple(shapes) => shapes,
            _ => Vec::new(),
        };
        let nodes = elements.nodes();
        if let Some(outputs) = self.edit(|program| program.all_outputs(&nodes)) {
            return Expr::new(outputs);
        }
        let elements = nodes
            .into_iter()
            .enumerate()
            .map(|(place, node)| (node, shapes.get(place).map_or(Nested::Never, |shape| nested(&shape()))))
            .collect();
        self.expr(Kind::Array(elements))
    }

    /// `==`
    pub fn eq<A: Equal<B> + Data, B>(&self, left: Expr<A>, right: Expr<B>) -> Expr<bool> {
        // A text is equal to `value.as_str()` exactly where it is equal to the value.
        let left =
            self.edit(|program| match (program.arena.kind(left.node()), program.arena.kind(right.node())) {
                (Kind::TextOrNull(value), Kind::Literal(Value::String(_))) => Expr::new(*value),
                _ => left,
            });
        let (left, right) = A::keys(self, left.node(), right.node());
        Expr::new(self.edit(|program| equal(&mut program.arena, &A::shape(), left, right)))
    }

    /// `!=`
    pub fn ne<A: Equal<B> + Data, B>(&self, left: Expr<A>, right: Expr<B>) -> Expr<bool> {
        // JSONata's `!=` is false where an operand is absent; the negation of `=` is Rust's.
        let equal = self.eq(left, right);
        self.not(equal)
    }

    /// `&&`
    pub fn and(&self, left: Expr<bool>, right: Expr<bool>) -> Expr<bool> {
        self.binary(BinaryOp::And, left.node(), right.node())
    }

    /// `||`
    pub fn or(&self, left: Expr<bool>, right: Expr<bool>) -> Expr<bool> {
        self.binary(BinaryOp::Or, left.node(), right.node())
    }

    /// `!`
    pub fn not(&self, operand: Expr<bool>) -> Expr<bool> {
        Expr::new(self.edit(|program| program.arena.not(operand.node())))
    }

    /// Unary `-`
    pub fn neg<A: Negated<T>, T>(&self, operand: Expr<A>) -> Expr<T> {
        Expr::new(A::negated(self, operand.node()))
    }

    /// `+`
    pub fn add<A: Sum<B, T>, B, T>(&self, left: Expr<A>, right: Expr<B>) -> Expr<T> {
        Expr::new(A::sum(self, left.node(), right.node()))
    }

    /// `-`
    pub fn sub<A: Difference<B, T>, B, T>(&self, left: Expr<A>, right: Expr<B>) -> Expr<T> {
        Expr::new(A::difference(self, left.node(), right.node()))
    }

    /// `*`
    pub fn mul<A: Product<B, T>, B, T>(&self, left: Expr<A>, right: Expr<B>) -> Expr<T> {
        Expr::new(A::product(self, left.node(), right.node()))
    }

    /// `/`
    pub fn div<A: Quotient<B, T>, B, T>(&self, left: Expr<A>, right: Expr<B>) -> Expr<T> {
        Expr::new(A::quotient(self, left.node(), right.node()))
    }

    /// `%`
    pub fn rem<A: Remainder<B, T>, B, T>(&self, left: Expr<A>, right: Expr<B>) -> Expr<T> {
        Expr::new(A::remainder(self, left.node(), right.node()))
    }

    /// `+=` and its kin
    pub fn compound<const OPERATOR: char, T: Compound<OPERATOR, B>, B>(
        &self,
        place: Expr<T>,
        value: Expr<B>,
    ) -> Expr<T> {
        Expr::new(T::compound(self, place.node(), value.node()))
    }

    /// `if` without effects.
    pub fn cond<T>(&self, condition: Expr<bool>, then: Expr<T>, otherwise: Expr<T>) -> Expr<T> {
        Expr::new(self.edit(|program| program.arena.cond(condition.node(), then.node(), otherwise.node())))
    }

    /// The text of a value, as `{}` writes it.
    pub fn display<T: Formattable>(&self, value: Expr<T>) -> Expr<String> {
        Expr::new(T::text(self, value.node()))
    }

    /// `format!`: the pieces one after the other.
    pub fn format(&self, parts: &[Expr<String>]) -> Expr<String> {
        match parts {
            [] => self.text(""),
            [one] => *one,
            parts => self.expr(Kind::Concat(parts.iter().map(|part| part.node()).collect())),
        }
    }

    /// `as_str`
    pub fn as_str<T: AsText>(&self, value: Expr<T>) -> Expr<T::Text> {
        if !T::PARTIAL {
            return Expr::new(value.node());
        }
        Expr::new(self.once("json", value.node(), |value| {
            self.edit(|program| program.arena.add(Kind::TextOrNull(value)))
        }))
    }

    fn binary<T>(&self, op: BinaryOp, left: Node, right: Node) -> Expr<T> {
        Expr::new(self.edit(|program| program.arena.binary(op, left, right)))
    }
}

/// Whether two values are equal. A field that is `None` may be `null` in one and absent in the other,
/// so structs with such fields are compared field by field.
fn equal(arena: &mut super::node::Arena, shape: &Shape, left: Node, right: Node) -> Node {
    match shape {
        Shape::Struct { fields: Fields::Named(fields), .. } if fields.iter().any(may_be_left_out) => {
            let tests: Vec<Node> = fields
                .iter()
                .filter(|field| !field.skip)
                .map(|field| {
                    let named = Fields::Named(vec![field.clone()]);
                    let (shape, left) = member(arena, &named, left, field.rust);
                    let (_, right) = member(arena, &named, right, field.rust);
                    equal(arena, &shape, left, right)
                })
                .collect();
            let all = tests.into_iter().reduce(|left, right| arena.binary(BinaryOp::And, left, right));
            all.unwrap_or_else(|| arena.literal(true))
        }
        _ => arena.binary(BinaryOp::Equal, left, right),
    }
}

/// Whether a field, or one inside it, is an `Option`.
fn may_be_left_out(field: &Field) -> bool {
    match (field.shape)() {
        Shape::Option(_) => true,
        Shape::Struct { fields: Fields::Named(fields), .. } => fields.iter().any(may_be_left_out),
        _ => false,
    }
}

/// What a struct or a variant holds, built from the values of its fields.
fn content(
    arena: &mut super::node::Arena,
    declared: &Fields,
    fields: &[(&'static str, Node)],
    verdicts: &super::absent::Verdicts,
) -> Node {
    let value_of = |name: &str| fields.iter().find(|(known, _)| *known == name).map(|(_, node)| *node);
    let null = arena.literal(Value::Null);
    match declared {
        Fields::Unit => null,
        Fields::Newtype(_) => value_of("0").unwrap_or(null),
        Fields::Tuple(shapes) => {
            let elements = shapes
                .iter()
                .enumerate()
                .map(|(place, shape)| (value_of(&place.to_string()).unwrap_or(null), nested(&shape())))
                .collect();
            arena.add(Kind::Array(elements))
        }
        Fields::Named(declared) => {
            let mut entries = Vec::new();
            // What is known only when the state machine runs, merged into the rest.
            let mut others = Vec::new();
            for field in declared {
                let Some(value) = value_of(field.rust) else { continue };
                if field.transparent {
                    return value;
                }
                if field.flatten {
                    match arena.kind(value) {
                        Kind::Object(inner) => entries.extend(inner.clone()),
                        Kind::Literal(Value::Null) => {}
                        _ => match super::absent::written_out(arena, &(field.shape)(), value) {
                            Some(inner) => entries.extend(inner),
                            None => others.push(super::absent::flattened(arena, value, &(field.shape)())),
                        },
                    }
                } else if !field.skip {
                    match super::absent::written(arena, field, value, verdicts) {
                        super::absent::Written::Always => entries.push((field.json.to_owned(), value)),
                        super::absent::Written::Never => {}
                        super::absent::Written::If(condition) => {
                            others.push(super::absent::entry_if(arena, condition, field.json, value));
                        }
                    }
                }
            }
            let entries = arena.add(Kind::Object(entries));
            super::absent::merged(arena, entries, others)
        }
    }
}

/// When the values of a shape are arrays.
pub(crate) fn nested(shape: &Shape) -> Nested {
    nested_in(shape, 8)
}

/// So deep in a shape that may hold itself.
fn nested_in(shape: &Shape, depth: u32) -> Nested {
    let Some(depth) = depth.checked_sub(1) else { return Nested::Sometimes };
    let of = |fields: &Fields| match fields {
        Fields::Tuple(_) => Nested::Always,
        Fields::Newtype(inner) => nested_in(&inner(), depth),
        Fields::Named(fields) => fields
            .iter()
            .find(|field| field.transparent)
            .map_or(Nested::Never, |field| nested_in(&(field.shape)(), depth)),
        Fields::Unit => Nested::Never,
    };
    match shape {
        Shape::List(_) | Shape::Set(_) | Shape::Tuple(_) => Nested::Always,
        Shape::Option(inner) => match nested_in(&inner(), depth) {
            Nested::Never => Nested::Never,
            _ => Nested::Sometimes,
        },
        Shape::Struct { fields, .. } => of(fields),
        Shape::Enum { tagging: Tagging::Untagged, variants, .. } => {
            let mut found = variants.iter().map(|variant| of(&variant.fields));
            let first = found.next().unwrap_or(Nested::Never);
            if found.all(|other| other == first) { first } else { Nested::Sometimes }
        }
        Shape::Any => Nested::Sometimes,
        _ => Nested::Never,
    }
}

/// Whether a number is whole and beyond what a double holds exactly.
fn inexact(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            const LIMIT: i128 = 1 << 53;
            let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
            whole.is_some_and(|whole| whole.abs() > LIMIT)
        }
        Value::Array(elements) => elements.iter().any(inexact),
        Value::Object(object) => object.values().any(inexact),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}
