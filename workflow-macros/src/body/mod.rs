//! A workflow's body, read twice.
//!
//! `native` keeps the author's code and hands every awaited call to the execution; `symbolic`
//! writes the calls of the builder. Every refusal is made in the symbolic writer, where a construct
//! either has a meaning or has none.

mod await_;
mod branches;
mod calls;
mod control;
mod distributed;
mod escape;
mod expression;
mod fork;
mod functions;
mod imperative;
mod json;
mod lent;
mod loops;
mod macros;
mod method_table;
mod methods;
mod moving;
mod native;
mod nested;
mod open;
mod pattern;
mod policy;
mod spellings;
mod statement;
mod sugar;
mod symbolic;

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Block, Expr, ExprAwait, Macro, Pat, ReturnType, Token, Type, parse::Parser, punctuated::Punctuated,
    spanned::Spanned, visit_mut::VisitMut,
};

use self::nested::Nested;
pub(crate) use self::{
    escape::write_out, method_table::is_known, moving::CHANGED, nested::Around, symbolic::line_of,
};
use crate::{attributes::plain, errors::Errors};

/// The two readings of a body.
pub(crate) struct Readings {
    pub(crate) native: TokenStream,
    pub(crate) symbolic: TokenStream,
    /// How many awaited calls there are.
    pub(crate) sites: usize,
}

/// Reads a body twice. `function` is the workflow's name, `parameters` are the names of the workflow's, which
/// `declared` declares in the symbolic reading; `error` is the error type of a function that returns a `Result`.
pub(crate) fn readings(
    block: &Block,
    function: String,
    parameters: impl Iterator<Item = String>,
    declared: &TokenStream,
    error: Option<&TokenStream>,
    errors: &mut Errors,
) -> Readings {
    let mut block = block.clone();
    let fallible = error.is_some();
    let around = Around { path: function.clone(), ..Around::default() };
    let nested = Nested::take(&mut block, around, errors);
    let around = nested.around.clone();
    let (native_forms, symbolic_forms) = nested.read(errors);
    if let Some(error) = error {
        open::close(&mut block, error);
    }
    spellings::write_out_closures(&mut block);
    sugar::expand(&mut block, fallible, errors);
    let mut sites = Sites { next: 0 };
    sites.visit_block_mut(&mut block);
    let mut writer = symbolic::Symbolic::new(function, parameters.collect(), fallible, errors);
    let mut respelt = block.clone();
    moving::put_in_place(&mut respelt);
    lent::put_in_place(&mut respelt);
    spellings::respell(&mut respelt, fallible);
    symbolic_forms.put(&mut respelt);
    let symbolic = writer.result_block(&respelt);
    let functions = std::mem::take(&mut writer.functions);
    let symbolic = functions::with_lookups(&functions, &around, quote!(#declared #symbolic));
    native_forms.put(&mut block);
    Readings { native: native::write(block, &around), symbolic, sites: sites.next }
}

/// The readings of a function under `#[pure]`.
pub(crate) struct PureReadings {
    /// The body for rustc to judge.
    pub(crate) native: TokenStream,
    /// An expression of type `Expr`.
    pub(crate) symbolic: TokenStream,
    /// The names of the symbolic reading's parameters.
    pub(crate) parameters: Vec<Ident>,
}

/// Reads the body of a function under `#[pure]`.
pub(crate) fn pure_readings(
    block: &Block,
    receiver: bool,
    patterns: &[Pat],
    name: &Ident,
    around: &Around,
    errors: &mut Errors,
) -> PureReadings {
    let mut block = block.clone();
    let path = format!("{}::{}", around.path, plain(name));
    let nested = Nested::take(&mut block, Around { path, ..around.clone() }, errors);
    let around = nested.around.clone();
    let (native_forms, symbolic_forms) = nested.read(errors);
    spellings::write_out_closures(&mut block);
    let mut judged = block.clone();
    native_forms.put(&mut judged);
    moving::put_in_place(&mut block);
    lent::put_in_place(&mut block);
    spellings::respell(&mut block, false);
    symbolic_forms.put(&mut block);
    let mut writer = symbolic::Symbolic::new(plain(name), HashSet::new(), false, errors);
    let b = builder();
    patterns.iter().for_each(|pat| imperative::names_in(pat, &mut writer.own));
    writer.changing_names.clone_from(&writer.own);
    if receiver {
        writer.own.insert("self".to_owned());
    }
    let mut parameters = Vec::new();
    let mut bindings = TokenStream::new();
    if receiver {
        let this = receiver_name(name.span());
        bindings.extend(quote!(let #this = #b.bind_name("this", #this);));
        parameters.push(this);
    } else {
        writer.function_name = Some(name.clone());
    }
    for (place, pat) in patterns.iter().enumerate() {
        if let Pat::Ident(pat) = pat
            && pat.subpat.is_none()
        {
            writer.locals.insert(plain(&pat.ident));
            let (ident, text) = (&pat.ident, plain(&pat.ident));
            let whole = quote::format_ident!("__parameter{place}");
            bindings.extend(quote!(let #ident = #b.bind_name(#text, #whole);));
            parameters.push(whole);
        } else {
            let pattern = pattern::read(pat, writer.errors);
            writer.declare(&pattern);
            let whole = quote::format_ident!("__parameter{place}");
            let (value_of, names, witness) = (&pattern.value, pattern.tuple(), pattern.witness());
            bindings.extend(quote! {
                let #whole = #b.bind_name("parameter", #whole);
                let (_, #names) = #b.bind(#whole, &#value_of, #witness);
            });
            parameters.push(whole);
        }
    }
    let symbolic = writer.pure_body(symbolic::Pure::Function, |writer| {
        let value = writer.value_block(&block);
        quote!({ #bindings #value })
    });
    let functions = std::mem::take(&mut writer.functions);
    functions::Judged { around: &around }.visit_block_mut(&mut judged);
    PureReadings {
        native: quote!(#judged),
        symbolic: functions::with_lookups(&functions, &around, symbolic),
        parameters,
    }
}

/// The receiver, in the symbolic reading of a method.
fn receiver_name(span: Span) -> Ident {
    Ident::new("__self", span)
}

/// Whether a function returns a `Result`: its type is called one, or an alias hides one that its body gives.
pub(crate) fn returns_result(output: &ReturnType, block: &Block) -> bool {
    let ReturnType::Type(_, ty) = output else { return false };
    let Type::Path(path) = &**ty else { return false };
    let Some(last) = path.path.segments.last() else { return false };
    if last.ident.to_string().ends_with("Result") {
        return true;
    }
    let known = ["Vec", "Option", "Box", "BTreeMap", "HashMap"].iter().any(|name| last.ident == name);
    let generic = !known && !last.arguments.is_none();
    spellings::gives_result(block) || generic && sugar::is_fallible(block)
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

/// Visits the values in a macro such as `format!`, `vec!` or `matches!`.
fn visit_values(mac: &mut Macro, mut visit: impl FnMut(&mut Expr)) {
    // What is bound there is read with the text.
    if crate::jsonata::is_jsonata(mac) {
        return;
    }
    let name = mac.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
    if name == "json" {
        if let Ok(mut json) = mac.parse_body::<json::Json>() {
            json.visit(&mut visit);
            mac.tokens = json.into_token_stream();
        }
    } else if name == "matches" {
        let parts =
            |input: syn::parse::ParseStream<'_>| Ok((input.parse::<Expr>()?, input.parse::<TokenStream>()?));
        if let Ok((mut value, rest)) = parts.parse2(mac.tokens.clone()) {
            visit(&mut value);
            mac.tokens = quote!(#value #rest);
        }
    } else if let Ok(mut values) = mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
        for value in &mut values {
            match value {
                // `format!("{name}", name = value)`
                Expr::Assign(named) => visit(&mut named.right),
                value => visit(value),
            }
        }
        mac.tokens = values.into_token_stream();
    } else if let Ok((mut value, mut count)) = mac.parse_body_with(macros::repeat) {
        visit(&mut value);
        visit(&mut count);
        mac.tokens = quote!(#value; #count);
    }
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

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        visit_values(mac, |value| {
            self.visit_expr_mut(value);
            InParentheses.visit_expr_mut(value);
        });
    }
}

/// Puts what is awaited in parentheses, so that the number stays with it when a macro's tokens are read again.
struct InParentheses;

impl VisitMut for InParentheses {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        syn::visit_mut::visit_expr_mut(self, expr);
        if let Expr::Await(awaited) = expr {
            *expr = Expr::Paren(syn::parse_quote!((#awaited)));
        }
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

/// Whether a call makes a `Duration`.
pub(crate) fn is_duration(call: &syn::ExprCall) -> bool {
    matches!(&*call.func, Expr::Path(path) if path.path.segments.iter().rev().nth(1).is_some_and(|owner| owner.ident == "Duration"))
}

/// What parentheses hold.
pub(crate) fn unparenthesized(mut expr: &Expr) -> &Expr {
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
