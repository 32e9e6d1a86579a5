//! `#[derive(WorkflowError)]`: an enum whose variants are error names.
//!
//! The text of `#[error("..")]` belongs to `thiserror`, which stands beside this derive. It is read
//! here as well, because the state machine has to write the same cause: that is why only `{field}`
//! is allowed in it.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, DeriveInput, Error, LitStr, Member, Token, Type};

use super::{private, shape_of, word_span};
use crate::attributes::screaming_case;
use crate::errors::Errors;

/// A variant of the author's enum.
struct Variant<'a> {
    /// Its name in Rust.
    ident: &'a Ident,
    /// What it stands for.
    kind: Kind<'a>,
}

/// What a variant stands for.
enum Kind<'a> {
    /// One error name.
    Named {
        /// The error name.
        name: String,
        /// The text of `#[error("..")]`, taken apart.
        message: Vec<Part>,
        /// What survives the trip in the cause.
        fields: Vec<Field<'a>>,
    },
    /// All the names of the error in its `#[from]` field.
    From {
        /// The field.
        member: Member,
        /// The other error type.
        ty: &'a Type,
        /// The text around that of the other error, taken apart; empty where it is not understood.
        around: Vec<Part>,
    },
}

/// A field of a named variant.
struct Field<'a> {
    /// Its name or number.
    member: Member,
    /// Its key in the cause's data.
    name: String,
    /// Its type.
    ty: &'a Type,
}

/// A piece of the text in `#[error("..")]`.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// Text as it stands.
    Text(String),
    /// `{field}`.
    Field(String),
}

/// Implements `WorkflowError` for an enum, and adds a constant for each of its names.
///
/// ```text
/// enum PaymentError {
///     #[error("the card was declined: {reason}")]
///     Declined { reason: String },
///     #[error(transparent)]
///     Platform(#[from] PlatformError),
/// }
/// ```
///
/// becomes, shortened,
///
/// ```text
/// impl PaymentError {
///     pub const DECLINED: ErrorName = ErrorName::new("Declined");
/// }
/// impl WorkflowError for PaymentError {
///     fn to_failure(&self) -> Failure {
///         match self {
///             Self::Declined { reason: field0 } => Failure::new("Declined",
///                 cause_with_data(&self.to_string(), {"reason": to_value(field0)})),
///             Self::Platform { 0: error } => error.to_failure(),
///         }
///     }
///     fn from_failure(failure: Failure) -> Result<Self, Failure> {
///         match failure.error.as_str() {
///             "Declined" => { .. return Ok(Self::Declined { reason: from_value(data["reason"])? }) }
///             _ => {}
///         }
///         match PlatformError::from_failure(failure) {
///             Ok(error) => Ok(Self::Platform { 0: error }),
///             Err(failure) => Err(failure),
///         }
///     }
///     fn variants() -> Vec<ErrorVariant> { .. }
/// }
/// impl Propagates<PaymentError> for PaymentError { .. }
/// impl Propagates<PlatformError> for PaymentError { .. }
/// ```
pub(crate) fn workflow_error(input: TokenStream) -> TokenStream {
    let item = match syn::parse2::<DeriveInput>(input) {
        Ok(item) => item,
        Err(error) => return error.into_compile_error(),
    };
    let mut refusals = Errors::default();
    let variants = variants(&item, &mut refusals);
    let errors = refusals.into_compile_errors();
    let code = match variants {
        Some(variants) => {
            let constants = constants(&item, &variants);
            let implementation = implementation(&item, &variants);
            let propagates = propagates(&item, &variants);
            quote!(#constants #implementation #propagates)
        }
        None => stub(&item),
    };
    quote!(#errors #code)
}

// ---- Reading ------------------------------------------------------------------------------------

/// The variants, or nothing where no impl can be written for them.
fn variants<'a>(item: &'a DeriveInput, refusals: &mut Errors) -> Option<Vec<Variant<'a>>> {
    let ident = &item.ident;
    let syn::Data::Enum(data) = &item.data else {
        let message = format!(
            "`{ident}` is no enum; an error type has a variant for each error name that a `match` or a retrier can tell apart; write `enum {ident} {{ .. }}`"
        );
        refusals.refuse(ident, message);
        return None;
    };
    if let Some(parameter) = item.generics.params.first() {
        let message = format!(
            "`{ident}` has a parameter, while the names and fields of an error are written into the state machine once; write the type that the parameter stands for"
        );
        refusals.refuse(parameter, message);
    }
    refuse_misplaced(&item.attrs, refusals);
    let variants: Vec<Option<Variant>> =
        data.variants.iter().map(|each| variant(each, &item.attrs, refusals)).collect();
    let catches_platform = data.variants.iter().flat_map(|each| &each.fields).any(is_from);
    // A variant that holds the platform's error and lacks its mark was told what it lacks.
    let holds_platform = data.variants.iter().flat_map(|each| &each.fields).any(|field| {
        matches!(&field.ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "PlatformError"))
    });
    let was_told = holds_platform && refusals.count() > 0;
    if !catches_platform && !was_told {
        let message = format!(
            "`{ident}` has no place for what the platform itself may answer (`States.Timeout`, ..); add a variant `#[error(transparent)] Platform(#[from] PlatformError)`"
        );
        refusals.refuse(ident, message);
    }
    if variants.is_empty() || !item.generics.params.is_empty() {
        return None;
    }
    refuse_one_name_for_two(&variants, data, refusals);
    variants.into_iter().collect()
}

/// Refuses the second of two variants with one error name.
fn refuse_one_name_for_two(variants: &[Option<Variant>], data: &syn::DataEnum, refusals: &mut Errors) {
    let mut seen: Vec<(&str, &Ident)> = Vec::new();
    for (variant, syntax) in variants.iter().zip(&data.variants) {
        let Some(Variant { ident, kind: Kind::Named { name, .. } }) = variant else { continue };
        let Some((_, first)) = seen.iter().find(|(known, _)| known == name) else {
            seen.push((name, *ident));
            continue;
        };
        let span = word_span(&syntax.attrs, "workflow", "name").unwrap_or(ident.span());
        let message = format!(
            "`{first}` and `{ident}` have the same error name `{name}`, so a caught error could be either; give one of them another by `#[workflow(name = \"..\")]`"
        );
        refusals.push(Error::new(span, message));
    }
}

fn variant<'a>(
    syntax: &'a syn::Variant,
    outer: &'a [Attribute],
    refusals: &mut Errors,
) -> Option<Variant<'a>> {
    let ident = &syntax.ident;
    for field in &syntax.fields {
        refuse_misplaced(&field.attrs, refusals);
    }
    let name = error_name(&syntax.attrs, refusals);
    if let Some((index, field)) = syntax.fields.iter().enumerate().find(|(_, field)| is_from(field)) {
        if let Some(name) = &name {
            let message = format!(
                "`{ident}` has no error name of its own: it stands for all the names of the error that it holds; remove the name"
            );
            refusals.refuse(name, message);
        }
        if let Some(other) = syntax.fields.iter().find(|field| !is_from(field)) {
            let message = format!(
                "`{ident}` holds more than the other error, whose name and cause leave no room for it; remove this field, or move it to a variant of its own"
            );
            // For all but a backtrace, `thiserror` says the same.
            if is_backtrace(&other.ty) {
                refusals.refuse(&other.ty, message);
            }
            return None;
        }
        let member = member(index, field);
        let name = match &member {
            Member::Named(ident) => ident.unraw().to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        };
        let held = Field { member: member.clone(), name: name.clone(), ty: &field.ty };
        let text = [syntax.attrs.as_slice(), outer]
            .into_iter()
            .find_map(|attrs| attrs.iter().find(|attr| attr.path().is_ident("error")));
        // Nobody asks for most texts; of one that is asked for and not understood the definition speaks.
        let around = match text {
            Some(attr) if is_transparent(attr) => vec![Part::Field(name)],
            Some(attr) => message(attr, ident, &[held]).unwrap_or_default(),
            None => Vec::new(),
        };
        return Some(Variant { ident, kind: Kind::From { member, ty: &field.ty, around } });
    }
    let fields: Vec<Field> = syntax
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let member = member(index, field);
            let name = match &member {
                Member::Named(ident) => ident.unraw().to_string(),
                Member::Unnamed(index) => index.index.to_string(),
            };
            Field { member, name, ty: &field.ty }
        })
        .collect();
    // Text on the enum serves the variants without their own, as in `thiserror`.
    let text = [syntax.attrs.as_slice(), outer]
        .into_iter()
        .find_map(|attrs| attrs.iter().find(|attr| attr.path().is_ident("error")));
    let message = match text {
        Some(attr) => match message(attr, ident, &fields) {
            Ok(message) => message,
            Err(refusal) => {
                refusals.push(refusal);
                // The field of an error with another's text is that error, and no data.
                if is_transparent(attr) {
                    return None;
                }
                Vec::new()
            }
        },
        // `thiserror` reports that the text is missing.
        None => Vec::new(),
    };
    let name = name.map_or_else(|| ident.unraw().to_string(), |literal| literal.value());
    Some(Variant { ident, kind: Kind::Named { name, message, fields } })
}

fn is_transparent(attr: &Attribute) -> bool {
    attr.parse_args::<Ident>().is_ok_and(|word| word == "transparent")
}

fn is_from(field: &syn::Field) -> bool {
    field.attrs.iter().any(|attr| attr.path().is_ident("from"))
}

fn member(index: usize, field: &syn::Field) -> Member {
    field.ident.clone().map_or_else(|| Member::from(index), Member::Named)
}

/// The name in `#[workflow(name = "..")]`.
fn error_name(attrs: &[Attribute], refusals: &mut Errors) -> Option<LitStr> {
    let mut name = None;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("workflow")) {
        let parsed = attr.parse_nested_meta(|meta| {
            if !meta.path.is_ident("name") {
                let key = meta.path.segments.iter().map(|segment| segment.ident.to_string());
                let key = key.collect::<Vec<_>>().join("::");
                return Err(meta.error(format!("unknown key `{key}`; a variant of an error type has `name`")));
            }
            let literal: LitStr = meta.value()?.parse()?;
            if literal.value().is_empty() {
                return Err(Error::new_spanned(
                    literal,
                    "an error name is not empty, or nothing could catch it; write the name, or remove the attribute",
                ));
            }
            if let Some(wrong) = crate::aws::wrong_error(&literal.value()) {
                return Err(Error::new_spanned(literal, wrong));
            }
            if name.replace(literal).is_some() {
                return Err(meta.error("`name` is given twice; a variant has one error name; remove one"));
            }
            Ok(())
        });
        if let Err(refusal) = parsed {
            refusals.push(refusal);
        }
    }
    name
}

/// `#[workflow(..)]` anywhere but on a variant.
fn refuse_misplaced(attrs: &[Attribute], refusals: &mut Errors) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("workflow")) {
        refusals.refuse(
            attr.path(),
            "`#[workflow(name = \"..\")]` gives a variant its error name; move it to a variant",
        );
    }
}

/// The text of an `#[error(..)]`, taken apart. Empty where `thiserror` reports a mistake.
fn message(attr: &Attribute, variant: &Ident, fields: &[Field]) -> Result<Vec<Part>, Error> {
    let Ok(list) = attr.meta.require_list() else { return Ok(Vec::new()) };
    let parser = |input: ParseStream| {
        if input.peek(Ident::peek_any) {
            let word: Ident = Ident::parse_any(input)?;
            input.parse::<TokenStream>()?;
            return Ok(Err(word));
        }
        let text: LitStr = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Ok((text, input.parse::<TokenStream>()?)))
    };
    let (text, arguments) = match parser.parse2(list.tokens.clone()) {
        Err(_) => return Ok(Vec::new()),
        Ok(Err(word)) if word == "transparent" => {
            return Err(Error::new_spanned(
                word,
                format!(
                    "`{variant}` takes its text from another error, which Step Functions cannot ask; mark the field `#[from]`, or write the text: `#[error(\"..\")]`"
                ),
            ));
        }
        Ok(Err(word)) if word == "fmt" => {
            return Err(Error::new_spanned(
                word,
                format!(
                    "`{variant}` takes its text from a function, which Step Functions cannot call; write the text: `#[error(\"..\")]`"
                ),
            ));
        }
        Ok(Err(_)) => return Ok(Vec::new()),
        Ok(Ok(parsed)) => parsed,
    };
    if !arguments.is_empty() {
        return Err(Error::new_spanned(
            arguments,
            "the cause must be the same text on Step Functions, which does not evaluate Rust; write `{field}` in the text, and keep what is computed in a field",
        ));
    }
    let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    parts(&text.value(), &known).map_err(|message| Error::new_spanned(text, message))
}

/// A format string of plain text and fields. What `format_args!` reports (an unmatched brace) is
/// left to it.
fn parts(text: &str, fields: &[&str]) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(brace) = rest.find(['{', '}']) {
        let (before, from_brace) = rest.split_at(brace);
        plain.push_str(before);
        if let Some(after) = from_brace.strip_prefix("{{") {
            plain.push('{');
            rest = after;
        } else if let Some(after) = from_brace.strip_prefix('}') {
            plain.push('}');
            rest = after.strip_prefix('}').unwrap_or(after);
        } else {
            let Some((inside, after)) = from_brace[1..].split_once('}') else {
                rest = from_brace;
                break;
            };
            let field = check_field(inside, fields)?;
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Field(field.to_owned()));
            rest = after;
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    Ok(parts)
}

/// The field between two braces, or why it may not stand there.
fn check_field<'a>(inside: &'a str, fields: &[&str]) -> Result<&'a str, String> {
    let (name, specification) = inside.split_once(':').unwrap_or((inside, ""));
    let name = name.trim();
    if !fields.contains(&name) {
        let known = match fields {
            [] => "this variant has none; give it a field, or write the text out".to_owned(),
            _ => {
                let known: Vec<String> = fields.iter().map(|field| format!("`{{{field}}}`")).collect();
                format!("write {}", known.join(" or "))
            }
        };
        return Err(format!(
            "`{{{inside}}}` is no field of this variant; the cause must be the same text on Step Functions, which knows the fields alone; {known}"
        ));
    }
    if !specification.is_empty() {
        return Err(format!(
            "`{{{inside}}}` asks for a format; the cause must be the same text on Step Functions, which has no formats; write `{{{name}}}`"
        ));
    }
    Ok(name)
}

// ---- Writing ------------------------------------------------------------------------------------

/// A constant for each name, spanned so that go-to-definition leads to the variant.
fn constants(item: &DeriveInput, variants: &[Variant]) -> TokenStream {
    let private = private();
    let (ident, vis) = (&item.ident, &item.vis);
    let constants = variants.iter().filter_map(|variant| {
        let Kind::Named { name, .. } = &variant.kind else { return None };
        let constant = screaming_case(&variant.ident.unraw().to_string());
        // A variant whose name is in capitals already would hide the constant.
        if variant.ident == &constant {
            return None;
        }
        let constant = Ident::new(&constant, variant.ident.span());
        let doc = format!("The error name `{name}`.");
        Some(quote! {
            #[doc = #doc]
            #vis const #constant: #private::ErrorName = #private::ErrorName::new(#name);
        })
    });
    // No author writes a retrier for every name, so an unused constant is no mistake.
    quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl #ident {
            #(#constants)*
        }
    }
}

fn implementation(item: &DeriveInput, variants: &[Variant]) -> TokenStream {
    let private = private();
    let ident = &item.ident;
    let named = variants.iter().any(|variant| matches!(variant.kind, Kind::Named { .. }));
    // A function over the trait needs no `Display` of the enum itself, so that rustc reports a
    // missing `thiserror::Error` once.
    let text = named.then(|| {
        quote! {
            fn text(error: &impl #private::WorkflowError) -> ::std::string::String {
                ::std::string::ToString::to_string(error)
            }
        }
    });
    let to_failure = variants.iter().map(to_failure);
    let from_name = variants.iter().filter_map(from_name);
    // A held error takes its own names first. Every other name, the platform's among them, is for
    // this type's own `PlatformError`; one that is deeper inside takes it where there is no other.
    let (platform, held): (Vec<_>, Vec<_>) = variants.iter().partition(|variant| is_platform(variant));
    let from_declared = held.iter().filter_map(|variant| from_inner(variant, true));
    let from_any = platform.iter().chain(&held).filter_map(|variant| from_inner(variant, false));
    let from_inner = from_declared.chain(from_any);
    let described = variants.iter().map(described);
    let (mut passing, mut passing_members) = (Vec::new(), Vec::new());
    for variant in variants {
        if let Kind::From { member, .. } = &variant.kind {
            passing.push(variant.ident);
            passing_members.push(member);
        }
    }
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #private::WorkflowError for #ident {
            fn to_failure(&self) -> #private::Failure {
                #text
                match self {
                    #(#to_failure)*
                }
            }

            fn from_failure(
                failure: #private::Failure,
            ) -> ::std::result::Result<Self, #private::Failure> {
                match failure.error.as_str() {
                    #(#from_name)*
                    _ => {}
                }
                #(#from_inner)*
                ::std::result::Result::Err(failure)
            }

            fn passes_on(&self) -> bool {
                match self {
                    #(Self::#passing { .. } => true,)*
                    #[allow(unreachable_patterns)]
                    _ => false,
                }
            }

            #[allow(clippy::result_large_err)]
            fn platform(self) -> ::std::result::Result<#private::PlatformError, Self> {
                match self {
                    #(Self::#passing { #passing_members: error } => {
                        #private::WorkflowError::platform(error)
                            .map_err(|error| Self::#passing { #passing_members: error })
                    })*
                    #[allow(unreachable_patterns)]
                    error => ::std::result::Result::Err(error),
                }
            }

            fn variants() -> ::std::vec::Vec<#private::ErrorVariant> {
                ::std::vec![#(#described),*]
            }
        }
    }
}

/// The arm of `to_failure`.
fn to_failure(variant: &Variant) -> TokenStream {
    let private = private();
    let ident = variant.ident;
    let text = quote!(text(self));
    match &variant.kind {
        Kind::From { member, ty, .. } => {
            let delegate = quote_spanned!(ty.span()=> <#ty as #private::WorkflowError>::to_failure);
            quote!(Self::#ident { #member: error } => #delegate(error),)
        }
        Kind::Named { name, fields, .. } if fields.is_empty() => {
            quote!(Self::#ident {} => #private::Failure::new(#name, #text),)
        }
        Kind::Named { name, fields, .. } => {
            let locals: Vec<Ident> = (0..fields.len()).map(|index| format_ident!("field{index}")).collect();
            let members = fields.iter().map(|field| &field.member);
            let entries = fields.iter().zip(&locals).map(|(field, local)| {
                let (key, ty) = (&field.name, field.ty);
                let value = quote_spanned!(ty.span()=> #private::serde_json::to_value::<&#ty>);
                // A value that serde cannot write (a map with keys that are no text) must not hide
                // the failure that it belongs to.
                quote! {
                    (::std::string::String::from(#key), #value(#local).unwrap_or_default())
                }
            });
            quote! {
                Self::#ident { #(#members: #locals),* } => {
                    let data = #private::serde_json::Map::from_iter([#(#entries),*]);
                    let data = #private::serde_json::Value::Object(data);
                    #private::Failure::new(#name, #private::cause_with_data(&#text, data))
                }
            }
        }
    }
}

/// The arm of `from_failure` for a variant's own name.
fn from_name(variant: &Variant) -> Option<TokenStream> {
    let private = private();
    let ident = variant.ident;
    let Kind::Named { name, fields, .. } = &variant.kind else { return None };
    if fields.is_empty() {
        return Some(quote!(#name => return ::std::result::Result::Ok(Self::#ident {}),));
    }
    let members = fields.iter().map(|field| {
        let (member, key, ty) = (&field.member, &field.name, field.ty);
        let read = quote_spanned!(ty.span()=> #private::serde_json::from_value::<#ty>);
        // A state machine leaves out the key of a `None`; for every other type `null` is as wrong
        // as nothing.
        quote!(#member: #read(data.get(#key).cloned().unwrap_or_default()).ok()?)
    });
    Some(quote! {
        #name => {
            let read = || -> ::std::option::Option<Self> {
                let data = #private::data_of_cause(&failure.cause)?;
                ::std::option::Option::Some(Self::#ident { #(#members),* })
            };
            return match read() {
                ::std::option::Option::Some(error) => ::std::result::Result::Ok(error),
                ::std::option::Option::None => ::std::result::Result::Err(failure),
            };
        }
    })
}

/// The attempt of `from_failure` at the names of another error: at those that it or an error inside
/// it declares, or at any.
fn from_inner(variant: &Variant, declared: bool) -> Option<TokenStream> {
    let private = private();
    let ident = variant.ident;
    let Kind::From { member, ty, .. } = &variant.kind else { return None };
    let delegate = quote_spanned!(ty.span()=> <#ty as #private::WorkflowError>::from_failure);
    let ask = quote! {
        match #delegate(failure) {
            ::std::result::Result::Ok(error) => {
                return ::std::result::Result::Ok(Self::#ident { #member: error });
            }
            ::std::result::Result::Err(failure) => failure,
        }
    };
    Some(match declared {
        true => {
            let names = quote_spanned!(ty.span()=> <#ty as #private::WorkflowError>::variants);
            quote! {
                let failure = if #private::declares(&#names(), &failure.error) { #ask } else { failure };
            }
        }
        false => quote!(let failure = #ask;),
    })
}

fn is_backtrace(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == "Backtrace"))
}

fn is_platform(variant: &Variant) -> bool {
    let Kind::From { ty, .. } = &variant.kind else { return false };
    let mut ty = *ty;
    // A type that came through a `macro_rules!` stands in an invisible group.
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|segment| segment.ident == "PlatformError")
}

/// The variant in `variants`.
fn described(variant: &Variant) -> TokenStream {
    let private = private();
    let rust = variant.ident.unraw().to_string();
    let written = |parts: &[Part]| {
        let parts = parts.iter().map(|part| match part {
            Part::Text(text) => quote!(#private::MessagePart::Text(#text)),
            Part::Field(field) => quote!(#private::MessagePart::Field(#field)),
        });
        quote!(::std::vec![#(#parts),*])
    };
    let (kind, around) = match &variant.kind {
        Kind::From { ty, around, .. } => {
            let names = quote_spanned!(ty.span()=> <#ty as #private::WorkflowError>::variants);
            (quote!(From(#names)), written(around))
        }
        Kind::Named { name, message, fields } => {
            let fields = fields.iter().map(|field| {
                let (name, shape, ty) = (&field.name, shape_of(field.ty), field.ty);
                let in_text = message.contains(&Part::Field(name.clone()));
                let text = match in_text {
                    true => quote! {{
                        #[allow(unused_imports)]
                        use #private::TextOfAny as _;
                        #private::TextOf::<#ty>::NEW.writer()
                    }},
                    false => quote!(::std::option::Option::None),
                };
                quote!(#private::ErrorField { name: #name, shape: #shape, text: #text })
            });
            let message = written(message);
            let named = quote! {
                Named {
                    name: #name,
                    message: #message,
                    fields: ::std::vec![#(#fields),*],
                }
            };
            (named, written(&[]))
        }
    };
    quote!(#private::ErrorVariant { rust: #rust, kind: #private::ErrorKind::#kind, around: #around })
}

/// What `?` may pass on: the enum itself and each error that it holds.
fn propagates(item: &DeriveInput, variants: &[Variant]) -> TokenStream {
    let private = private();
    let ident = &item.ident;
    let (mut bodies, mut inner) = (Vec::new(), Vec::new());
    let own_platform = variants.iter().find_map(|variant| match &variant.kind {
        Kind::From { member, .. } if is_platform(variant) => Some((variant.ident, member)),
        _ => None,
    });
    for variant in variants {
        // That one error is held twice is reported by `thiserror`'s own impls.
        if let Kind::From { member, ty, .. } = &variant.kind
            && !inner.contains(ty)
        {
            let holder = variant.ident;
            let held = quote!(Self::#holder { #member: error });
            // The platform's failures have one place, whichever way they came.
            bodies.push(match own_platform {
                Some((own, own_member)) if !is_platform(variant) => quote! {
                    match #private::WorkflowError::platform(error) {
                        ::std::result::Result::Ok(error) => Self::#own { #own_member: error },
                        ::std::result::Result::Err(error) => #held,
                    }
                },
                _ => held,
            });
            inner.push(*ty);
        }
    }
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #private::Data for #ident {
            type Owned = Self;
            fn shape() -> #private::Shape {
                #private::Shape::Error(<Self as #private::WorkflowError>::variants)
            }
        }
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #private::Propagates<#ident> for #ident {
            fn pass_on(error: Self) -> Self {
                error
            }
        }
        #(
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl #private::Propagates<#inner> for #ident {
                fn pass_on(error: #inner) -> Self {
                    #bodies
                }
            }
            // What `?` in a closure passes on is data, and keeps its JSON.
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl #private::Converted<#ident> for #inner {}
        )*
    }
}

/// What stands for an item that was refused as a whole.
fn stub(item: &DeriveInput) -> TokenStream {
    let private = private();
    let ident = &item.ident;
    let (impl_generics, ty_generics, where_clause) = item.generics.split_for_impl();
    let predicates = where_clause.map(|clause| &clause.predicates).into_iter().flatten();
    // The bound says nothing that the trait does not ask for, but without `for<..>` rustc would
    // refuse it at once where `thiserror` is missing or has refused the type as well.
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::WorkflowError for #ident #ty_generics
        where
            #(#predicates,)*
            for<'any> #ident #ty_generics:
                ::std::error::Error + ::std::marker::Send + ::std::marker::Sync + 'static,
        {
            fn to_failure(&self) -> #private::Failure {
                #private::Failure::new("", "")
            }

            fn from_failure(
                failure: #private::Failure,
            ) -> ::std::result::Result<Self, #private::Failure> {
                ::std::result::Result::Err(failure)
            }

            fn variants() -> ::std::vec::Vec<#private::ErrorVariant> {
                ::std::vec::Vec::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    fn field(field: &str) -> Part {
        Part::Field(field.to_owned())
    }

    #[test]
    fn a_text_is_taken_apart_at_its_fields() {
        assert_eq!(parts("", &[]).unwrap(), []);
        assert_eq!(parts("busy\n", &[]).unwrap(), [text("busy\n")]);
        assert_eq!(parts("{0}{1}", &["0", "1"]).unwrap(), [field("0"), field("1")]);
        assert_eq!(
            parts("{{{id}}}: declined, {reason }!", &["id", "reason"]).unwrap(),
            [text("{"), field("id"), text("}: declined, "), field("reason"), text("!")]
        );
    }

    #[test]
    fn an_unmatched_brace_is_left_to_rustc() {
        assert_eq!(parts("a } b", &[]).unwrap(), [text("a } b")]);
        assert_eq!(parts("a {b", &["b"]).unwrap(), [text("a {b")]);
    }

    #[test]
    fn what_step_functions_cannot_format_is_refused() {
        let check = |text: &str, beginning: &str, end: &str| {
            let message = parts(text, &["id"]).unwrap_err();
            assert!(message.starts_with(beginning) && message.ends_with(end), "{message}");
        };
        check("{id:?}", "`{id:?}` asks for a format; ", "; write `{id}`");
        check("{id:>5}", "`{id:>5}` asks for a format; ", "; write `{id}`");
        check("{}", "`{}` is no field of this variant; ", "; write `{id}`");
        check("{LIMIT}", "`{LIMIT}` is no field of this variant; ", "; write `{id}`");
    }

    #[test]
    fn a_constant_is_named_in_capitals() {
        for (variant, constant) in [
            ("Declined", "DECLINED"),
            ("CardDeclined", "CARD_DECLINED"),
            ("HTTPError", "HTTP_ERROR"),
            ("Http2Error", "HTTP2_ERROR"),
            ("Old_Style", "OLD_STYLE"),
            ("A", "A"),
        ] {
            assert_eq!(screaming_case(variant), constant);
        }
    }

    #[track_caller]
    fn check_refused(item: TokenStream, beginnings: &[&str]) {
        let written = workflow_error(item).to_string();
        let messages: Vec<&str> = written.split("compile_error ! { \"").skip(1).collect();
        assert_eq!(messages.len(), beginnings.len(), "{messages:?}");
        for (message, beginning) in messages.iter().zip(beginnings) {
            assert!(message.starts_with(beginning), "{message}");
        }
        assert!(written.contains("WorkflowError for"), "no impl stands beside the refusal");
    }

    #[test]
    fn an_error_type_is_an_enum_with_a_place_for_the_platform() {
        check_refused(
            quote!(
                struct A;
            ),
            &["`A` is no enum; "],
        );
        check_refused(
            quote!(
                enum A {}
            ),
            &["`A` has no place for what the platform itself may answer"],
        );
        check_refused(
            quote!(
                enum A {
                    #[error("b")]
                    B,
                }
            ),
            &["`A` has no place for what the platform itself may answer"],
        );
        check_refused(
            quote!(
                enum A<T> {
                    B(T),
                    #[error(transparent)]
                    P(#[from] PlatformError),
                }
            ),
            &["`A` has a parameter"],
        );
        check_refused(
            quote!(
                enum A {
                    #[error(transparent)]
                    P(#[from] PlatformError),
                }
            ),
            &[],
        );
    }

    #[test]
    fn wrong_attributes_of_variants_are_refused_together() {
        check_refused(
            quote! {
                enum A {
                    #[error("b {0:?}")] B(u8),
                    #[error("c {0}", self.c)] C(u8),
                    #[error(transparent)] D(E),
                    #[error(fmt = path)] F,
                    #[error("g")] #[workflow(nam = "G")] G,
                    #[error("h")] #[workflow(name = "")] H,
                    #[error("i")] #[workflow(name = "B")] I,
                    #[error(transparent)] #[workflow(name = "P")] P(#[from] PlatformError),
                }
            },
            &[
                "`{0:?}` asks for a format; ",
                "the cause must be the same text on Step Functions",
                "`D` takes its text from another error",
                "`F` takes its text from a function",
                "unknown key `nam`; a variant of an error type has `name`",
                "an error name is not empty",
                "`P` has no error name of its own",
                "`B` and `I` have the same error name `B`",
            ],
        );
    }

    #[test]
    fn the_platform_is_asked_last() {
        let written = workflow_error(quote! {
            enum A {
                #[error(transparent)] P(#[from] workflow_core::PlatformError),
                #[error(transparent)] B(#[from] B),
            }
        })
        .to_string()
        .replace(' ', "");
        let place = |ty: &str| {
            written.find(&format!("<{ty}as::workflow_core::__private::WorkflowError>::from_failure")).unwrap()
        };
        assert!(place("B") < place("workflow_core::PlatformError"));
    }
}
