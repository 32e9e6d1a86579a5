//! The text of an error, as `{error}` and `.to_string()` write it: by its name, from its fields or its cause.

use std::marker::PhantomData;

use serde_json::Value;

use crate::error::{ErrorField, ErrorKind, ErrorVariant, MessagePart, WorkflowError};

use super::{
    builder::Builder,
    errors::{has_platform, is_platform},
    node::{BinaryOp, Kind, Node, Presence, UnaryOp},
    ops::{Formattable, Write},
};

/// How the text of a field is written.
pub type Writer = fn(&Builder, Node) -> Node;

/// Finds how the text of a `T` is written: by [`Formattable`], or by nothing that a state machine knows.
#[doc(hidden)]
pub struct TextOf<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> TextOf<T> {
    /// The question.
    pub const NEW: Self = Self(PhantomData);
}

impl<T: Formattable> TextOf<T> {
    /// The answer for what can be formatted; a method of its own goes before one of a trait.
    #[must_use]
    pub fn writer(&self) -> Option<Writer> {
        Some(T::text)
    }
}

/// The answer for everything else.
#[doc(hidden)]
pub trait TextOfAny {
    /// Nothing.
    fn writer(&self) -> Option<Writer> {
        None
    }
}

impl<T: ?Sized> TextOfAny for TextOf<T> {}

#[diagnostic::do_not_recommend]
impl<E: WorkflowError> Formattable for E {
    const WRITE: Write = Write::AsIs;

    fn text(builder: &Builder, error: Node) -> Node {
        let text = ErrorText { builder, error, of: std::any::type_name::<E>() };
        let cases = text.cases(&E::variants(), false);
        text.choose(cases)
    }
}

/// A text out of its parts. The fields whose text a state machine cannot write stand as they are; the first
/// of them is the error.
pub(super) fn message(
    builder: &Builder,
    parts: &[MessagePart],
    declared: &[ErrorField],
    value_of: impl Fn(&str) -> Option<Node>,
) -> Result<Node, &'static str> {
    let mut unknown = None;
    let nodes: Vec<Node> = parts
        .iter()
        .map(|part| match part {
            MessagePart::Text(text) => builder.text(text).node(),
            MessagePart::Field(name) => {
                let value = value_of(name).unwrap_or_else(|| builder.unit().node());
                match declared.iter().find(|field| field.name == *name).map(|field| field.text) {
                    Some(Some(write)) => write(builder, value),
                    Some(None) => {
                        unknown.get_or_insert(*name);
                        builder.edit(|program| program.arena.add(Kind::Unary(UnaryOp::Text, value)))
                    }
                    None => value,
                }
            }
        })
        .collect();
    if let Some(unknown) = unknown { Err(unknown) } else { Ok(joined(builder, &nodes)) }
}

fn joined(builder: &Builder, parts: &[Node]) -> Node {
    match parts {
        [] => builder.text("").node(),
        [one] => *one,
        parts => builder.edit(|program| program.arena.add(Kind::Concat(parts.to_vec()))),
    }
}

/// The text of the errors of these names; without names, of all that are left.
type Case = (Option<Vec<&'static str>>, Node);

struct ErrorText<'a> {
    builder: &'a Builder,
    error: Node,
    /// The type of the error.
    of: &'static str,
}

impl ErrorText<'_> {
    fn cases(&self, variants: &[ErrorVariant], without_platform: bool) -> Vec<Case> {
        if is_platform(variants) {
            return vec![(None, self.platform(variants))];
        }
        let mut cases: Vec<Case> = Vec::new();
        for variant in variants {
            match &variant.kind {
                ErrorKind::Named { name, message, fields } => {
                    cases.push((Some(vec![name]), self.named(variant.rust, message, fields)));
                }
                ErrorKind::From(inner) => {
                    let inner = inner();
                    let platform = is_platform(&inner);
                    if without_platform && platform {
                        continue;
                    }
                    let without_platform = without_platform || has_platform(variants) && !platform;
                    let inside = self.cases(&inner, without_platform);
                    match variant.around.as_slice() {
                        [MessagePart::Field(_)] => cases.extend(inside),
                        around => {
                            let names: Option<Vec<Vec<&str>>> =
                                inside.iter().map(|(names, _)| names.clone()).collect();
                            if around.is_empty() {
                                self.cannot(variant.rust, "its text is not known");
                            }
                            let held = self.choose(inside);
                            let text = message(self.builder, around, &[], |_| Some(held)).unwrap_or(held);
                            cases.push((names.map(|names| names.concat()), text));
                        }
                    }
                }
                ErrorKind::Other => {}
            }
        }
        cases
    }

    /// What `name` says of it.
    fn named(&self, variant: &str, parts: &[MessagePart], fields: &[ErrorField]) -> Node {
        if parts.is_empty() {
            self.cannot(variant, "its text is not known");
        }
        if fields.is_empty() {
            let cause = self.cause();
            return message(self.builder, parts, fields, |_| Some(cause)).unwrap_or(cause);
        }
        let data = self.builder.edit(|program| program.arena.error_data(self.error));
        let value = |name: &str| {
            Some(self.builder.edit(|program| program.arena.field(data, name.to_owned(), Presence::Certain)))
        };
        message(self.builder, parts, fields, value).unwrap_or_else(|field| {
            self.cannot(variant, &format!("no state machine writes its field `{field}` as `{{}}` does"));
            data
        })
    }

    fn cannot(&self, variant: &str, why: &str) {
        self.builder.problem(format!(
            "the text of an error is asked for that may be `{variant}` of `{}`, and {why}; use `.cause()`, or match the variant and write the text out",
            self.of
        ));
    }

    /// What the platform says: the beginning is the name's, the end the cause.
    fn platform(&self, variants: &[ErrorVariant]) -> Node {
        let mut beginnings = serde_json::Map::new();
        for variant in variants {
            if let ErrorKind::Named { name, message, .. } = &variant.kind
                && let [MessagePart::Text(beginning), ..] = message.as_slice()
            {
                beginnings.insert((*name).to_owned(), Value::from(*beginning));
            }
        }
        let (name, cause) = (self.name(), self.cause());
        if let Some(known) = self.known(name) {
            let beginning = match beginnings.get(&known) {
                Some(beginning) => beginning.clone(),
                None => format!("{known}: ").into(),
            };
            let beginning = self.builder.edit(|program| program.arena.literal(beginning));
            return joined(self.builder, &[beginning, cause]);
        }
        let beginnings = self.builder.edit(|program| program.arena.literal(Value::Object(beginnings)));
        self.builder.form(
            "($_said := $lookup({0}, {1}); ($exists($_said) ? $_said : {1} & ': ') & ({2}))",
            &[beginnings, name, cause],
        )
    }

    fn name(&self) -> Node {
        self.builder.edit(|program| program.arena.field(self.error, "Error".to_owned(), Presence::Certain))
    }

    fn known(&self, name: Node) -> Option<String> {
        self.builder.edit(|program| match program.arena.kind(name) {
            Kind::Literal(Value::String(name)) => Some(name.clone()),
            _ => None,
        })
    }

    fn cause(&self) -> Node {
        self.builder.edit(|program| match program.arena.kind(self.error).clone() {
            Kind::Object(_) => program.arena.field(self.error, "Cause".to_owned(), Presence::Certain),
            _ => program.arena.add(Kind::ErrorCause(self.error)),
        })
    }

    /// The text of the case that the error's name chooses.
    fn choose(&self, mut cases: Vec<Case>) -> Node {
        for (place, (names, text)) in cases.iter().enumerate() {
            let name = names.iter().flatten().find(|name| {
                cases[..place].iter().any(|(others, other)| {
                    other != text && others.as_ref().is_some_and(|others| others.contains(name))
                })
            });
            if let Some(name) = name {
                self.cannot(name, "two variants of this name have different texts");
            }
        }
        // What takes every name comes last; before it, the first that has a name counts.
        cases.sort_by_key(|(names, _)| names.is_none());
        let name = self.name();
        let known = self.known(name);
        if let Some(known) = &known {
            let is_known =
                |(names, _): &Case| names.as_ref().is_none_or(|names| names.iter().any(|name| name == known));
            if let Some((_, text)) = cases.iter().find(|case| is_known(case)) {
                return *text;
            }
        }
        let Some((_, mut text)) = cases.pop() else { return self.cause() };
        for (names, then) in cases.into_iter().rev() {
            let Some(names) = names else { continue };
            text = self.builder.edit(|program| {
                let arena = &mut program.arena;
                let condition = match names.as_slice() {
                    [one] => {
                        let one = arena.literal(*one);
                        arena.add(Kind::Binary(BinaryOp::Equal, name, one))
                    }
                    names => {
                        let names = arena.literal(Value::from(names.to_vec()));
                        arena.add(Kind::Binary(BinaryOp::In, name, names))
                    }
                };
                arena.cond(condition, then, text)
            });
        }
        text
    }
}
