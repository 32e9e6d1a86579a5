//! A workflow's body, read twice.
//!
//! `native` keeps the author's code and hands every awaited call to the execution; `symbolic`
//! writes the calls of the builder. Every refusal is made in the symbolic writer, where a construct
//! either has a meaning or has none.

mod await_;
mod calls;
mod control;
mod distributed;
mod expression;
mod fork;
mod loops;
mod macros;
mod methods;
mod native;
mod pattern;
mod pure;
mod statement;
mod sugar;
mod symbolic;

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Block, Expr, ExprAwait, spanned::Spanned, visit_mut::VisitMut};

use crate::errors::Errors;

/// The two readings of a body.
pub(crate) struct Readings {
    pub(crate) native: TokenStream,
    pub(crate) symbolic: TokenStream,
    /// How many awaited calls there are.
    pub(crate) sites: usize,
}

/// Reads a body twice. `function` is the workflow's name, `parameters` are the names of the workflow's; `fallible` says that the function returns a `Result`.
pub(crate) fn readings(
    block: &Block,
    function: String,
    parameters: impl Iterator<Item = String>,
    fallible: bool,
    errors: &mut Errors,
) -> Readings {
    let mut block = block.clone();
    sugar::expand(&mut block, fallible, errors);
    let mut sites = Sites { next: 0 };
    sites.visit_block_mut(&mut block);
    let symbolic = symbolic::write(&block, function, parameters.collect(), fallible, errors);
    let native = native::write(block);
    Readings { native, symbolic, sites: sites.next }
}

/// The execution, in the native reading. Not to be named by the author.
pub(crate) fn context() -> Ident {
    Ident::new("__context_of_execution", Span::mixed_site())
}

/// The builder, in the symbolic reading. Not to be named by the author.
pub(crate) fn builder() -> Ident {
    Ident::new("__b", Span::mixed_site())
}

/// The scope of the workflow itself, in the symbolic reading.
pub(crate) fn scope() -> Ident {
    Ident::new("__scope", Span::mixed_site())
}

/// Numbers the awaited calls in source order, so that both readings speak of the same ones.
struct Sites {
    next: usize,
}

impl VisitMut for Sites {
    fn visit_expr_await_mut(&mut self, awaited: &mut ExprAwait) {
        let site = self.next;
        self.next += 1;
        // The attribute becomes the first token of the expression, and shows where it begins.
        let span = awaited.base.span();
        awaited.attrs.push(syn::parse_quote_spanned!(span=> #[site(#site)]));
        syn::visit_mut::visit_expr_await_mut(self, awaited);
    }
}

/// The number that [`Sites`] gave to an awaited call.
fn site(awaited: &ExprAwait) -> usize {
    awaited
        .attrs
        .iter()
        .find(|attribute| attribute.path().is_ident("site"))
        .and_then(|attribute| attribute.parse_args::<syn::LitInt>().ok())
        .and_then(|number| number.base10_parse().ok())
        .unwrap_or(0)
}

/// What parentheses hold.
fn unparenthesized(mut expr: &Expr) -> &Expr {
    loop {
        match expr {
            Expr::Paren(inner) => expr = &inner.expr,
            Expr::Group(inner) => expr = &inner.expr,
            other => return other,
        }
    }
}

/// Whether a path names a constant, a type or a variant rather than a local or a function.
fn is_capitalized(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| {
        let text = last.ident.to_string();
        text.trim_start_matches("r#").trim_start_matches('_').chars().next().is_some_and(char::is_uppercase)
    })
}
