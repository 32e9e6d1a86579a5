//! The two derives: [`data`] says how serde writes a type, [`workflow_error`] how an enum becomes
//! an error name and a cause.
//!
//! Each reads its item, collects what it must refuse, and writes the impl beside the refusals: a
//! type with one wrong attribute still is `Data`, so nothing that mentions it is reported as well.

mod data;
mod error;

pub(crate) use data::data;
pub(crate) use error::workflow_error;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

/// The path under which generated code finds the library.
fn private() -> TokenStream {
    quote!(::workflow_core::__private)
}

/// The function that knows the shape of `ty`, spanned so that a type which is not `Data` is
/// reported at the author's own tokens.
fn shape_of(ty: &syn::Type) -> TokenStream {
    let private = private();
    quote_spanned!(ty.span()=> <#ty as #private::Data>::shape)
}

/// Where `word` stands in `#[attribute(.. word ..)]`.
fn word_span(attrs: &[syn::Attribute], attribute: &str, word: &str) -> Option<Span> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident(attribute))
        .filter_map(|attr| attr.meta.require_list().ok())
        .flat_map(|list| list.tokens.clone())
        .find_map(|token| match token {
            TokenTree::Ident(ident) if ident == word => Some(ident.span()),
            _ => None,
        })
}
