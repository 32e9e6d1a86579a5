//! What both attributes share: doc comments, names, and the words of `#[state]`.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Attribute, Expr, ExprLit, FnArg, GenericArgument, GenericParam, Ident, ItemFn, Lit, LitStr, Meta, Pat,
    PatType, PathArguments, ReturnType, Signature, Type, TypeReference, ext::IdentExt, meta::ParseNestedMeta,
    spanned::Spanned, visit::Visit,
};

use crate::{
    errors::Errors,
    foreign::{foreign, is_foreign, nameless},
};

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
                    other => errors
                        .refuse(other, "a state's name is a string literal: `#[state = \"Check Stock\"]`"),
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

    /// The note as an expression of type `Note`, with the line at which it stands.
    pub(crate) fn tokens(&self, line: u32) -> TokenStream {
        fn option(value: Option<impl quote::ToTokens>) -> TokenStream {
            match value {
                Some(value) => quote!(::core::option::Option::Some(#value)),
                None => quote!(::core::option::Option::None),
            }
        }
        if self.is_empty() && self.about.is_none() {
            return quote!(::workflow_core::__private::Note::at(#line));
        }
        let name = option(self.name.as_ref().map(LitStr::value));
        let comment = option(self.comment.as_ref());
        let about = option(self.about.as_ref());
        quote!(::workflow_core::__private::Note::new(#name, #comment, #about, #line))
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

/// Refuses a name that AWS would refuse.
pub(crate) fn check_name(name: &LitStr, what: &str, longest: usize, errors: &mut Errors) {
    let text = name.value();
    let legal = |character: char| character.is_ascii_alphanumeric() || character == '-' || character == '_';
    if text.is_empty() || text.len() > longest || !text.chars().all(legal) {
        errors.refuse(
            name,
            format!("the name of {what} has 1 to {longest} characters: letters, digits, `-` and `_`"),
        );
    }
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
    let types = || {
        let returned = match &signature.output {
            ReturnType::Type(_, ty) => Some(&**ty),
            ReturnType::Default => None,
        };
        typed_arguments(signature).map(|argument| &*argument.ty).chain(returned)
    };
    // A lifetime is there for a reference, which is refused itself where it cannot be.
    let borrows = what == "workflow" && types().any(|ty| first_reference(ty).is_some());
    let lifetimes =
        signature.generics.params.iter().all(|parameter| matches!(parameter, GenericParam::Lifetime(_)));
    if lifetimes && !signature.generics.params.is_empty() && !borrows {
        errors.refuse(
            &signature.generics,
            format!("what a `#[{what}]` is given arrives as JSON, and nothing outlives the call; leave the lifetime out: `&str`"),
        );
    } else if !lifetimes {
        errors.refuse(
            &signature.generics,
            format!(
                "a `#[{what}]` becomes one thing on AWS, so it has no generic parameters; write out the types"
            ),
        );
    }
    for ty in types() {
        if let Some((found, advice)) = foreign(ty, what) {
            errors.refuse(found, advice);
        }
    }
    if let ReturnType::Type(_, ty) = &signature.output
        && let Some(error) = nameless(ty)
    {
        errors.refuse(
            error,
            format!("Step Functions tells errors apart by name, and this type has none; write an enum with `#[derive(Debug, thiserror::Error, WorkflowError)]`, and return `Result<.., ThatError>` from the `#[{what}]`"),
        );
    }
    if let Some(receiver) = signature.receiver() {
        errors.refuse(
            receiver,
            format!("a `#[{what}]` is a free function: on AWS there is no `self`; pass what it needs as a parameter"),
        );
    }
    if let ReturnType::Type(_, ty) = &signature.output
        && let Some(reference) = first_reference(ty)
    {
        errors.refuse(
            reference,
            format!("the result of a `#[{what}]` leaves it as JSON, so it is owned; write `String` for `&str`, `Vec<T>` for `&[T]`"),
        );
    }
    if let Some(variadic) = &signature.variadic {
        errors.refuse(variadic, format!("a `#[{what}]` has a fixed number of parameters"));
    }
}

/// Whether a signature's types mean nothing outside of it, so that no other item can name them.
/// `what` is `task` or `workflow`.
pub(crate) fn is_alone(sig: &Signature, what: &str) -> bool {
    is_foreign(sig, what)
        || sig.receiver().is_some()
        || !sig.generics.params.is_empty()
        || typed_arguments(sig).any(|argument| first_reference(lent(&argument.ty)).is_some())
        || matches!(&sig.output, ReturnType::Type(_, ty) if first_reference(ty).is_some())
}

/// What stands for a refused function that [is alone](is_alone): the function without its body. The first
/// refusal stands for what it returns, so that rustc has nothing to say of its calls.
pub(crate) fn bare_stub(function: &ItemFn, errors: Errors) -> TokenStream {
    let ItemFn { attrs, vis, sig, .. } = function;
    let Some((first, others)) = errors.into_first_and_others() else { return TokenStream::new() };
    let mut sig = sig.clone();
    sig.asyncness = None;
    sig.output = ReturnType::Default;
    quote! {
        #others
        #(#attrs)*
        #[allow(unused_variables)]
        #vis #sig -> #first { ::core::unreachable!() }
    }
}

/// What a parameter lends: `T` of `&T` and of `Option<&T>`, and the type itself of every other.
pub(crate) fn lent(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => &reference.elem,
        _ => lent_option(ty).map_or(ty, |reference| &reference.elem),
    }
}

/// `&T` in `Option<&T>`
pub(crate) fn lent_option(ty: &Type) -> Option<&TypeReference> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(Type::Reference(reference)) => Some(reference),
            _ => None,
        },
        _ => None,
    }
}

/// The hidden type of a function's name, of which rustc speaks at that name.
pub(crate) fn marker(vis: &syn::Visibility, ident: &Ident) -> TokenStream {
    let item = quote_spanned!(ident.span()=> struct #ident {});
    quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #vis #item
    }
}

/// The first reference in a type.
pub(crate) fn first_reference(ty: &Type) -> Option<&TypeReference> {
    struct References<'ast>(Option<&'ast TypeReference>);
    impl<'ast> Visit<'ast> for References<'ast> {
        fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
            self.0.get_or_insert(reference);
        }
    }
    let mut references = References(None);
    references.visit_type(ty);
    references.0
}

/// The owned form of a parameter's type, in which it arrives: `String` for `&str`, `Vec<T>` for
/// `&[T]`, `T` for `&T`, the same in an `Option`, and the type itself for every other.
pub(crate) fn owned(ty: &Type) -> Type {
    if let Some(reference) = lent_option(ty) {
        let inner = owned(&Type::Reference(reference.clone()));
        return Type::Verbatim(quote_spanned!(ty.span()=> ::core::option::Option<#inner>));
    }
    let Type::Reference(reference) = ty else { return ty.clone() };
    let span = reference.elem.span();
    match &*reference.elem {
        Type::Slice(slice) => {
            let element = &slice.elem;
            Type::Verbatim(quote_spanned!(span=> ::std::vec::Vec<#element>))
        }
        Type::Path(path) if path.path.is_ident("str") => {
            Type::Verbatim(quote_spanned!(span=> ::std::string::String))
        }
        other => other.clone(),
    }
}

/// A tuple of types, of which rustc speaks at the first.
pub(crate) fn tuple(types: &[impl ToTokens]) -> TokenStream {
    let span = types.first().map_or_else(proc_macro2::Span::call_site, |ty| ty.span());
    quote_spanned!(span=> (#(#types,)*))
}

/// A type that has to be `Data`, of which rustc says once that it is not.
pub(crate) fn held(ty: &Type) -> Type {
    Type::Verbatim(quote_spanned! {ty.span()=>
        <
            [(); ::workflow_core::__private::is_data::<#ty>()]
            as ::workflow_core::__private::Held
        >::Type<#ty>
    })
}

/// Statements that have rustc check that a type is `Data`, at the author's own tokens.
pub(crate) fn data_probes<'a>(types: impl IntoIterator<Item = &'a Type>) -> TokenStream {
    types
        .into_iter()
        .map(|ty| quote_spanned!(ty.span()=> ::workflow_core::__private::is_data::<#ty>();))
        .collect()
}

/// The types in `Result<T, E>`, where they are written out.
pub(crate) fn result_types(ty: &Type) -> Option<(&Type, &Type)> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some((types.next()?, types.next()?))
}

/// What a function succeeds and fails with, by its return type.
pub(crate) fn output_and_error(returned: &Type, fallible: bool) -> (TokenStream, TokenStream) {
    if !fallible {
        return (quote!(#returned), quote!(::workflow_core::PlatformError));
    }
    // An alias may have other parameters than `Result`, so rustc is asked; the spans are those of
    // the types that it will speak of.
    let (ok, err) = result_types(returned).unwrap_or((returned, returned));
    (
        quote_spanned!(ok.span()=> <#returned as ::workflow_core::__private::IsResult>::Ok),
        quote_spanned!(err.span()=> <#returned as ::workflow_core::__private::IsResult>::Err),
    )
}

/// An attribute on something that is no function.
pub(crate) fn no_function(item: TokenStream, what: &str, error: syn::Error) -> TokenStream {
    let error = match syn::parse2::<syn::Item>(item.clone()) {
        Ok(other) => {
            let first = other.into_token_stream().into_iter().next();
            syn::Error::new_spanned(
                first,
                format!("`#[{what}]` stands on an `async fn`, and on nothing else"),
            )
            .into_compile_error()
        }
        Err(_) => error.into_compile_error(),
    };
    quote!(#error #item)
}

/// The words of an attribute that were read so far, each of which may be given once.
#[derive(Default)]
pub(crate) struct Words {
    seen: HashSet<String>,
}

impl Words {
    pub(crate) fn once(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        match meta.path.get_ident().map(ToString::to_string) {
            Some(word) if self.seen.contains(&word) => {
                Err(meta.error(format!("`{word}` is given twice; remove one")))
            }
            Some(word) => {
                self.seen.insert(word);
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// The parameter at `argument`, if it is a plain name.
pub(crate) fn parameter(argument: &PatType, what: &str, errors: &mut Errors) -> Option<Parameter> {
    match &*argument.pat {
        Pat::Ident(ident) if ident.subpat.is_none() && ident.by_ref.is_none() => {
            Some(Parameter { ident: ident.ident.clone(), ty: (*argument.ty).clone() })
        }
        // Of the type something else was said.
        _ if foreign(&argument.ty, what).is_some() => None,
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
