//! What `#[derive(WorkflowError)]` writes.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{DeriveInput, ext::IdentExt, spanned::Spanned};

use crate::attributes::screaming_case;

use super::{
    super::{private, shape_of},
    Kind, Part, Variant, is_platform,
};

/// A constant for each name, spanned so that go-to-definition leads to the variant.
pub(super) fn constants(item: &DeriveInput, variants: &[Variant]) -> TokenStream {
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

pub(super) fn implementation(item: &DeriveInput, variants: &[Variant]) -> TokenStream {
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
pub(super) fn propagates(item: &DeriveInput, variants: &[Variant]) -> TokenStream {
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
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl #private::Method<{ #private::name("from") }, (#private::Expr<#inner>,), #ident> for #ident {
                fn expand(
                    _: &#private::Builder,
                    (error,): (#private::Expr<#inner>,),
                ) -> #private::Expr<#ident> {
                    #private::Expr::of(error.node())
                }
            }
        )*
    }
}

/// What stands for an item that was refused as a whole.
pub(super) fn stub(item: &DeriveInput) -> TokenStream {
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
