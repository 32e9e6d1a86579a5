//! `#[derive(WorkflowError)]`: an enum whose variants are error names.
//!
//! The text of `#[error("..")]` belongs to `thiserror`, which stands beside this derive. It is read
//! here as well, because the state machine has to write the same cause: that is why only `{field}`
//! is allowed in it.

mod message;
mod written;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, DeriveInput, Error, LitStr, Member, Type};

use self::{
    message::{Part, message},
    written::{constants, implementation, propagates, stub},
};
use super::word_span;
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

// ---- Writing ------------------------------------------------------------------------------------

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::screaming_case;

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
