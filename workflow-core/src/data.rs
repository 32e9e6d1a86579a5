//! What a value looks like as JSON, known from its Rust type.
//!
//! The symbolic reading of a workflow has no values, only expressions; [`Data`] tells it how serde
//! writes a type, so that `order.customer_id` becomes `$order.customerId` under
//! `#[serde(rename_all = "camelCase")]`. The derive reads serde's own attributes.

use std::collections::BTreeMap;

use crate::symbolic::{Builder, Node};

/// A type whose JSON form is known, so that a workflow may hold and read its values.
///
/// Derive it beside serde's traits on every struct and enum that a workflow or a task mentions:
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use workflow_core::Data;
///
/// #[derive(Serialize, Deserialize, Data)]
/// #[serde(rename_all = "camelCase")]
/// struct Order {
///     order_id: String,
///     quantity: u32,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a workflow cannot hold a `{Self}`: its JSON form is not known",
    label = "not `Data`",
    note = "derive it beside serde's traits: `#[derive(Serialize, Deserialize, Data)]`; for a map use `BTreeMap`, whose keys are text, whole numbers, enums without fields, or a struct around one of them"
)]
pub trait Data {
    /// The owned form of this type, in which the symbolic reading speaks of it: `String` for
    /// `str`, `Vec<T>` for `[T]`, `T` for `&T` and `Box<T>`, and itself for everything else.
    type Owned: Data;

    /// How serde writes a value of this type.
    fn shape() -> Shape;
}

/// How serde writes the values of a type.
///
/// Inner shapes are functions, so that a recursive type has a finite shape.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Any JSON value: nothing is known of what is inside.
    Any,
    /// `null`, as serde writes `()`.
    Unit,
    /// `true` or `false`.
    Bool,
    /// A whole number of `bits` bits.
    Integer {
        /// 8, 16, 32 or 64.
        bits: u32,
        /// Whether negative values exist.
        signed: bool,
    },
    /// A floating-point number.
    Float,
    /// A string.
    Text,
    /// RFC 3339 text, of which several may be one point in time.
    Timestamp,
    /// `null` (or absent in an object) for `None`, the inner value for `Some`.
    Option(fn() -> Shape),
    /// An array of values of one shape.
    List(fn() -> Shape),
    /// A list of values of this shape in order, each of them once: a `BTreeSet`.
    Set(fn() -> Shape),
    /// An array with a shape for each place.
    Tuple(Vec<fn() -> Shape>),
    /// An object whose keys are data of the first shape, and whose values are of the second.
    Map(fn() -> Shape, fn() -> Shape),
    /// A string that holds the JSON text of a value.
    JsonText(fn() -> Shape),
    /// An error: an object of its name, `Error`, and its `Cause`.
    Error(fn() -> Vec<crate::error::ErrorVariant>),
    /// A struct.
    Struct {
        /// Its Rust name.
        name: &'static str,
        /// Its fields.
        fields: Fields,
    },
    /// An enum.
    Enum {
        /// Its Rust name.
        name: &'static str,
        /// How serde tells the variants apart.
        tagging: Tagging,
        /// The variants in declaration order.
        variants: Vec<Variant>,
    },
}

/// How serde tells the variants of an enum apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// `"Unit"` or `{"Variant": content}`: serde's default.
    External,
    /// `{"tag": "Variant", ..fields}`.
    Internal {
        /// The key that holds the variant's name.
        tag: &'static str,
    },
    /// `{"tag": "Variant", "content": ..}`.
    Adjacent {
        /// The key that holds the variant's name.
        tag: &'static str,
        /// The key that holds the variant's content.
        content: &'static str,
    },
    /// The content alone: the first variant that it fits counts. A workflow tells variants apart by the JSON type of
    /// the content, else by the fields that are there.
    Untagged,
}

/// A variant of an enum.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name in Rust.
    pub rust: &'static str,
    /// Its name in JSON.
    pub json: &'static str,
    /// What it holds.
    pub fields: Fields,
}

/// What a struct or a variant holds.
#[derive(Clone, Debug)]
pub enum Fields {
    /// Nothing: `struct Unit;`, `Variant`. `null` in JSON.
    Unit,
    /// One unnamed field, written without a wrapper: `struct Cents(u64)`. Also a struct under
    /// `#[serde(transparent)]` with an unnamed field.
    Newtype(fn() -> Shape),
    /// Several unnamed fields: an array.
    Tuple(Vec<fn() -> Shape>),
    /// Named fields: an object.
    Named(Vec<Field>),
}

/// A named field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in Rust.
    pub rust: &'static str,
    /// Its key in JSON.
    pub json: &'static str,
    /// `#[serde(flatten)]`: its own fields stand in the outer object.
    pub flatten: bool,
    /// `#[serde(transparent)]` on the struct: the field's value stands for the whole struct.
    pub transparent: bool,
    /// `#[serde(skip)]` and its kin: the field is not in the JSON.
    pub skip: bool,
    /// `#[serde(skip_serializing_if)]`: the key may be left out when the value is written.
    pub may_be_absent: bool,
    /// When it is.
    #[doc(hidden)]
    pub left_out: LeftOut,
    /// `#[serde(default)]`: the key may be absent when the value is read.
    pub has_default: bool,
    /// What it is read as where the key is absent, as JSON: of a field with a default whose type says how it
    /// is written.
    pub default: Option<fn() -> serde_json::Value>,
    /// The shape of its value.
    pub shape: fn() -> Shape,
}

/// When `#[serde(skip_serializing_if = "..")]` leaves a field out.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum LeftOut {
    /// It has no such attribute.
    Never,
    /// `Option::is_none`
    IfNone,
    /// `Vec::is_empty` and its kin.
    IfEmpty,
    /// `Not::not`, of a `bool`.
    IfFalse,
    /// Where a function says so: nothing if it is not `#[pure]`. The text is its name.
    By(&'static str, fn(&Builder, Node) -> Option<Node>),
    /// Where something else says so, which has this name.
    Unknown(&'static str),
}

macro_rules! data {
    ($($ty:ty => $shape:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Data for $ty {
            type Owned = Self;
            fn shape() -> Shape {
                $shape
            }
        }
    )*};
}

data! {
    () => Shape::Unit;
    bool => Shape::Bool;
    u8 => Shape::Integer { bits: 8, signed: false };
    u16 => Shape::Integer { bits: 16, signed: false };
    u32 => Shape::Integer { bits: 32, signed: false };
    u64 => Shape::Integer { bits: 64, signed: false };
    usize => Shape::Integer { bits: 64, signed: false };
    i8 => Shape::Integer { bits: 8, signed: true };
    i16 => Shape::Integer { bits: 16, signed: true };
    i32 => Shape::Integer { bits: 32, signed: true };
    i64 => Shape::Integer { bits: 64, signed: true };
    isize => Shape::Integer { bits: 64, signed: true };
    f32 => Shape::Float;
    f64 => Shape::Float;
    char => Shape::Text;
    String => Shape::Text;
    serde_json::Value => Shape::Any;
}

#[diagnostic::do_not_recommend]
impl Data for str {
    type Owned = String;
    fn shape() -> Shape {
        Shape::Text
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data + ?Sized> Data for &T {
    type Owned = T::Owned;
    fn shape() -> Shape {
        T::shape()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data + ?Sized> Data for Box<T> {
    type Owned = T::Owned;
    fn shape() -> Shape {
        T::shape()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data> Data for Option<T> {
    type Owned = Option<T::Owned>;
    fn shape() -> Shape {
        Shape::Option(T::shape)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data, E: Data> Data for Result<T, E> {
    type Owned = Result<T::Owned, E::Owned>;
    fn shape() -> Shape {
        let variant = |name, shape| Variant { rust: name, json: name, fields: Fields::Newtype(shape) };
        Shape::Enum {
            name: "Result",
            tagging: Tagging::External,
            variants: vec![variant("Ok", T::shape), variant("Err", E::shape)],
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data> Data for Vec<T> {
    type Owned = Vec<T::Owned>;
    fn shape() -> Shape {
        Shape::List(T::shape)
    }
}

/// A list that is worked off at both ends.
#[diagnostic::do_not_recommend]
impl<T: Data> Data for std::collections::VecDeque<T> {
    type Owned = Vec<T::Owned>;
    fn shape() -> Shape {
        Shape::List(T::shape)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data + ToOwned + ?Sized> Data for std::borrow::Cow<'_, T> {
    type Owned = <T as Data>::Owned;
    fn shape() -> Shape {
        T::shape()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data> Data for [T] {
    type Owned = Vec<T::Owned>;
    fn shape() -> Shape {
        Shape::List(T::shape)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data, const N: usize> Data for [T; N] {
    type Owned = Vec<T::Owned>;
    fn shape() -> Shape {
        Shape::List(T::shape)
    }
}

#[diagnostic::do_not_recommend]
impl<K: MapKey, T: Data> Data for BTreeMap<K, T> {
    type Owned = BTreeMap<K::Held, T::Owned>;
    fn shape() -> Shape {
        Shape::Map(K::shape, T::shape)
    }
}

/// A type whose values serde writes as keys of an object: text, whole numbers, enums without fields, and structs
/// around one of them.
///
/// `#[derive(Data)]` implements it where it can.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is no key of a JSON object",
    label = "not a key",
    note = "the keys of a map are text, whole numbers, enums without fields, or a struct around one of them: `struct Id(u64)`"
)]
pub trait MapKey: Data {
    /// Its owned form.
    type Held: MapKey;
}

macro_rules! keys {
    ($($ty:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl MapKey for $ty {
            type Held = Self;
        }
    )*};
}

keys! { String char u8 u16 u32 u64 usize i8 i16 i32 i64 isize }

#[diagnostic::do_not_recommend]
impl MapKey for str {
    type Held = String;
}

#[diagnostic::do_not_recommend]
impl<T: MapKey + ?Sized> MapKey for &T {
    type Held = T::Held;
}

macro_rules! tuples {
    ($(($($ty:ident),+))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($ty: Data),+> Data for ($($ty,)+) {
            type Owned = ($($ty::Owned,)+);
            fn shape() -> Shape {
                Shape::Tuple(vec![$($ty::shape),+])
            }
        }
    )*};
}

tuples! { (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) }
