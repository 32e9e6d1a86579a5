//! What both attributes share: doc comments, names, and the words of `#[state]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ExprLit, FnArg, Ident, Lit, LitStr, Meta, Pat, PatType, Signature, Type, ext::IdentExt};

use crate::errors::Errors;

/// The text of the doc comments, lines joined with spaces, paragraphs with newlines.
pub(crate) fn doc_text(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let Meta::NameValue(meta) = &attribute.meta else { continue };
        let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &meta.value else { continue };
        let line = line.value();
        let line = line.trim();
        if line.is_empty() {
            text.push('\n');
        } else {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push(' ');
            }
            text.push_str(line);
        }
    }
    text.trim().to_owned()
}

/// What stands at a statement, an expression or an arm for the state that it becomes.
#[derive(Clone, Default)]
pub(crate) struct Note {
    pub(crate) name: Option<LitStr>,
    pub(crate) comment: Option<String>,
    pub(crate) about: Option<String>,
}

impl Note {
    /// Reads `#[state = ".."]` and the doc comments among `attributes`.
    pub(crate) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut note = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("state")) {
            match &attribute.meta {
                Meta::NameValue(meta) => match &meta.value {
                    Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => {
                        let length = name.value().chars().count();
                        if length == 0 || length > 80 {
                            errors.refuse(
                                name,
                                format!("a state's name has 1 to 80 characters, this one has {length}; write a shorter one"),
                            );
                        }
                        note.name = Some(name.clone());
                    }
                    other => errors.refuse(other, "a state's name is a string literal: `#[state = \"Check Stock\"]`"),
                },
                other => errors.refuse(other, "a state is named with `#[state = \"Check Stock\"]`"),
            }
        }
        let comment = doc_text(attributes);
        note.comment = (!comment.is_empty()).then_some(comment);
        note
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.name.is_none() && self.comment.is_none()
    }

    /// The note with what it lacks taken from another.
    pub(crate) fn or(mut self, other: Self) -> Self {
        self.name = self.name.or(other.name);
        self.comment = self.comment.or(other.comment);
        self
    }

    /// The note as an expression of type `Note`.
    pub(crate) fn tokens(&self) -> TokenStream {
        fn option(value: Option<impl quote::ToTokens>) -> TokenStream {
            match value {
                Some(value) => quote!(::core::option::Option::Some(#value)),
                None => quote!(::core::option::Option::None),
            }
        }
        let name = option(self.name.as_ref().map(LitStr::value));
        let comment = option(self.comment.as_ref());
        let about = option(self.about.as_ref());
        quote!(::workflow_core::__private::Note { name: #name, comment: #comment, about: #about })
    }
}

/// Whether an attribute speaks to the macro and must not reach rustc.
pub(crate) fn is_ours(attribute: &Attribute) -> bool {
    ["state", "doc", "site"].iter().any(|name| attribute.path().is_ident(name))
}

/// A name as JSON and ASL see it: without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// `charge_card` as `ChargeCard`.
pub(crate) fn pascal_case(name: &str) -> String {
    words(name).map(|word| capitalized(&word)).collect()
}

/// `charge_card` as `charge-card`.
pub(crate) fn kebab_case(name: &str) -> String {
    words(name).collect::<Vec<_>>().join("-")
}

/// `TooManyItems` as `TOO_MANY_ITEMS`.
pub(crate) fn screaming_case(name: &str) -> String {
    let mut constant = String::new();
    let mut previous: Option<char> = None;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let starts_word = character.is_uppercase()
            && previous.is_some_and(|previous| {
                previous != '_'
                    && (!previous.is_uppercase() || characters.peek().is_some_and(|next| next.is_lowercase()))
            });
        if starts_word {
            constant.push('_');
        }
        constant.extend(character.to_uppercase());
        previous = Some(character);
    }
    constant
}

fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    name.split('_').filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// A parameter of a task or a workflow.
pub(crate) struct Parameter {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
}

/// What a task and a workflow have in common: an `async fn` without generics or a receiver.
/// `what` is `task` or `workflow`.
pub(crate) fn check_signature(signature: &Signature, what: &str, errors: &mut Errors) {
    if signature.asyncness.is_none() {
        errors.refuse(
            signature.fn_token,
            format!("a `#[{what}]` is awaited, so it is an `async fn`; write `async fn {}`", signature.ident),
        );
    }
    if !signature.generics.params.is_empty() {
        errors.refuse(
            &signature.generics,
            format!("a `#[{what}]` becomes one thing on AWS, so it has no generic parameters; write out the types"),
        );
    }
    if let Some(receiver) = signature.receiver() {
        errors.refuse(
            receiver,
            format!("a `#[{what}]` is a free function: on AWS there is no `self`; pass what it needs as a parameter"),
        );
    }
    if let Some(variadic) = &signature.variadic {
        errors.refuse(variadic, format!("a `#[{what}]` has a fixed number of parameters"));
    }
}

/// The parameter at `argument`, if it is a plain name.
pub(crate) fn parameter(argument: &PatType, what: &str, errors: &mut Errors) -> Option<Parameter> {
    match &*argument.pat {
        Pat::Ident(ident) if ident.subpat.is_none() && ident.by_ref.is_none() => {
            Some(Parameter { ident: ident.ident.clone(), ty: (*argument.ty).clone() })
        }
        other => {
            errors.refuse(
                other,
                format!("a parameter of a `#[{what}]` is a name, which becomes its key in the JSON; take it apart with `let` in the body"),
            );
            None
        }
    }
}

/// The typed arguments of a signature.
pub(crate) fn typed_arguments(signature: &Signature) -> impl Iterator<Item = &PatType> {
    signature.inputs.iter().filter_map(|argument| match argument {
        FnArg::Typed(argument) => Some(argument),
        FnArg::Receiver(_) => None,
    })
}

/// Whether a type is written as some `Result`.
pub(crate) fn is_result(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Result"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_case_by_words() {
        assert_eq!(pascal_case("charge_card"), "ChargeCard");
        assert_eq!(kebab_case("order_fulfillment"), "order-fulfillment");
        assert_eq!(screaming_case("TooManyItems"), "TOO_MANY_ITEMS");
        assert_eq!(screaming_case("SQLError"), "SQL_ERROR");
    }
}
