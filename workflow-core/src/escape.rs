//! `jsonata!`: an expression of JSONata that the author writes out, in both readings.
//!
//! Natively the same text is evaluated by [`crate::jsonata`] with the bound values as its variables. The
//! symbolic reading puts the text into the state's expression: a value that is a variable there stands in
//! the text under that variable's name, any other is named before it, `($items := $order.items; ..)`. The
//! names that the text itself sets are given as all names inside expressions are, so that none hides
//! a variable. What JSONata makes of a list of one or no element the [`Fit`] undoes, alike in both.

use std::sync::OnceLock;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    FixedScope,
    data::{Data, Fields, Shape},
    jsonata::{Environment, Expression, SyntaxError},
    symbolic::{Builder, Element, Expr, Kind, Node, UnaryOp},
};

/// Said of a value that is not of its type, which a state machine never looks at.
pub(crate) const MISTYPED: &str = "returned what is no";

/// An expression in the native reading: its text, parsed when it is evaluated first.
#[derive(Debug)]
pub struct Jsonata {
    source: &'static str,
    parsed: OnceLock<Result<Expression, SyntaxError>>,
}

impl Jsonata {
    /// The expression of this text.
    pub const fn new(source: &'static str) -> Self {
        Self { source, parsed: OnceLock::new() }
    }

    fn evaluate<T: Evaluated>(
        &self,
        bindings: &[(&'static str, Result<Value, serde_json::Error>)],
    ) -> Result<T, String> {
        let failed = |what: String| format!("The JSONata expression '{}' {what}", self.source);
        let parsed = self.parsed.get_or_init(|| Expression::parse(self.source));
        let expression = parsed.as_ref().map_err(|error| failed(format!("cannot be read: {error}")))?;
        let mut variables = Map::new();
        for (name, value) in bindings {
            match value {
                Ok(value) => variables.insert((*name).to_owned(), value.clone()),
                Err(error) => return Err(failed(format!("cannot read `${name}`: {error}"))),
            };
        }
        let scope = FixedScope::new(variables);
        let environment = Environment { input: None, result: None, error_output: None, scope: &scope };
        let value = expression
            .evaluate(&environment)
            .map_err(|error| failed(format!("threw an error during evaluation. {error}")))?;
        let value =
            T::fit().applied(value).ok_or_else(|| failed("returned nothing (undefined).".to_owned()))?;
        T::read(value.clone()).map_err(|error| {
            let expected = std::any::type_name::<T>();
            failed(format!("{MISTYPED} `{expected}`: {error}, in {value}"))
        })
    }
}

/// A value of the author's as the text reads it.
///
/// # Errors
///
/// When serde cannot write it.
pub fn bound<T: Serialize + Data + ?Sized>(value: &T) -> Result<Value, serde_json::Error> {
    serde_json::to_value(value)
}

/// The value of an expression.
///
/// # Panics
///
/// Where a state machine fails the execution with `States.QueryEvaluationError`, as arithmetic on
/// integers does; and where the value is not of the type.
pub fn jsonata<T: Evaluated>(
    expression: &Jsonata,
    bindings: &[(&'static str, Result<Value, serde_json::Error>)],
) -> T {
    match expression.evaluate(bindings) {
        Ok(value) => value,
        Err(cause) => std::panic::panic_any(cause),
    }
}

/// A type of which an expression of JSONata may give a value.
#[diagnostic::on_unimplemented(
    message = "an expression of JSONata gives no `{Self}`",
    label = "its value is made of JSON, which borrows nothing",
    note = "say which type it has: `let total: u64 = jsonata!(..);`; one that derives `Serialize`, `Deserialize` and `Data`, `String` for `&str`, `Vec<T>` for `&[T]`"
)]
pub trait Evaluated: Sized {
    /// How a value of JSONata becomes one of the type.
    #[doc(hidden)]
    fn fit() -> Fit;
    /// The value that JSON stands for.
    #[doc(hidden)]
    fn read(value: Value) -> Result<Self, serde_json::Error>;
}

#[diagnostic::do_not_recommend]
impl<T: Data<Owned = T> + DeserializeOwned> Evaluated for T {
    fn fit() -> Fit {
        Fit::of(&T::shape())
    }

    fn read(value: Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(value)
    }
}

/// What a type makes of JSONata's sequences: a path or a `$filter` that finds one element gives the element,
/// and one that finds none gives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Fit {
    /// There is a value.
    Value,
    /// Nothing is `null`.
    Option,
    /// Nothing is the empty list, and what is no list is the only element of one.
    List,
    /// Nothing is `null`, and what is no list is the only element of one.
    OptionalList,
}

impl Fit {
    fn of(shape: &Shape) -> Self {
        match shape {
            Shape::List(_) | Shape::Set(_) => Self::List,
            Shape::Option(inner) => match Self::of(&inner()) {
                Self::List | Self::OptionalList => Self::OptionalList,
                Self::Value | Self::Option => Self::Option,
            },
            Shape::Unit => Self::Option,
            Shape::Struct { fields: Fields::Newtype(inner), .. } => Self::of(&inner()),
            _ => Self::Value,
        }
    }

    fn applied(self, value: Option<Value>) -> Option<Value> {
        let list = |value| match value {
            list @ Value::Array(_) => list,
            only => Value::Array(vec![only]),
        };
        match (self, value) {
            (Self::Value, value) => value,
            (Self::Option | Self::OptionalList, None | Some(Value::Null)) => Some(Value::Null),
            (Self::Option, value) => value,
            (Self::List, None) => Some(Value::Array(Vec::new())),
            (Self::List | Self::OptionalList, value) => value.map(list),
        }
    }

    /// The same in JSONata.
    fn written(self) -> &'static str {
        match self {
            Self::Value => "{0}",
            Self::Option => "($_value := {0}; $exists($_value) ? $_value : null)",
            Self::List => "$append([], {0})",
            Self::OptionalList => {
                "($_value := {0}; $exists($_value) and $_value != null ? $append([], $_value) : null)"
            }
        }
    }
}

/// A piece of a text, as the macro writes it.
#[derive(Clone, Copy, Debug)]
pub enum JsonataPiece {
    /// JSONata.
    Text(&'static str),
    /// The value at this place among those that are bound.
    Bound(usize),
    /// The name at this place among those that the text sets.
    Own(usize),
}

/// A piece of a text in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Piece {
    Text(&'static str),
    Name(Element),
}

impl Builder {
    /// The node of a value that is bound.
    pub fn bound<T>(&self, value: Expr<T>) -> Node {
        value.node()
    }

    /// An expression that the author wrote out; `own` are the names that it sets.
    pub fn jsonata<T: Data>(
        &self,
        source: &'static str,
        pieces: &[JsonataPiece],
        own: &[&'static str],
        bindings: &[(&'static str, Node)],
    ) -> Expr<T> {
        if let Err(error) = Expression::parse(source) {
            self.problem(format!("`jsonata!(\"{source}\")` cannot be read: {error}"));
        }
        let fit = Fit::of(&T::shape());
        let node = self.edit(|program| {
            let own: Vec<Element> = own.iter().map(|name| program.element(name)).collect();
            let bindings: Vec<(Element, Node)> =
                bindings.iter().map(|(name, value)| (program.element(name), *value)).collect();
            let pieces = pieces.iter().filter_map(|piece| match piece {
                JsonataPiece::Text(text) => Some(Piece::Text(text)),
                JsonataPiece::Bound(place) => bindings.get(*place).map(|(element, _)| Piece::Name(*element)),
                JsonataPiece::Own(place) => own.get(*place).map(|element| Piece::Name(*element)),
            });
            let pieces = pieces.collect();
            let text = program.arena.add(Kind::Jsonata { pieces, bindings });
            program.arena.add(match fit {
                Fit::Value => Kind::Unary(UnaryOp::Given, text),
                _ => Kind::Form { text: fit.written(), parts: vec![text] },
            })
        });
        Expr::of(node)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_type_decides_what_a_sequence_is() {
        let fitted = |fit: Fit, value: Option<Value>| fit.applied(value);
        assert_eq!(Fit::of(&<Vec<u8>>::shape()), Fit::List);
        assert_eq!(Fit::of(&<Option<Vec<u8>>>::shape()), Fit::OptionalList);
        assert_eq!(Fit::of(&<Option<u8>>::shape()), Fit::Option);
        assert_eq!(fitted(Fit::List, None), Some(json!([])));
        assert_eq!(fitted(Fit::List, Some(json!(1))), Some(json!([1])));
        assert_eq!(fitted(Fit::List, Some(json!(null))), Some(json!([null])));
        assert_eq!(fitted(Fit::OptionalList, Some(json!(null))), Some(json!(null)));
        assert_eq!(fitted(Fit::OptionalList, Some(json!("a"))), Some(json!(["a"])));
        assert_eq!(fitted(Fit::Option, None), Some(json!(null)));
        assert_eq!(fitted(Fit::Value, None), None);
    }

    #[test]
    fn what_fits_fits_alike_in_jsonata() {
        for fit in [Fit::Value, Fit::Option, Fit::List, Fit::OptionalList] {
            for text in ["$nothing", "null", "1", "[]", "[1]", "[[1]]", "[1, 2]", "{'a': [1]}"] {
                let evaluated = |text: &str| {
                    let scope = FixedScope::default();
                    let environment =
                        Environment { input: None, result: None, error_output: None, scope: &scope };
                    Expression::parse(text).unwrap().evaluate(&environment).unwrap()
                };
                let written = fit.written().replace("{0}", text);
                assert_eq!(evaluated(&written), fit.applied(evaluated(text)), "{written}");
            }
        }
    }

    #[test]
    fn what_goes_wrong_is_told_with_the_text() {
        static EXPRESSION: Jsonata = Jsonata::new("$a.b");
        let evaluate = |value: Value| EXPRESSION.evaluate::<u8>(&[("a", Ok(value))]);
        assert_eq!(evaluate(json!({"b": 3})), Ok(3));
        let nothing = "The JSONata expression '$a.b' returned nothing (undefined).";
        assert_eq!(evaluate(json!({})), Err(nothing.to_owned()));
        let mistyped = "The JSONata expression '$a.b' returned what is no `u8`: invalid value: integer `300`, expected u8, in 300";
        assert_eq!(evaluate(json!({"b": 300})), Err(mistyped.to_owned()));
    }
}
